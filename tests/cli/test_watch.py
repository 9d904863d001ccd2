"""`nledn watch`: a process that derains what arrives, until it is interrupted."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from nledn.batch import BatchSettings
from nledn.cancel import CancelToken
from nledn.cli import watch
from nledn.cli.console import Exit
from tests.batch.batches import OPTIONS, make_photo, results
from tests.commands import command, environment, exit_code

Process = subprocess.Popen[str]
MADE = r"Derained in [\d.]+ s \(ten: .+\)\."


@contextmanager
def watching(source: Path, out: Path) -> Iterator[Process]:
    """A process that watches; it is interrupted in the end."""
    with subprocess.Popen(
        command("watch", source, out),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        try:
            assert line_of(process, error=True).startswith("Watching ")
            yield process
        finally:
            process.kill()


def line_of(process: Process, *, error: bool = False) -> str:
    pipe = process.stderr if error else process.stdout
    assert pipe is not None
    return pipe.readline().rstrip("\n")


def interrupted(process: Process) -> tuple[int, str, str]:
    """Interrupt it; its exit code, and what it still says."""
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)
    return process.returncode, *said


def test_it_derains_what_is_there_and_what_arrives_until_it_is_interrupted(tmp_path: Path) -> None:
    source, out = tmp_path / "wet", tmp_path / "dry"
    make_photo(source / "1.png", 1)
    with watching(source, out) as process:
        assert line_of(process) == str(out / "1_derained.png")
        make_photo(source / "day two" / "2.png", 2)
        assert line_of(process) == str(out / "day two" / "2_derained.png")
        for _ in range(2):
            assert re.fullmatch(MADE, line_of(process, error=True))
        (source / "3.png").write_text("no photo")
        assert line_of(process, error=True).startswith(f"{source / '3.png'} is damaged")
        said = "Ending after this tile …\nEnded: 2 photos done, 1 failed.\n"
        assert interrupted(process) == (Exit.SOME_FAILED, "", said)
    assert results(out) == {"1_derained.png", "day two/2_derained.png"}


def test_a_result_that_was_taken_away_is_not_made_again(tmp_path: Path) -> None:
    source, out = tmp_path / "wet", tmp_path / "dry"
    make_photo(source / "1.png", 1)
    with watching(source, out) as process:
        assert line_of(process) == str(out / "1_derained.png")
        (out / "1_derained.png").unlink()
        make_photo(source / "2.png", 2)
        assert line_of(process) == str(out / "2_derained.png")
        assert interrupted(process)[2].endswith("Ended: 2 photos done, 0 failed.\n")
    assert results(out) == {"2_derained.png"}


@pytest.mark.parametrize("way", [".", "deep/.."])
def test_it_continues_and_takes_no_result_for_a_photo(
    way: str,
    weights: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "SETTLE_S", 0.01)
    (tmp_path / "deep").mkdir()
    for number in (1, 2):  # beside their sources
        make_photo(tmp_path / f"{number}.png", number)
        result = tmp_path / f"{number}_derained.png"
        settings = BatchSettings(options=replace(OPTIONS, weights=str(weights)))
        cancel = CancelToken(result.exists)
        assert watch.Watch(tmp_path / way, tmp_path, settings, cancel).run() == Exit.DONE
        assert capsys.readouterr().out == f"{result}\n"
    assert results(tmp_path) >= {"1.png", "1_derained.png", "2.png", "2_derained.png"}
    assert not list(tmp_path.glob("*_derained_derained*"))


def test_it_ends_where_its_folder_goes_away(tmp_path: Path) -> None:
    source = tmp_path / "wet"
    source.mkdir()
    with watching(source, tmp_path / "dry") as process:
        source.rmdir()
        _, said = process.communicate(timeout=60)
    assert said.startswith(f"Folder not found: {source}.")
    assert said.endswith("\nEnded: 0 photos done, 0 failed.\n")
    assert process.returncode == Exit.NONE_DONE


def test_a_folder_that_is_missing_is_refused(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("watch", tmp_path / "gone", tmp_path, "--weights", weights) == 1
    assert capsys.readouterr().err.startswith("Folder not found: ")
