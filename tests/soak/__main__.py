"""The program itself under a monkey's hands, in a separate process.

    .venv/bin/python -m tests.soak --minutes 90 --seed 1

It opens, derains, cancels, pans, paints, saves, undoes, compares, runs batches and changes settings
by chance, on good and bad files in a temporary folder, with its own home folder. Every minute
it rests: all must come to an end, and memory, handles and threads are taken down. The last line is
what came of it, as JSON; the exit status is 1 if anything is in it that must not be. The journal
has each step, and the same seed does the same again.
"""

import argparse
import faulthandler
import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.soak.faults import Faults

ENGINES = ("auto", "torch", "openvino", "quick")


def main() -> int:
    """Play, and say how it went."""
    asked, here = _parser().parse_args(), Path.cwd()
    seed = asked.seed if asked.seed is not None else int(time.time())
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="afterrain-soak-") as folder:
        home = Path(folder) / "home"
        _move_in(home)
        found = _play(asked, seed, Path(folder))
        faulthandler.enable()  # the program's own crash log goes with the folder
    os.chdir(here)
    if asked.history:
        _note(asked.history, found)
    print(json.dumps(found))
    return 1 if found["faults"] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--rest-every", type=float, default=60.0, help="seconds between two rests")
    parser.add_argument("--seed", type=int, help="of all that is done; by the clock if not given")
    parser.add_argument("--engine", choices=ENGINES, default="auto", help="quick: a stand-in")
    parser.add_argument("--journal", type=Path, default=Path("soak.log"), help="a line a step")
    parser.add_argument("--history", type=Path, help="a JSON file that the run is added to")
    return parser


def _note(history: Path, found: dict[str, Any]) -> None:
    runs = json.loads(history.read_text("utf-8")) if history.exists() else []
    made = {"what": "window", "date": datetime.now(UTC).isoformat(timespec="seconds")}
    runs.append({**made, "machine": platform.platform(), **found})
    history.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")


def _move_in(home: Path) -> None:
    """An empty home, without settings, caches and logs."""
    home.mkdir()
    os.environ["HOME"] = str(home)
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())
    os.environ["TMPDIR"] = str(home / "tmp")
    (home / "tmp").mkdir()
    tempfile.tempdir = None
    if not os.environ.get("DISPLAY"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _play(asked: argparse.Namespace, seed: int, folder: Path) -> dict[str, Any]:
    from nledn import malloc

    # As the program does before it has threads: those of the play would each get a separate heap.
    malloc.keep_freed()
    faults = Faults()
    faults.listen()
    from tests.soak.probe import growth_of, too_much
    from tests.soak.stage import run

    with asked.journal.absolute().open("w", encoding="utf-8") as journal:
        faults.journal = journal
        journal.write(f"seed {seed}, {asked.engine} engine\n")
        played = run(
            asked.engine, folder, faults, journal, seed, (60 * asked.minutes, asked.rest_every)
        )
        for more in too_much(played.samples):
            faults.add(more)
        faults.journal = None
    return {
        "seed": seed,
        "engine": asked.engine,
        "minutes": asked.minutes,
        "steps": sum(played.did.values()),
        "did": dict(played.did),
        "achieved": dict(played.achieved),
        "refused": dict(faults.refused),
        "growth": growth_of(played.samples),
        "samples": [asdict(sample) for sample in played.samples],
        "faults": faults.found,
    }


if __name__ == "__main__":
    sys.exit(main())
