"""`nledn licences`: the parts of AfterRain and their terms."""

from nledn import places
from nledn.cli.console import out
from nledn.messages import NO_LICENCES


def licences() -> None:
    """List the parts of this program with their licences."""
    listed = places.licence_overview()
    if listed is None:
        out.print(NO_LICENCES, soft_wrap=True)
        return
    out.print(listed, markup=False, highlight=False, soft_wrap=True)
    out.print(f"The texts are in {places.licences()}", soft_wrap=True)
