"""Errors in the language of the window."""

from app.shell.translation import tr
from nledn.errors import DerainError


def explain(error: BaseException, *, by_name: bool = False) -> str:
    """Return what happened and what to do.

    Args:
        error: a fault of the program leads to the log.
        by_name: name files without their folders.
    """
    if isinstance(error, DerainError):
        return error.in_window(tr, by_name=by_name)
    return tr("AfterRain failed unexpectedly; your photo is unchanged. See the log for details.")
