"""The tree of all errors that are not faults of the program.

    DerainError                   root.py        data, and its words beside it
    ├── PhotoError(path)          photo.py       reading a photo
    ├── PairsError(path)                         rainy and clean photos that belong together
    ├── WriteError(path)          writing.py     writing a result
    ├── CheckpointError(path)     checkpoint.py  a model: its file, its card, its id
    ├── DownloadError(url)                       a published file
    ├── DeviceError               work.py        where and how to compute, and settings
    ├── BatchError(path)                         many photos
    ├── ClusterError                             many photos on other machines
    └── PlainError(text)          root.py        a sentence from another version

A new error is a class in the module of its group, with its translation in resources/translations;
tests/test_errors.py checks its words. `Cancelled` stands outside: the user asked for it, so
nothing is reported.
"""

# The package exports every error of its parts; a list here would repeat them.
from nledn.errors.checkpoint import *  # noqa: F403
from nledn.errors.photo import *  # noqa: F403
from nledn.errors.root import DerainError as DerainError
from nledn.errors.root import PlainError as PlainError
from nledn.errors.root import kinds as kinds
from nledn.errors.work import *  # noqa: F403
from nledn.errors.writing import *  # noqa: F403


class Cancelled(Exception):
    """The work was cancelled between two tiles; what was computed is kept.

    Example:
        >>> token = nledn.CancelToken()
        >>> token.cancel()
        >>> try:
        ...     result = nledn.derain(rainy, derainer, cancel=token)
        ... except nledn.Cancelled:
        ...     print("cancelled")
        cancelled
    """
