"""The licences of all parts of a bundle, for users to read."""

from nledn import places


def overview() -> str | None:
    """Return the list made with the bundle; None if AfterRain runs from source or a wheel."""
    listed = places.licences() / "OVERVIEW.txt"
    return listed.read_text("utf-8") if listed.is_file() else None
