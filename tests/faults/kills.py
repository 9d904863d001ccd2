"""Kills at random moments: `python -m tests.faults.kills --count 200 --seed 1`.

Each kind of victim (derain, batch, save of the window) works on its own folder and is killed
again and again. After each kill all sources must be as they were, and each result must be the whole
of the one before or the whole of the one after. What was being written may lie there under its
temporary name, until the next victim has started. Every other kill waits for such a name to appear:
most of the time goes into computing, where there is little to lose.
"""

import argparse
import hashlib
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nledn.temporary_files import is_temporary
from tests.batch.batches import even_weights, make_photos
from tests.faults.victim import KINDS

REPOSITORY = Path(__file__).resolve().parents[2]
PHOTOS = ("1.png", "2.jpg", "3.tif", "4.webp", "5.bmp")
SIDE_PX = 48  # small, so that reading and writing take a good part of the time
LONGEST_S = 0.6  # some rounds of all photos; each takes 0.1 to 0.3 s
WRITING_S = 0.003  # a file of this size is written, and flushed to the disk, in some 7 ms


@dataclass
class Ground:
    """A folder in which victims of one kind are killed.

    Attributes:
        kind: of the victims.
        folder: with their photos, their results and their home.
        half: unfinished files that were found after kills.
    """

    kind: str
    folder: Path
    half: int = 0
    _sources: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        make_photos(self.folder / "wet", PHOTOS, size=(SIDE_PX, SIDE_PX))
        even_weights(self.folder / "ten.safetensors")
        self._sources = _contents(self.folder / "wet")

    def kill(self, delay_s: float, *, writing: bool = False) -> None:
        """Start a victim, kill it, and look at what it left.

        Args:
            delay_s: from when it is ready to the kill.
            writing: from when it next begins to write, instead.

        Raises:
            AssertionError: something was lost, or is half there.
        """
        with subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victim", self.kind, str(self.folder)],
            cwd=REPOSITORY,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as victim:
            assert victim.stdout is not None
            assert victim.stderr is not None
            said = victim.stdout.readline()
            assert said == "ready\n", victim.stderr.read()
            self._check_cleared(victim.pid)
            while writing and not self._unfinished() and victim.poll() is None:
                pass  # a timer would be too coarse
            try:
                victim.wait(delay_s)
            except subprocess.TimeoutExpired:
                victim.send_signal(signal.SIGKILL)
            else:
                raise AssertionError(f"it ended before the kill: {victim.stderr.read()}")
        self._check_left(victim.pid)

    def _environment(self) -> dict[str, str]:
        home = self.folder / "home"
        named = {"HOME": home, "XDG_STATE_HOME": home / "state", "XDG_CACHE_HOME": home / "cache"}
        named |= {"XDG_CONFIG_HOME": home / "config", "XDG_DATA_HOME": home / "data"}
        return {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            **{name: str(path) for name, path in named.items()},
        }

    def _unfinished(self) -> list[Path]:
        return [path for path in (self.folder / "dry").iterdir() if is_temporary(path)]

    def _check_cleared(self, pid: int) -> None:
        old = [path for path in self._unfinished() if f".{pid}" not in path.name]
        assert not old, f"the start of {pid} has left {old}"

    def _check_left(self, pid: int) -> None:
        assert _contents(self.folder / "wet") == self._sources, "a source has changed"
        expected = [_contents(path) for path in (self.folder / "expected").iterdir()]
        found = _contents(self.folder / "dry")
        for name, content in found.items():
            allowed = {results[name] for results in expected}
            assert content in allowed, f"{self.folder / 'dry' / name} is neither result"
        assert found.keys() == expected[0].keys(), "a result is missing"
        left = self._unfinished()
        assert all(f".{pid}" in path.name for path in left), f"{left}, but {pid} was killed"
        self.half += len(left)


def _contents(folder: Path) -> dict[str, str]:
    """SHA-256 of each file that is not hidden."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if not path.name.startswith(".")
    }


def kill_many(
    folder: Path, count: int, seed: int, kinds: Sequence[str] = tuple(KINDS)
) -> dict[str, object]:
    """Kill so many victims, each kind in turn, and count.

    Raises:
        AssertionError: something was lost, or is half there.
    """
    moments = random.Random(seed)  # moments, no secrets
    grounds = [Ground(kind, folder / kind) for kind in kinds]
    kills: Counter[str] = Counter()
    started = time.monotonic()
    for number in range(count):
        ground = grounds[number % len(grounds)]
        writing = number // len(grounds) % 2 == 1
        ground.kill(moments.uniform(0, WRITING_S if writing else LONGEST_S), writing=writing)
        kills[ground.kind] += 1
        print(f"{number + 1} of {count}: {ground.kind}", file=sys.stderr)
    return {
        "what": "kills",
        "seed": seed,
        "kills": dict(kills),
        "while_writing": {ground.kind: ground.half for ground in grounds},
        "seconds": round(time.monotonic() - started),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--history", type=Path, help="append the figures to this JSON file")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="afterrain-kills-") as folder:
        figures = kill_many(Path(folder), asked.count, asked.seed)
    figures |= {"date": time.strftime("%Y-%m-%d"), "system": platform.platform()}
    print(json.dumps(figures))
    if asked.history is not None:
        history = json.loads(asked.history.read_text()) if asked.history.exists() else []
        asked.history.write_text(json.dumps([*history, figures], indent=1) + "\n")


if __name__ == "__main__":
    main()
