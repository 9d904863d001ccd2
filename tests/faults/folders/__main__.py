"""Run every attack in a process of its own: `python -m tests.faults.folders [PART OF A NAME]`.

A line of JSON for each says whether the program stood, and how long it took.
"""

import json
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.folders import ATTACKS, Attack

LIMIT_S = 60


def stood(attack: Attack, folder: Path) -> bool:
    """Return whether nothing came of an attack, tried in a process that may hang or crash."""
    process = multiprocessing.get_context("fork").Process(target=attack, args=(folder,))
    process.start()
    process.join(LIMIT_S)
    process.kill()
    process.join()
    return process.exitcode == 0


def main() -> int:
    wanted = " ".join(sys.argv[1:])
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = f"{folder}/state"
        for number, (name, attack) in enumerate(ATTACKS.items()):
            if wanted in name:
                own = Path(folder, str(number))
                own.mkdir()
                started = time.monotonic()
                has_stood = stood(attack, own)
                failed += not has_stood
                seconds = round(time.monotonic() - started, 2)
                print(json.dumps({"attack": name, "stood": has_stood, "seconds": seconds}))
    print(json.dumps({"failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
