"""Start-up: logging, the hook for uncaught errors, the window."""

import argparse
import faulthandler
import logging
import logging.handlers
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from nledn import __version__, decoder, places
from nledn.errors import DerainError, PhotoNotFound
from nledn.messages import LogLines

log = logging.getLogger("app")

LOG_BYTES = 1_000_000
LOGS_KEPT = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window; with `--self-check` only test whether this installation works."""
    decoder.serve_if_asked(sys.argv)
    parsed = _parser().parse_args(arguments)
    if parsed.hold_trial:
        from nledn.backends import backend_benchmark

        backend_benchmark.main()
        return 0
    if parsed.self_check:
        try:
            return self_check()
        except DerainError as error:
            print(error, file=sys.stderr)
            return 1
    if parsed.edit is not None and not parsed.edit.is_file():
        print(PhotoNotFound(parsed.edit), file=sys.stderr)
        return 1
    _start_logging()
    from app.start import run

    return run(parsed.photo, parsed.edit)


def self_check() -> int:
    """Load the weights and derain 64×64 pixels; 0 if that works."""
    import numpy as np

    from nledn import Derainer, Options

    pixels = np.full((64, 64, 3), 128, np.uint8)
    derainer = Derainer.load(Options())
    layer = derainer.derain(pixels)
    clean = layer.apply(pixels)
    fine = layer.is_complete and clean.shape == pixels.shape
    choice = derainer.choice
    print(f"AfterRain {__version__}: {derainer.card.id} on {choice.device}, {choice.precision}")
    return 0 if fine else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("afterrain", description="Take the rain out of a photo.")
    parser.add_argument("photo", nargs="?", type=Path, help="a photo, or a folder of photos")
    parser.add_argument(
        "--edit", type=Path, metavar="FILE", help="open FILE, replace it on Save, and end"
    )
    parser.add_argument("--self-check", action="store_true", help="derain 64×64 pixels and exit")
    parser.add_argument("--hold-trial", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--version", action="version", version=f"AfterRain {__version__}")
    return parser


def _start_logging() -> None:
    folder = places.user_state()
    try:
        _log_in(folder)
    except OSError:  # a full or read-only disk: the photos matter more
        logging.basicConfig(level=logging.INFO)  # to a possible terminal
        log.warning("nothing is logged in %s", folder, exc_info=True)
    sys.excepthook = _log_uncaught
    log.info("AfterRain %s starts", __version__)


def _log_in(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # a disk without modes, or a folder of another user
        folder.chmod(0o700)  # logs name photos, recovery files hold their results
    path = folder / "afterrain.log"
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8", delay=True
    )
    handler.setFormatter(LogLines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # Kept open for as long as the program runs: a crash cannot open files.
    faulthandler.enable((folder / "crash.log").open("a", encoding="utf-8"))


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Log the failure of a slot; the window continues."""
    log.critical("uncaught", exc_info=(kind, error, traceback))


if __name__ == "__main__":
    sys.exit(main())
