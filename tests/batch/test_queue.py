"""Finished and skipped photos and places of results; each batch is run to its end."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nledn import Options, pipeline
from nledn.batch import BatchSettings, Queue, State, in_list, preview, report_of
from nledn.batch.database import LARGEST_BYTES
from nledn.batch.journal import Journal
from nledn.batch.rows import Row, ThumbnailPair
from nledn.errors import (
    BatchBusy,
    BatchInputEmpty,
    JournalFailed,
    OptionInvalid,
    PhotoDamaged,
    PhotoFailed,
    ResultExists,
    WouldReplaceSource,
)
from nledn.photo import Photo
from tests.batch.batches import (
    CARD,
    LEVELS,
    OPTIONS,
    batch,
    make_photo,
    make_photos,
    mean_of,
    request,
    results,
    run_batch,
    states,
)

WET = ["1.png", "2.png", "sub/10.png"]


def times(out: Path) -> dict[str, int]:
    return {name: (out / name).stat().st_mtime_ns for name in results(out)}


def test_the_tree_is_kept_and_the_rain_is_gone(wet: Path, dry: Path) -> None:
    ending, rows = batch(wet, dry)
    assert results(dry) == {"1_derained.png", "2_derained.png", "sub/10_derained.png"}
    assert ending.counts.done == ending.counts.total == 3
    assert mean_of(dry / "1_derained.png") == pytest.approx(mean_of(wet / "1.png") - LEVELS, 0.01)
    assert [row.source.name for row in rows] == ["1.png", "2.png", "10.png"]


def test_a_row_tells_how_its_result_was_made(wet: Path, dry: Path) -> None:
    _, rows = batch(wet, dry)
    row = rows[2]
    assert row.output == Path("sub/10_derained.png")
    assert row.checkpoint_sha256 == CARD.sha256
    assert row.device == "cpu"
    assert row.seconds > 0
    assert '"strength": 1.0' in row.settings
    assert row.seen is not None
    assert len(row.seen.sha256) == 64
    assert row.figures is not None
    assert row.figures.change.taken == pytest.approx(LEVELS, abs=0.1)
    assert row.figures.change.brightness == pytest.approx(-LEVELS, abs=0.1)


def test_what_is_done_is_not_done_again(wet: Path, dry: Path) -> None:
    batch(wet, dry)
    before = times(dry)
    ending, _ = batch(wet, dry, conflict="overwrite")
    assert ending.counts.done == 3
    assert times(dry) == before


def test_a_photo_that_was_only_touched_is_not_done_again(wet: Path, dry: Path) -> None:
    batch(wet, dry)
    before = times(dry)
    os.utime(wet / "1.png", ns=(1, 1))
    batch(wet, dry)
    assert times(dry) == before


def test_a_changed_photo_is_done_again_and_its_result_replaced(wet: Path, dry: Path) -> None:
    batch(wet, dry)
    before = times(dry)
    make_photo(wet / "2.png", seed=7, size=(24, 40))
    batch(wet, dry, conflict="skip")
    after = times(dry)
    assert {name for name in after if after[name] != before.get(name)} == {"2_derained.png"}


@pytest.mark.parametrize(
    "changes",
    [
        {"options": replace(OPTIONS, strength=0.5)},
        {"options": replace(OPTIONS, tile=128)},
        {"options": replace(OPTIONS, keep_brightness=True)},
        {"quality": 80},
    ],
)
def test_changed_settings_do_all_again_in_place(
    wet: Path, dry: Path, changes: dict[str, object]
) -> None:
    batch(wet, dry)
    before = times(dry)
    batch(wet, dry, **changes)
    after = times(dry)
    assert after.keys() == before.keys()
    assert all(after[name] != before[name] for name in after)


def test_another_checkpoint_does_all_again(wet: Path, dry: Path) -> None:
    batch(wet, dry)
    before = times(dry)
    run_batch(replace(request(wet, dry), card=replace(CARD, sha256="b" * 64)))
    assert all(mtime != before[name] for name, mtime in times(dry).items())


def test_a_result_that_is_gone_is_made_again(wet: Path, dry: Path) -> None:
    batch(wet, dry)
    (dry / "1_derained.png").unlink()
    batch(wet, dry)
    assert "1_derained.png" in results(dry)


def test_a_result_that_is_taken_away_at_once_is_done(
    wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = pipeline.write

    def written_and_taken(*arguments: Any, **settings: Any) -> Photo:
        after = write(*arguments, **settings)
        next(dry.rglob("*_derained.png")).unlink()
        return after

    monkeypatch.setattr(pipeline, "write", written_and_taken)
    assert batch(wet, dry)[0].counts.done == 3


def test_a_result_that_a_person_went_on_with_is_theirs(wet: Path, dry: Path) -> None:
    batch(wet, dry)
    (dry / "1_derained.png").write_text("retouched")
    _, rows = batch(wet, dry, options=replace(OPTIONS, strength=0.5))
    assert (dry / "1_derained.png").read_text() == "retouched"
    assert states(rows) == {"1.png": "skipped", "2.png": "done", "10.png": "done"}
    assert "already exists" in rows[0].sentence


def test_what_is_there_is_skipped_replaced_or_stepped_around(wet: Path, dry: Path) -> None:
    dry.mkdir()
    for rule in ("skip", "rename", "overwrite"):
        shutil.rmtree(dry)
        dry.mkdir()
        (dry / "1_derained.png").write_text("mine")
        _, rows = batch(wet, dry, conflict=rule)
        kept = (dry / "1_derained.png").read_bytes() == b"mine"
        assert kept == (rule != "overwrite")
        assert ("1_derained-2.png" in results(dry)) == (rule == "rename")
        assert (rows[0].state is State.SKIPPED) == (rule == "skip")


@pytest.mark.parametrize("link", ["itself", "symlink", "hard link"])
def test_no_rule_replaces_a_source(wet: Path, dry: Path, link: str) -> None:
    out = wet if link == "itself" else dry
    if link != "itself":
        dry.mkdir()
        other = dry / "1.png"
        other.symlink_to(wet / "2.png") if link == "symlink" else other.hardlink_to(wet / "2.png")
    before = {path: path.read_bytes() for path in wet.rglob("*.png")}
    _, rows = batch(wet, out, conflict="overwrite", name="{stem}{ext}")
    assert {path: path.read_bytes() for path in wet.rglob("*.png")} == before
    assert rows[0].state is State.FAILED
    assert isinstance(rows[0].error, WouldReplaceSource)


def test_photos_of_one_name_get_results_of_their_own(wet: Path, dry: Path) -> None:
    make_photo(wet / "1.jpg", seed=8)
    make_photo(wet / "1.webp", seed=9)
    batch(wet, dry, format="tiff")
    assert {name for name in results(dry) if name.startswith("1")} == {
        "1_derained.tif",
        "1-2_derained.tif",
        "1-3_derained.tif",
    }
    batch(wet, dry.with_name("kept"))
    assert {"1_derained.jpg", "1_derained.png"} < results(dry.with_name("kept"))


def test_a_photo_whose_ending_lies_does_not_take_another_ones_place(wet: Path, dry: Path) -> None:
    make_photo(wet / "lie.png", seed=8).rename(wet / "1.jpg")  # PNG by its content
    _, rows = batch(wet, dry, conflict="overwrite")
    outputs = {row.output for row in rows}
    assert len(outputs) == len(rows)
    assert {str(path) for path in outputs} == results(dry)


def test_results_among_their_sources_are_no_sources(wet: Path) -> None:
    for _ in range(2):
        ending, _ = batch(wet, wet)
        assert ending.counts.total == 3
    shutil.rmtree(wet / ".afterrain")
    ending, rows = batch(wet, wet)
    assert ending.counts.total == 3
    assert {row.state for row in rows} == {State.SKIPPED}
    assert len(results(wet)) == 6


@pytest.mark.parametrize("inside", ["out in source", "source in out"])
def test_folders_may_lie_in_each_other(tmp_path: Path, inside: str) -> None:
    source, out = tmp_path / "a", tmp_path / "a" / "b"
    if inside == "source in out":
        source, out = out, source
    make_photos(source, ["1.png", "sub/2.png"])
    for _ in range(2):
        ending, _ = batch(source, out)
        assert ending.counts.done == ending.counts.total == 2
    assert {"1_derained.png", "sub/2_derained.png"} <= results(out)


def test_one_bad_file_stops_nothing_and_is_not_tried_again_unasked(wet: Path, dry: Path) -> None:
    bad = wet / "3.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    ending, rows = batch(wet, dry)
    assert (ending.counts.done, ending.counts.failed) == (3, 1)
    failed = next(row for row in rows if row.source == bad)
    assert isinstance(failed.error, PhotoDamaged)
    assert "3.png is damaged" in failed.sentence

    updates: list[object] = []
    run_batch(request(wet, dry), updates)  # type: ignore[arg-type]
    assert not updates
    run_batch(replace(request(wet, dry), retry_failed=True), updates)  # type: ignore[arg-type]
    assert updates
    make_photo(bad)
    assert batch(wet, dry)[0].counts.done == 4


def test_failures_that_nobody_foresaw_are_rows_too(
    wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(path: Path, **_: object) -> None:
        raise ZeroDivisionError(f"in {path.name}")

    monkeypatch.setattr("nledn.batch.work.decoder.read", breaks)
    ending, rows = batch(wet, dry)
    assert ending.counts.failed == 3
    assert isinstance(rows[0].error, PhotoFailed)
    assert rows[0].error.detail == "ZeroDivisionError: in 1.png"
    assert "Traceback" in caplog.text


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for a right to make links")
def test_results_are_not_derained_again_where_the_folder_has_two_names(
    wet: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(wet)
    for _ in range(2):
        assert batch(wet, link)[0].counts.done == 3
    assert len(list(wet.rglob("*.png"))) == 6


def test_a_result_that_could_not_be_noted_is_known_at_the_next_run(
    wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Journal.write
    refused: list[Row] = []

    def refuse_once(
        self: Journal, row: Row, thumbnails: ThumbnailPair | None = None, *, redone: bool = False
    ) -> None:
        if row.state is State.DONE and not refused:
            refused.append(row)
            raise JournalFailed(dry, "database is locked")
        write(self, row, thumbnails, redone=redone)

    monkeypatch.setattr(Journal, "write", refuse_once)
    ending, _ = batch(wet, dry)
    assert isinstance(ending.error, JournalFailed)
    assert results(dry), "it is there, and perhaps one that was under way"
    assert batch(wet, dry)[0].counts.done == 3


def test_names_that_are_no_utf_8_and_have_line_ends(wet: Path, dry: Path) -> None:
    odd = wet / os.fsdecode(b"r\xe9\ngen.png")
    make_photo(wet / "x.png").rename(odd)
    (wet / os.fsdecode(b"\xff.png")).write_bytes(b"bad")
    for _ in range(2):
        ending, rows = batch(wet, dry)
        assert (ending.counts.done, ending.counts.failed) == (4, 1)
    assert os.fsdecode(b"r\xe9\ngen_derained.png") in results(dry)
    (failed,) = (row.sentence for row in rows if row.sentence)
    assert r"\xff.png is damaged or its content is not PNG" in failed


def test_a_name_of_dots_alone_is_a_name(wet: Path, dry: Path) -> None:
    photos = [(wet / str(n)).with_suffix(".png").rename(wet / ("." * n + ".png")) for n in (1, 2)]
    found = in_list(map(os.fsencode, photos), wet / "list")
    for _ in range(2):
        ending, rows = run_batch(replace(request(wet, dry), found=found))
        assert ending.counts.done == 2
    assert [str(row.output) for row in rows] == ["..png_derained.png", "...png_derained.png"]


def test_an_output_folder_can_be_moved_with_its_journal(wet: Path, dry: Path) -> None:
    batch(wet, dry)
    moved = dry.rename(dry.with_name("elsewhere"))
    before = times(moved)
    batch(wet, moved)
    assert times(moved) == before


def test_a_journal_has_room_for_a_million_photos(wet: Path, dry: Path, tmp_path: Path) -> None:
    row = batch(wet, dry)[1][0]
    journal = Journal(tmp_path / "queue.sqlite")
    journal.plan(replace(row, source=wet / f"{n:07}.png", n=n) for n in range(1, 1001))
    journal.close()
    assert 1000 * journal.path.stat().st_size < LARGEST_BYTES


def test_a_large_journal_on_a_slow_disk_gets_more_time_to_open(
    wet: Path, dry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = batch(wet, dry)[1][0]
    journal = Journal(tmp_path / "queue.sqlite")
    journal.plan(replace(row, source=wet / f"{n:07}.png", n=n) for n in range(1, 5001))
    journal.close()
    monkeypatch.setattr("nledn.batch.database._OPENING_S", 0.0)  # that of any journal
    Journal(journal.path).close()


def test_two_folders_into_one_do_not_replace_each_other(tmp_path: Path, dry: Path) -> None:
    for name, seed in (("a", 1), ("b", 2)):
        make_photo(tmp_path / name / "1.png", seed)
    batch(tmp_path / "a", dry)
    first = (dry / "1_derained.png").read_bytes()
    _, rows = batch(tmp_path / "b", dry)
    assert rows[0].state is State.SKIPPED
    batch(tmp_path / "b", dry, conflict="rename")
    assert (dry / "1_derained.png").read_bytes() == first
    assert results(dry) == {"1_derained.png", "1_derained-2.png"}


def test_a_list_that_grew_leaves_what_is_done_where_it_is(tmp_path: Path, dry: Path) -> None:
    photos = make_photos(tmp_path, ["wet/a/1.png", "wet/b/2.png", "more/3.png"])
    lines = [os.fsencode(path) for path in photos]
    for count in (2, 3):
        asked = request(tmp_path / "wet", dry)
        run_batch(replace(asked, found=in_list(lines[:count], Path("list"))))
    assert results(dry) == {"a/1_derained.png", "b/2_derained.png", "more/3_derained.png"}


def test_a_preview_writes_nothing_and_is_true(wet: Path, dry: Path) -> None:
    foreseen = preview(request(wet, dry))
    assert not dry.exists()
    batch(wet, dry)
    assert {item.target.relative_to(dry).as_posix() for item in foreseen if item.target} == (
        results(dry)
    )
    again = preview(request(wet, dry))
    assert {item.row.state for item in again} == {State.DONE}
    shutil.rmtree(dry / ".afterrain")
    assert all(isinstance(item.error, ResultExists) for item in preview(request(wet, dry)))


def test_only_results_are_no_photos(wet: Path) -> None:
    batch(wet, wet)
    for path in (wet / "1.png", wet / "2.png", wet / "sub" / "10.png"):
        path.unlink()
    with pytest.raises(BatchInputEmpty):
        batch(wet, wet)


@pytest.mark.parametrize(
    "wrong", [{"conflict": "ask"}, {"format": "gif"}, {"name": "{title}"}, {"name": "{stem}"}]
)
def test_settings_are_checked_at_once(wrong: dict[str, str]) -> None:
    with pytest.raises(OptionInvalid):
        BatchSettings(options=Options(), **wrong)  # type: ignore[arg-type]


def test_a_report_afterwards_tells_of_the_last_run_and_plans_nothing(wet: Path, dry: Path) -> None:
    make_photo(dry / "2_derained.png")
    batch(wet, dry)
    with Queue.opened(request(wet, dry), plan=False) as queue:
        states_told = [row.state for row in report_of(queue).rows]
        assert queue.counts().skipped == 1
    assert states_told == ["done", "skipped", "done"]
    with pytest.raises(BatchBusy), Queue.opened(request(wet, dry), plan=False):
        Queue.opened(request(wet, dry), plan=False)
