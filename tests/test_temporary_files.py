"""Unfinished files of killed processes are removed at the next start; nothing else is."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from nledn import places, temporary_files
from nledn.atomic import replacing
from nledn.errors import OutputNotPermitted
from nledn.temporary_files import TEMPORARY_SUFFIX, remove_abandoned

REPOSITORY = Path(__file__).resolve().parents[1]
LEFT = f".a.png.7{TEMPORARY_SUFFIX}"  # as a process of number 7 would name it


def notes() -> list[Path]:
    folder = places.user_state() / "unfinished"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def abandoned(path: Path, *, confirmed: bool = True) -> temporary_files.Noted:
    """Note a file as a process does that is killed then."""
    note = temporary_files.note(path)
    if confirmed:
        note.confirm()
    note.leave()  # what the system does for a process that ends
    return note


def killed_while_writing(path: Path) -> None:
    """A process that writes to `path` and is killed while it does."""
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom nledn.atomic import replacing\n"
        "with replacing(Path(os.fsdecode(sys.argv[1].encode('utf-8', 'surrogateescape')))) as t:\n"
        "    t.write(b'half')\n    t.flush()\n    os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, os.fspath(path)], cwd=REPOSITORY, check=False
    )
    assert ended.returncode == -9


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signal")
def test_what_a_killed_process_left_goes_at_the_next_start(tmp_path: Path) -> None:
    killed_while_writing(tmp_path / "雨\udcff.png")
    (left,) = names(tmp_path)
    assert left.startswith(".雨\udcff.png.")
    assert left.endswith(TEMPORARY_SUFFIX)
    remove_abandoned()
    assert names(tmp_path) == set()
    assert notes() == []


def test_the_note_is_there_before_the_file_and_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / LEFT
    note = temporary_files.note(path)
    assert json.loads(notes()[0].read_text().splitlines()[0])["path"] == str(path)
    assert not path.exists()
    note.take_back()
    with replacing(tmp_path / "a"):
        (temporary,) = tmp_path.glob(f".a.*{TEMPORARY_SUFFIX}")
        assert str(temporary) in notes()[0].read_text()
    assert notes() == []


def test_files_of_processes_that_are_alive_stay(tmp_path: Path) -> None:
    with replacing(tmp_path / "a"):
        (temporary,) = names(tmp_path)
        remove_abandoned()
        assert names(tmp_path) == {temporary}
    assert names(tmp_path) == {"a"}


def test_only_what_was_noted_is_removed(tmp_path: Path) -> None:
    """A network folder holds those of other machines, whose numbers say nothing here."""
    (tmp_path / LEFT).touch()
    remove_abandoned()
    assert names(tmp_path) == {LEFT}


def test_a_note_of_another_machine_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home folders may lie on a network disk too."""
    (tmp_path / LEFT).write_text("half")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(platform, "node", lambda: "elsewhere")
        abandoned(tmp_path / LEFT)
    remove_abandoned()
    assert names(tmp_path) == {LEFT}
    assert len(notes()) == 1


def test_a_file_that_was_never_made_may_be_anothers(tmp_path: Path) -> None:
    (tmp_path / LEFT).write_text("of another machine by the same number")
    abandoned(tmp_path / LEFT, confirmed=False)
    remove_abandoned()
    assert names(tmp_path) == {LEFT}
    assert notes() == []


def test_a_file_that_was_just_made_goes(tmp_path: Path) -> None:
    (tmp_path / LEFT).touch()
    abandoned(tmp_path / LEFT, confirmed=False)
    remove_abandoned()
    assert names(tmp_path) == set()


def test_a_disk_that_is_not_connected_keeps_its_note(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / LEFT).write_text("half")
    abandoned(stick / LEFT)
    stick.rename(tmp_path / "elsewhere")
    remove_abandoned()
    assert len(notes()) == 1
    (tmp_path / "elsewhere").rename(stick)
    remove_abandoned()
    assert names(stick) == set()
    assert notes() == []


def test_a_folder_of_unfinished_files_goes_with_them(tmp_path: Path) -> None:
    folder = tmp_path / LEFT
    folder.mkdir()
    (folder / "graph.xml").write_text("half")
    abandoned(folder)
    remove_abandoned()
    assert names(tmp_path) == set()


def test_a_note_that_names_another_file_removes_nothing(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("irreplaceable")
    note = temporary_files.note(tmp_path / LEFT)
    note.leave()
    (path,) = notes()
    path.write_text(path.read_text().replace(LEFT, "photo.jpg") + "made\n")
    remove_abandoned()
    assert names(tmp_path) == {"photo.jpg"}
    assert notes() == []


@pytest.mark.parametrize("text", ["{", "[]", '{"path": 1, "host": ""}'])
def test_a_note_that_was_cut_off_goes(tmp_path: Path, text: str) -> None:
    abandoned(tmp_path / LEFT)
    (path,) = notes()
    path.write_text(text)
    remove_abandoned()
    assert notes() == []


def test_an_empty_note_goes_once_nobody_can_be_about_to_lock_it(tmp_path: Path) -> None:
    abandoned(tmp_path / LEFT)
    (path,) = notes()
    path.write_text("")
    remove_abandoned()
    assert notes() == [path]
    os.utime(path, (1, 1))
    remove_abandoned()
    assert notes() == []


def test_work_goes_on_where_nothing_can_be_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with replacing(tmp_path / "a") as file:
        file.write(b"new")
    remove_abandoned()
    assert (tmp_path / "a").read_text() == "new"


def test_a_file_that_may_not_be_removed_is_left_to_a_later_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with (
        monkeypatch.context() as locked,
        pytest.raises(OutputNotPermitted),
        replacing(tmp_path / "a"),
    ):
        (temporary,) = names(tmp_path)
        locked.setattr(Path, "unlink", refuse)
        locked.setattr("nledn.atomic._Temporary.move", refuse)
    assert names(tmp_path) == {temporary}
    remove_abandoned()
    assert names(tmp_path) == set()
    assert notes() == []
