"""One spoilt file after another, through the process that decodes for the program."""

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil

from nledn import decoder
from nledn.errors import PhotoError
from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import whole_photos

LIMIT_MEGAPIXELS = 16.0
LONGEST_S = 10.0
MOST_BYTES = 1_000_000_000


@dataclass
class Findings:
    """The outcome of the files.

    Attributes:
        outcomes: how often each came: `photo`, or the error's name.
        longest_s: that one took.
        largest_bytes: resident memory of a decoder, at its highest.
        broken: what must not be: which file, what happened.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    longest_s: float = 0.0
    largest_bytes: int = 0
    broken: list[str] = field(default_factory=list)


def play(count: int, seed: int, folder: Path, keep: Path | None = None) -> Findings:
    """Spoil so many files and read each.

    Args:
        count: of files.
        seed: file number i is spoilt by `seed:i`, whatever came before it.
        folder: for the file that is read.
        keep: where those are kept that broke a promise; None forgets them.
    """
    findings, whole = Findings(), whole_photos()
    names = sorted(whole)
    for number in range(count):
        rng = Random(f"{seed}:{number}")
        name, other = rng.choice(names), rng.choice(names)
        how, data = mutated(whole[name], whole[other], rng)
        path = folder / f"{number}-{name}"
        path.write_bytes(data)
        problem = _read(path, findings)
        if problem:
            findings.broken.append(f"{seed}:{number} {name} {how}: {problem}")
            if keep is not None:
                (keep / path.name).write_bytes(data)
        path.unlink()
    return findings


def _read(path: Path, findings: Findings) -> str:
    """Read a file; what was promised and not kept, as a clause."""
    started = time.perf_counter()
    try:
        decoder.read(path, limit_megapixels=LIMIT_MEGAPIXELS)
        outcome = "photo"
    except PhotoError as error:
        outcome = type(error).__name__
    except Exception as error:  # noqa: BLE001 - what this looks for
        return repr(error)
    took_s = time.perf_counter() - started
    held = max((_peak_bytes(child) for child in psutil.Process().children()), default=0)
    findings.outcomes[outcome] += 1
    findings.longest_s = max(findings.longest_s, took_s)
    findings.largest_bytes = max(findings.largest_bytes, held)
    if took_s > LONGEST_S:
        return f"it took {took_s:.1f} s"
    return f"a decoder held {held / 1e6:.0f} MB" if held > MOST_BYTES else ""


def _peak_bytes(process: psutil.Process) -> int:
    """Highest resident memory so far; 0 where the system does not say, or it has just ended."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    except OSError:
        return 0
    peak = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return 1024 * int(peak[0]) if peak else 0
