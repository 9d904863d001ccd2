"""Real processes, killed: what is done stays done, nothing is half there, nothing is left over."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from nledn.batch import Queue, State
from nledn.errors import BatchBusy
from tests.batch.batches import batch, request, results
from tests.batch.killed import PLACES

REPOSITORY = Path(__file__).resolve().parents[2]
WET = [f"{n}.png" for n in range(1, 7)]


def command_of(wet: Path, dry: Path, place: str, n: int, conflict: str) -> list[str]:
    arguments = (str(wet), str(dry), place, str(n), conflict)
    return [sys.executable, "-m", "tests.batch.killed", *arguments]


def run_killed(wet: Path, dry: Path, place: str, n: int, conflict: str = "skip") -> None:
    ended = subprocess.run(
        command_of(wet, dry, place, n, conflict), cwd=REPOSITORY, capture_output=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


def is_whole(path: Path) -> bool:
    with Image.open(path) as image:
        image.load()
    return True


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_batch_goes_on(wet: Path, dry: Path, place: str) -> None:
    run_killed(wet, dry, place, 3)
    before = {name: (dry / name).stat().st_mtime_ns for name in results(dry) if name[0] != "."}
    assert all(is_whole(dry / name) for name in before)

    ending, rows = batch(wet, dry)
    assert ending.counts.done == len(WET)
    assert results(dry) == {f"{Path(name).stem}_derained.png" for name in WET}
    assert all(is_whole(dry / name) for name in results(dry))
    assert {row.state for row in rows} == {State.DONE}
    again = [name for name in before if (dry / name).stat().st_mtime_ns != before[name]]
    # Two threads write: at most one result each had its place but no row yet.
    assert len(again) <= 2


@pytest.mark.parametrize("conflict", ["skip", "rename", "overwrite"])
def test_the_photo_in_flight_is_done_again_by_every_rule(
    wet: Path, dry: Path, conflict: str
) -> None:
    dry.mkdir()
    mine = dry / "1_derained.png"
    mine.write_text("mine")
    for _ in range(3):
        run_killed(wet, dry, "after the name", 1, conflict)
    ending, rows = batch(wet, dry, conflict=conflict)
    outputs = [str(row.output) for row in rows if row.state is State.DONE]
    renamed = {"1_derained-2.png"} if conflict == "rename" else set()
    assert set(outputs) | {mine.name} == results(dry)
    assert results(dry) == {f"{Path(name).stem}_derained.png" for name in WET} | renamed
    assert (mine.read_bytes() == b"mine") == (conflict != "overwrite")
    assert ending.counts.skipped == (1 if conflict == "skip" else 0)


def test_killed_at_any_moment(wet: Path, dry: Path) -> None:
    command = command_of(wet, dry, "while writing", 99, "skip")
    for count in (1, 2, 1):
        with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(count):
                process.stdout.readline()
            process.kill()
        assert all(is_whole(dry / name) for name in results(dry) if name[0] != ".")
    ending, _ = batch(wet, dry)
    assert ending.counts.done == len(WET)
    assert results(dry) == {f"{Path(name).stem}_derained.png" for name in WET}


def test_a_second_run_says_so_and_a_dead_one_is_taken_over(wet: Path, dry: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from nledn.batch import Queue\nfrom tests.batch.batches import request\n"
        "queue = Queue.opened(request(Path(sys.argv[1]), Path(sys.argv[2])))\n"
        "queue.take()\nprint('held', flush=True)\nsys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(wet), str(dry)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BatchBusy) as caught:
            Queue.opened(request(wet, dry))
        assert caught.value.pid == holder.pid
        holder.kill()
    assert batch(wet, dry)[0].counts.done == len(WET)
