"""Output for users: sentences on standard error, results on standard output, exit codes."""

import errno
import json
import logging
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from enum import IntEnum
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.style import Style
from rich.text import Text

from nledn import __version__
from nledn.cancel import CancelToken
from nledn.errors import Cancelled, DerainError, OptionInvalid, OutputNameTooLong, PhotoNotPermitted
from nledn.messages import printable

log = logging.getLogger(__name__)


ERROR_STYLE = "red"
ANSWER_AT_MOST_S = 0.1  # that printing takes


class _Plain(Console):
    """Shows plain text only: no text from a file can control the terminal."""

    def render_str(self, text: str, **settings: Any) -> Text:
        """As rich's, for printed text and for cells of tables."""
        shown = "\n".join(printable(line) for line in text.split("\n"))
        return super().render_str(shown, **settings)

    def print(self, *objects: Any, style: str | Style | None = None, **settings: Any) -> None:
        """As rich's; errors, which are red, are printed even with --quiet."""
        console = self
        if self.quiet and style == ERROR_STYLE:
            console = copy(self)  # other threads print with this one meanwhile
            console.quiet = False
        super(_Plain, console).print(*objects, style=style, **settings)


# Names of files are not markup: a photo may be called [red].jpg.
out = _Plain(markup=False, highlight=False, soft_wrap=True)
err = _Plain(stderr=True, markup=False, highlight=False, soft_wrap=True)

_OF_NAMES: Mapping[int, type[PhotoNotPermitted] | type[OutputNameTooLong]] = {
    errno.ENAMETOOLONG: OutputNameTooLong,
    errno.EACCES: PhotoNotPermitted,
    errno.EPERM: PhotoNotPermitted,
}


class Exit(IntEnum):
    """The program's exit codes."""

    DONE = 0
    NONE_DONE = 1
    SOME_FAILED = 2
    USAGE = 64
    INTERRUPTED = 130


def say_path(path: Path) -> None:
    """Print the path of a result: as it reads on a terminal, byte for byte for other programs."""
    if out.is_terminal:
        out.print(printable(path))
    else:
        print(path, flush=True)  # rich would make spaces of tabs


def say_json(value: object) -> None:
    """Print JSON, paths as texts; characters that a terminal cannot show are escaped."""
    lines = json.dumps(value, indent=2, ensure_ascii=False, default=str).split("\n")
    print("\n".join("".join(map(_in_json, line)) for line in lines))


def _in_json(letter: str) -> str:
    return letter if printable(letter) == letter else json.dumps(letter)[1:-1]


def results_skipped(count: int) -> str:
    """Count the skipped results of earlier runs."""
    return f"{count} result{'' if count == 1 else 's'} of an earlier run skipped"


def say_error(error: DerainError) -> None:
    """Print an error's sentences."""
    err.print(str(error), style="red")


def log_each_step() -> None:
    """Log what `--verbose` asks for."""
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("pyvips").setLevel(logging.NOTSET)


def say_version(wanted: bool) -> None:
    """Print the version, which ends the program."""
    if wanted:
        out.print(f"nledn {__version__}")
        raise typer.Exit


@contextmanager
def exit_on_error() -> Iterator[None]:
    """End the program with the right exit code when the block fails."""
    try:
        yield
    except OptionInvalid as error:
        say_error(error)
        raise typer.Exit(Exit.USAGE) from error
    except DerainError as error:
        log.debug("gave up", exc_info=True)
        say_error(error)
        raise typer.Exit(Exit.NONE_DONE) from error
    except OSError as error:
        # `Path.exists` and similar calls raise for impossible names, and for folders that may not
        # be entered.
        typed = _OF_NAMES.get(error.errno or 0)
        if typed is None or not isinstance(error.filename, str):
            raise
        log.debug("gave up", exc_info=True)
        say_error(typed(Path(error.filename)))
        raise typer.Exit(Exit.NONE_DONE) from error
    except Cancelled as cancelled:
        err.print("Interrupted. Nothing half-written is left.")
        raise typer.Exit(Exit.INTERRUPTED) from cancelled


@contextmanager
def cancelled_by_ctrl_c(answer: str = "Stopping after this tile …") -> Iterator[CancelToken]:
    """A token that Ctrl-C (or SIGTERM) sets; a second Ctrl-C ends the program at once.

    Args:
        answer: said to the first Ctrl-C.
    """
    token = CancelToken()
    saying = Thread(target=err.print, args=(answer,))

    def ask(_number: int, _frame: FrameType | None) -> None:
        if token.is_cancelled:
            raise KeyboardInterrupt
        token.cancel()
        # This may interrupt rich within a line; printed from here, that line would come again.
        # Another thread waits for its end, so it is waited for no longer than that can take.
        saying.start()
        saying.join(ANSWER_AT_MOST_S)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield token
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if saying.is_alive():
            saying.join()


def progress_bar(*columns: ProgressColumn) -> Progress:
    """A bar on standard error with the time left; none without a terminal.

    Args:
        columns: beside the bar; a share and a count if there are none.
    """
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *(columns or (TaskProgressColumn(), MofNCompleteColumn())),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
