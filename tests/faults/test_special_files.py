"""Pipes, sockets, devices and links where photos are expected."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from nledn import card, photo
from nledn.batch import Queue, in_list, preview
from nledn.batch.seen import sha256_of
from nledn.cli import main
from nledn.errors import CardInvalid, NotAPhoto, PhotoNotFound
from tests.batch.batches import batch, even_weights, make_photo, request, results, states

WET = ["1.png"]

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")


def socket_at(path: Path) -> None:
    # Bound by its name alone: the path of a test's folder is too long for a socket.
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


SPECIAL: dict[str, Callable[[Path], None]] = {
    "pipe": os.mkfifo,
    "socket": socket_at,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "terminal": lambda path: path.symlink_to("/dev/tty"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", SPECIAL)
def test_a_batch_skips_it_by_name_and_never_waits(wet: Path, dry: Path, kind: str) -> None:
    SPECIAL[kind](wet / "2.png")
    errors = [item.error for item in preview(request(wet, dry))]
    ending, rows = batch(wet, dry)
    assert states(rows) == {"1.png": "done", "2.png": "skipped"}
    assert errors[0] is None
    assert str(errors[1]) == rows[1].sentence
    assert rows[1].sentence.startswith(f"{wet / '2.png'} is a pipe")
    assert ending.counts.skipped == 1
    assert results(dry) == {"1_derained.png"}
    assert batch(wet, dry)[0].counts.done == 1  # and again


def test_the_command_line_names_what_it_skips(
    wet: Path, dry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(wet / "2.png")
    weights = even_weights(wet.parent / "ten.safetensors")
    with pytest.raises(SystemExit) as ended:
        main(["batch", str(wet), str(dry), "--weights", str(weights)])
    assert ended.value.code == 0
    assert f"{wet / '2.png'} is a pipe" in capsys.readouterr().err


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", SPECIAL)
def test_nothing_else_waits_for_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "1.png"
    SPECIAL[kind](path)
    with pytest.raises(NotAPhoto):
        photo.read(path)
    with pytest.raises(CardInvalid):
        card.read_card(path, "file")
    assert sha256_of(path) == ""


def test_a_list_may_name_it(wet: Path, dry: Path) -> None:
    os.mkfifo(wet / "2.png")
    found = in_list([os.fsencode(wet / "2.png"), os.fsencode(wet / "1.png")], wet / "list.txt")
    asked = request(wet, dry)
    with Queue.opened(type(asked)(found, dry, asked.settings, asked.card)) as queue:
        assert [row.source.name for row in queue.rows()] == ["2.png", "1.png"]


def test_links_lead_in_out_and_round(wet: Path, dry: Path, tmp_path: Path) -> None:
    outside = make_photo(tmp_path / "elsewhere" / "3.png")
    (wet / "in.png").symlink_to("1.png")
    (wet / "out.png").symlink_to(outside)
    (wet / "folder").symlink_to(outside.parent)
    (wet / "round").symlink_to(".")
    (wet / "loop.png").symlink_to("loop.png")
    (wet / "dangling.png").symlink_to("nowhere.png")
    os.link(wet / "1.png", wet / "hard.png")
    sources = {path: path.read_bytes() for path in (wet / "1.png", outside)}
    _, rows = batch(wet, dry)
    done = {row.source.relative_to(wet).as_posix() for row in rows if row.state == "done"}
    assert done == {"1.png", "in.png", "out.png", "hard.png", "folder/3.png"}
    failed = {row.source.name: type(row.error) for row in rows if row.state == "failed"}
    assert failed == {"loop.png": PhotoNotFound, "dangling.png": PhotoNotFound}
    assert all(path.read_bytes() == content for path, content in sources.items())
    assert all(path.is_symlink() is False for path in dry.rglob("*.png"))


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_a_result_whose_place_is_another_name_of_a_source_replaces_nothing(
    wet: Path, dry: Path, link: Callable[[Path, Path], None]
) -> None:
    other = make_photo(wet / "2.png", seed=2)
    before = other.read_bytes()
    dry.mkdir()
    link(dry / "1_derained.png", other)
    _, rows = batch(wet, dry, conflict="overwrite")
    assert states(rows) == {"1.png": "failed", "2.png": "done"}
    assert other.read_bytes() == before
