"""The licences of all that a bundle carries, for people to read."""

from nledn import places


def overview() -> str | None:
    """The list that was made with the bundle; None where AfterRain runs from source or a wheel."""
    listed = places.licences() / "OVERVIEW.txt"
    return listed.read_text("utf-8") if listed.is_file() else None
