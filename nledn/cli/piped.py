"""A photo on standard input, a result on standard output: `nledn derain - -o -`."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import typer

from nledn import temporary_files
from nledn.cli.console import Exit, err
from nledn.errors import write_errors
from nledn.photo.formats import HEAD_BYTES, sniff

PIPE = Path("-")
STDIN, STDOUT = Path("stdin"), Path("stdout")  # their names in sentences


@dataclass(frozen=True)
class Pipes:
    """The files that stand for standard input and output.

    Attributes:
        folder: private, of the files that stand for pipes; None without a pipe.
        stdout: gets the result; None if it stays in its file.
    """

    photos: tuple[Path, ...]
    output: Path | None
    folder: Path | None = None
    stdout: BinaryIO | None = None

    def holds(self, path: Path) -> bool:
        """Return whether a file stands for a pipe, so that its folder means nothing to the user."""
        return path.parent == self.folder

    def hand_out(self, result: Path) -> bool:
        """Copy a result to standard output; return whether an XMP file beside it is lost."""
        assert self.stdout is not None, "it stays in its file"
        with write_errors(STDOUT):
            try:
                with result.open("rb") as file, self.stdout:
                    shutil.copyfileobj(file, self.stdout)
            except BrokenPipeError as error:
                err.print("The program that reads the result has ended.")
                raise typer.Exit(Exit.NONE_DONE) from error
        return any(result.parent.glob("*.xmp"))


@contextmanager
def opened(photos: Sequence[Path], output: Path | None) -> Iterator[Pipes]:
    """Read the photo of standard input, and reserve standard output for the result.

    Raises:
        BadParameter: a pipe is asked for more than one photo, or is a terminal.
        WriteError: the disk has no room for the photo.
    """
    takes, gives = PIPE in photos, output == PIPE
    if not takes and not gives:
        yield Pipes(tuple(photos), output)
        return
    _check(photos, output)
    with ExitStack() as stack:
        with write_errors(STDIN):
            folder = stack.enter_context(temporary_files.temporary_folder())
        stdout = stack.enter_context(_claimed_stdout()) if gives else None
        photo = _taken_in(folder) if takes else photos[0]
        yield Pipes((photo,), folder if gives else output, folder, stdout)


def _check(photos: Sequence[Path], output: Path | None) -> None:
    if len(photos) > 1:
        raise typer.BadParameter("Standard input and output (-) are for one photo at a time.")
    if photos[0] == PIPE and sys.stdin.isatty():
        raise typer.BadParameter("Standard input is the terminal: send a photo there.")
    if photos[0] == PIPE and output is None:
        raise typer.BadParameter("Say where the result goes: -o FILE, -o FOLDER or -o -.")
    if output == PIPE and sys.stdout.isatty():
        raise typer.BadParameter("Standard output is the terminal: send the result to a file.")


@contextmanager
def _claimed_stdout() -> Iterator[BinaryIO]:
    """Yield standard output; other prints go to standard error from now on.

    For good: libraries may still print when the process ends.
    """
    sys.stdout.flush()
    with write_errors(STDOUT):
        stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        yield stdout
    finally:
        with suppress(OSError):  # the lost part has been reported
            stdout.close()


def _taken_in(folder: Path) -> Path:
    path = folder / STDIN
    with write_errors(STDIN), path.open("x+b") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.seek(0)
        is_jxl = sniff(file.read(HEAD_BYTES)) == "JXL"
    return path.rename(path.with_suffix(".jxl")) if is_jxl else path  # its reader goes by the name
