"""Run every attack in a separate process: `python -m tests.faults.folders [PART OF A NAME]`.

A line of JSON for each says whether the program stood, and how long it took. Without a part of a
name, the tests of what else others can plant follow: what a photo's decoder may do, previews in
metadata, names on a terminal, folders of a cluster, names in questions, modes of the package.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.folders import ATTACKS, Attack

LIMIT_S = 60
TESTS = (
    "tests/decoder/test_sandbox.py",
    "tests/photo/test_previews.py",
    "tests/cli/test_terminal.py",
    "tests/cluster/test_private_folder.py",
    "tests/app/shell/test_questions.py",
    "tests/bundle/test_deb.py",
)


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
    for path in () if wanted else TESTS:
        started = time.monotonic()
        command = (sys.executable, "-m", "pytest", "--quiet", path)
        has_stood = subprocess.run(command, capture_output=True, check=False).returncode == 0
        failed += not has_stood
        seconds = round(time.monotonic() - started, 2)
        print(json.dumps({"tests": path, "stood": has_stood, "seconds": seconds}))
    print(json.dumps({"failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
