"""Spoilt photos without end: `python -m tests.fuzz --count 20000 --seed 1`.

Each begins as a whole photo of some format and is spoilt by chance: bits, cuts, splices, headers
that lie, bombs, circles. It has to end as a photo or as an error that has a sentence, within 10 s
and 1 GB. The last line is what came of it, as JSON; the exit status is 1 if a promise was broken.
`--keep` keeps the files that did.
"""

import argparse
import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.fuzz.trying import Findings, play

ROUND = 500  # between two lines that say how far it is


def main() -> int:
    """Play, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--history", type=Path, help="a JSON file that the outcome is added to")
    asked = parser.parse_args()
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    total = Findings()
    with tempfile.TemporaryDirectory(prefix="afterrain-fuzz-") as folder:
        for number in range(0, asked.count, ROUND):
            part = play(
                min(ROUND, asked.count - number),
                asked.seed * 1_000_000 + number,
                Path(folder),
                asked.keep,
            )
            _add(total, part)
            print(f"{number + sum(part.outcomes.values())}: {dict(total.outcomes)}", flush=True)
    outcome = _as_dict(total, asked)
    print(json.dumps(outcome))
    if asked.history:
        history = json.loads(asked.history.read_text()) if asked.history.exists() else []
        asked.history.write_text(json.dumps([*history, outcome], indent=1) + "\n")
    return 1 if total.broken else 0


def _add(total: Findings, part: Findings) -> None:
    total.outcomes.update(part.outcomes)
    total.longest_s = max(total.longest_s, part.longest_s)
    total.largest_bytes = max(total.largest_bytes, part.largest_bytes)
    total.broken += part.broken
    for line in part.broken:
        print(f"BROKEN {line}", flush=True)


def _as_dict(found: Findings, asked: argparse.Namespace) -> dict[str, Any]:
    return {
        "what": "fuzz",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "seed": asked.seed,
        "files": sum(found.outcomes.values()),
        "outcomes": dict(found.outcomes.most_common()),
        "longest_s": round(found.longest_s, 2),
        "largest_mb": round(found.largest_bytes / 1e6),
        "broken": found.broken,
    }


if __name__ == "__main__":
    raise SystemExit(main())
