"""A command under strace: whom does it talk to? Native code and child processes included.

    .venv/bin/python -m tests.soak.traced -- -m tests.soak --minutes 10 --engine openvino

Everything after `--` is given to Python. What it says goes to standard error; the last line here
counts the system calls of the network by the family of addresses, as JSON. The exit status is 1 if
one of them is of the internet, or the command failed.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FAMILY = re.compile(r"\b(AF_[A-Z0-9]+)\b")
INTERNET = ("AF_INET", "AF_INET6")


@dataclass(frozen=True)
class Traced:
    """The actions of a command.

    Attributes:
        code: its exit status.
        families: network calls by the family of the addresses that they name.
        internet: the calls that name one of the internet.
    """

    code: int
    families: dict[str, int]
    internet: tuple[str, ...]


def why_not() -> str:
    """Why nothing can be traced here; empty if it can."""
    if shutil.which("strace") is None:
        return "there is no strace here (.ci/debian-packages-slow.txt)"
    command = ["strace", "-f", "-o", "/dev/null", "true"]
    tried = subprocess.run(command, check=False, capture_output=True)
    return "" if tried.returncode == 0 else "strace is not allowed here"


def trace(arguments: Sequence[str]) -> Traced:
    """Run Python with these arguments under strace, its words on standard error."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "calls"
        strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=network", "-o", str(log)]
        command = [*strace, sys.executable, *arguments]
        done = subprocess.run(command, check=False, stdout=sys.stderr)
        return read(done.returncode, log.read_text("utf-8", "replace").splitlines())


def read(code: int, lines: Sequence[str]) -> Traced:
    """Sort what strace wrote."""
    families: Counter[str] = Counter()
    internet = []
    for line in lines:
        found = FAMILY.search(line)
        if found is not None:
            families[found[1]] += 1
            if found[1] in INTERNET:
                internet.append(line)
    return Traced(code, dict(families), tuple(internet))


def main() -> int:
    """Trace, and say whom it talked to."""
    reason = why_not()
    if reason:
        print(f"Not traced: {reason}.", file=sys.stderr)
        return 1
    arguments = sys.argv[1:]
    traced = trace(arguments[1:] if arguments[:1] == ["--"] else arguments)
    for line in traced.internet:
        print(line, file=sys.stderr)
    print(json.dumps({"code": traced.code, "families": traced.families}))
    return 1 if traced.internet or traced.code else 0


if __name__ == "__main__":
    sys.exit(main())
