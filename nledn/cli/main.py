"""The `nledn` program: its commands and exit codes."""

import io
import logging
import sys
from typing import Annotated

import typer

from nledn import malloc, temporary_files
from nledn.cli import weights
from nledn.cli.batch import batch
from nledn.cli.compare import compare
from nledn.cli.console import Exit, err
from nledn.cli.derain import derain
from nledn.cli.evaluate import evaluate
from nledn.cli.info import info, licences
from nledn.cli.options import say_version, taking
from nledn.cli.watch import watch
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
app.command(epilog=FOLDERS)(derain)
app.command(epilog=MORE)(batch)
app.command()(watch)
app.command()(evaluate)
app.command()(compare)
app.command()(info)
app.command()(taking()(licences))
app.add_typer(weights.app, name="weights", help="List, add, check and remove models.")


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
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, handlers=[handler])
    # libvips warns of bytes; our notes say what it means for a photo.
    logging.getLogger("pyvips").setLevel(logging.NOTSET if verbose else logging.ERROR)
    malloc.keep_freed()  # before a batch starts its threads
    temporary_files.remove_abandoned()


def main(arguments: list[str] | None = None) -> None:
    """Run the program and exit: 0 all done, 1 none, 2 some failed, 64 usage, 130 interrupted."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Paths are printed as their own bytes, also without valid UTF-8; and Windows would write
        # to a pipe in a code page, which lacks the letters of some names.
        encoding = "utf-8" if sys.platform == "win32" else None
        sys.stdout.reconfigure(encoding=encoding, errors="surrogateescape")
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.TyperException as error:  # a command line that cannot be read
        err.print(error.format_message(), style="red")
        err.print("nledn --help lists the commands, nledn COMMAND --help their options.")
        sys.exit(Exit.USAGE)
    except (typer.Abort, KeyboardInterrupt):
        err.print("Interrupted. Nothing half-written is left.")
        sys.exit(Exit.INTERRUPTED)
    sys.exit(code or Exit.DONE)
