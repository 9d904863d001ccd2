"""The `nledn` program: its commands and exit codes."""

import io
import logging
import pkgutil
import sys
from functools import cached_property
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from nledn import malloc, temporary_files
from nledn.cli.console import Exit, err, log_each_step, say_version
from nledn.messages import LogLines

FOLDERS = "For a folder of photos there is nledn batch, for one where photos arrive nledn watch."
MORE = (
    "Also: --strip location or all leaves metadata out, --keep-times gives results the times of "
    "their sources, --damaged opens damaged photos as far as they can be read, "
    "and --no-record leaves the note of how a result was made out of its XMP."
)

app = typer.Typer(
    name="nledn",
    help="Take rain out of photos.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


class LaterCommand(TyperCommand):
    """A command whose module is imported when it is called: `nledn --help` is quick without.

    Args:
        name: as typed.
        help: the first paragraph of its help.
        place: of its function or program in `nledn.cli`, if it is not the name twice.
        epilog: the last paragraph.
    """

    def __init__(self, name: str, help: str, place: str = "", epilog: str | None = None) -> None:
        super().__init__(name, help=help, epilog=epilog)
        self._place = place or f"{name}:{name}"

    @cached_property
    def called(self) -> Any:
        """The command itself, or the group of commands."""
        found = pkgutil.resolve_name(f"nledn.cli.{self._place}")
        if not isinstance(found, typer.Typer):
            function, found = found, typer.Typer(add_completion=False)
            found.command(self.name, epilog=self.epilog)(function)
        return typer.main.get_command(found)

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """Begin the call."""
        return self.called.make_context(*arguments, **settings)


# tests/cli/test_main.py compares the words with those of the commands themselves.
COMMANDS = (
    LaterCommand(
        "derain",
        "Take the rain out of photos. Results go beside their sources; sources are never replaced.",
        epilog=FOLDERS,
    ),
    LaterCommand(
        "batch",
        "Derain many photos into a folder. Run the same command again to continue.",
        epilog=MORE,
    ),
    LaterCommand(
        "watch", "Derain the photos of a folder, and each that arrives there, until Ctrl+C."
    ),
    LaterCommand(
        "evaluate", "Score a checkpoint on pairs: PSNR and SSIM of Y, as the paper has them."
    ),
    LaterCommand(
        "compare",
        "Compare checkpoints, and other programs' results, on one photo or on a folder of pairs.",
    ),
    LaterCommand(
        "info",
        "Say which device, backend, precision and tile a photo of 12 megapixels would get, and "
        "why.",
    ),
    LaterCommand(
        "licences", "List the parts of this program with their licences.", "info:licences"
    ),
    LaterCommand("weights", "List, add, check and remove models.", "weights:app"),
)


@app.callback()
def _program(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=say_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print only results and errors.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log each step.")] = False,
) -> None:
    """Take rain out of photos."""
    err.quiet = quiet
    handler = logging.StreamHandler()
    handler.setFormatter(LogLines(logging.BASIC_FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # libvips warns of bytes; our notes say what it means for a photo.
    logging.getLogger("pyvips").setLevel(logging.ERROR)
    if verbose:
        log_each_step()
    malloc.keep_freed()  # before a batch starts its threads
    temporary_files.remove_abandoned()


def program() -> TyperGroup:
    """Return the program with all of its commands."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup), "it has a callback"
    group.commands = {str(command.name): command for command in COMMANDS}
    return group


def main(arguments: list[str] | None = None) -> None:
    """Run the program and exit: 0 all done, 1 none, 2 some failed, 64 usage, 130 interrupted."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Paths are printed as their own bytes, also without valid UTF-8; and Windows would write
        # to a pipe in a code page, which lacks the letters of some names.
        encoding = "utf-8" if sys.platform == "win32" else None
        sys.stdout.reconfigure(encoding=encoding, errors="surrogateescape")
    try:
        code = program()(args=arguments, standalone_mode=False)
    except typer.TyperException as error:  # a command line that cannot be read
        err.print(error.format_message(), style="red")
        err.print("nledn --help lists the commands, nledn COMMAND --help their options.")
        sys.exit(Exit.USAGE)
    except (typer.Abort, KeyboardInterrupt):
        err.print("Interrupted. Nothing half-written is left.")
        sys.exit(Exit.INTERRUPTED)
    sys.exit(code or Exit.DONE)
