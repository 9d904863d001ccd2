"""Lists of photos that are none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nledn.batch import in_list, preview
from nledn.errors import PhotoNotFound
from tests.batch.batches import request, run_batch
from tests.faults.folders.victims import Victim


def _bad_lines(folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    good = str(victim.wet / "1.png").encode()
    lines = [good, b"/a\0b.png", b"\0", str(victim.wet).encode() + b"/\0/2.png", b"/" + b"x" * 9000]
    asked = replace(request(victim.wet, victim.dry), found=in_list(lines, folder / "list"))
    for _ in range(2):
        preview(asked)
        ending, rows = run_batch(asked)
        assert (ending.counts.done, ending.counts.failed) == (1, len(lines) - 1)
        assert all(isinstance(row.error, PhotoNotFound) for row in rows if not row.output)


ATTACKS: dict[str, Callable[[Path], None]] = {"lines with NUL and without end": _bad_lines}
