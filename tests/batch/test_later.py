"""A batch that was done before: photos of a taken name, results made again."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nledn.batch import BatchSettings, Queue, State, derain_file, preview, report_of
from nledn.errors import OptionInvalid
from nledn.report import ReportRow
from tests.batch.batches import (
    OPTIONS,
    batch,
    engine,
    make_photo,
    make_photos,
    mean_of,
    request,
    results,
)

WET = ["a.jpg"]

HEIC = Path(__file__).parents[1] / "photo" / "data" / "eight_bits.heic"
NAMES = {"a_derained.jpg", "a-2_derained.jpg"}


def put_heic(wet: Path) -> None:
    """A photo that sorts before a.jpg, and whose result ends in .jpg."""
    shutil.copy(HEIC, wet / "a.heic")


@pytest.mark.parametrize("conflict", ["skip", "overwrite"])
def test_a_photo_that_comes_later_gets_a_name_of_its_own(
    wet: Path, dry: Path, conflict: str
) -> None:
    batch(wet, dry)
    first = (dry / "a_derained.jpg").read_bytes()
    put_heic(wet)
    settings = BatchSettings(options=OPTIONS, conflict=conflict)
    targets = {item.row.source.name: item.target for item in preview(request(wet, dry, settings))}
    assert targets == {"a.heic": dry / "a-2_derained.jpg", "a.jpg": dry / "a_derained.jpg"}
    _, rows = batch(wet, dry, conflict=conflict)
    assert {row.state for row in rows} == {State.DONE}
    assert results(dry) == NAMES
    assert (dry / "a_derained.jpg").read_bytes() == first


def test_photos_that_are_done_again_keep_their_names(wet: Path, dry: Path) -> None:
    batch(wet, dry)
    put_heic(wet)
    batch(wet, dry)
    before = {name: mean_of(dry / name) for name in NAMES}
    _, rows = batch(wet, dry, options=replace(OPTIONS, strength=0.5))
    assert {row.source.name: str(row.output) for row in rows} == {
        "a.heic": "a-2_derained.jpg",
        "a.jpg": "a_derained.jpg",
    }
    assert {row.state for row in rows} == {State.DONE}
    assert results(dry) == NAMES
    assert all(mean_of(dry / name) > before[name] + 2 for name in NAMES)


def test_numbered_photos_keep_their_results_and_new_ones_get_free_numbers(
    wet: Path, dry: Path
) -> None:
    (wet / "a.jpg").rename(wet / "b.jpg")
    for name in ("c.jpg", "e.jpg"):
        make_photo(wet / name)
    batch(wet, dry, name="{n:03}{ext}")
    (wet / "b.jpg").unlink()
    for name in ("a.jpg", "d.jpg"):
        make_photo(wet / name)
    for strength in (1.0, 0.5):
        before = mean_of(dry / "002.jpg")
        options = replace(OPTIONS, strength=strength)
        _, rows = batch(wet, dry, name="{n:03}{ext}", options=options)
        assert {row.source.name: str(row.output) for row in rows} == {
            "a.jpg": "004.jpg",
            "c.jpg": "002.jpg",
            "d.jpg": "005.jpg",
            "e.jpg": "003.jpg",
        }
        assert {row.state for row in rows} == {State.DONE}
    assert mean_of(dry / "002.jpg") > before + 2
    assert results(dry) == {f"00{n}.jpg" for n in range(1, 6)}


def test_one_name_for_several_photos_is_refused(wet: Path, dry: Path) -> None:
    assert batch(wet, dry, name="photo{ext}")[0].counts.done == 1
    make_photo(wet / "b.jpg")
    for look in (Queue.opened, preview):
        with pytest.raises(OptionInvalid, match=r"gives several photos .* \{stem\}, \{n\}"):
            look(request(wet, dry, BatchSettings(options=OPTIONS, name="photo{ext}")))


def test_a_report_begins_with_counts_time_and_model(wet: Path, dry: Path) -> None:
    (wet / "broken.jpg").write_bytes(b"no photo")
    batch(wet, dry)
    asked = request(wet, dry)
    with Queue.opened(asked, plan=False) as queue:
        report = report_of(queue)
    assert report.title == "wet"
    assert [name for name, _ in report.summary] == [
        "Done",
        "Failed",
        "Skipped",
        "Computing time",
        "Model",
    ]
    assert dict(report.summary) | {"Computing time": ""} == {
        "Done": "1 of 2",
        "Failed": "1",
        "Skipped": "0",
        "Computing time": "",
        "Model": asked.card.title,
    }
    assert asked.card.sha256 in dict(report.facts)["Model file"]
    make_photo(wet / "later.jpg")
    with Queue.opened(request(wet, dry)) as queue:
        assert dict(report_of(queue).summary)["Remaining"] == "1"


def test_pictures_of_an_older_result_are_forgotten(wet: Path, dry: Path) -> None:
    def pictures(strength: float) -> tuple[bytes | None, bytes | None]:
        options = replace(OPTIONS, strength=strength)
        asked = request(wet, dry, BatchSettings(options=options))
        with Queue.opened(asked) as queue:
            (row,) = report_of(queue).rows
        return row.before, row.after

    batch(wet, dry)
    of_first = pictures(1.0)
    assert None not in of_first
    batch(wet, dry, options=replace(OPTIONS, strength=0.1))
    of_second = pictures(0.1)
    assert None not in of_second
    assert of_second[1] != of_first[1]
    make_photo(wet / "a.jpg", seed=7)
    batch(wet, dry, options=replace(OPTIONS, strength=0.1))
    assert pictures(0.1)[0] != of_second[0]


def test_pictures_stay_where_only_scores_are_added(wet: Path, dry: Path) -> None:
    _, (row,) = batch(wet, dry)
    with Queue.opened(request(wet, dry, BatchSettings(options=OPTIONS, truth=wet))) as queue:
        before = queue.thumbnails(row)
        report_of(queue)
        assert next(queue.rows()).scores is not None
        assert queue.thumbnails(row) == before is not None


def report_row(wet: Path, dry: Path, **changes: object) -> ReportRow:
    """The only photo's row in a report that compares it with itself."""
    settings = replace(BatchSettings(options=OPTIONS, truth=wet), **changes)  # type: ignore[arg-type]
    with Queue.opened(request(wet, dry, settings)) as queue:
        (row,) = report_of(queue).rows
    return row


def test_a_result_that_was_cropped_has_no_scores_and_its_row_says_why(wet: Path, dry: Path) -> None:
    batch(wet, dry)
    result = make_photo(dry / "a_derained.jpg", size=(24, 30))
    row = report_row(wet, dry)
    assert row.scores is None
    assert row.note.startswith(f"{result} has 30×24 pixels, the photo has 32×24.")


def test_photos_are_read_for_scores_as_for_their_results(wet: Path, dry: Path) -> None:
    photo = make_photo(wet / "a.jpg", size=(240, 320))
    clean = make_photo(wet.with_name("clean") / "a.jpg", size=(240, 320)).parent
    photo.write_bytes(photo.read_bytes()[:-9000])
    batch(wet, dry, damaged=True)
    row = report_row(wet, dry, truth=clean, damaged=True, limit_megapixels=0.01)
    assert row.scores is None
    assert "the limit is" in row.note
    assert report_row(wet, dry, truth=clean, damaged=True).scores is not None


def test_a_journal_of_an_earlier_version_goes_on(wet: Path, dry: Path) -> None:
    batch(wet, dry)
    with closing(sqlite3.connect(dry / ".afterrain" / "queue.sqlite")) as database:
        database.executescript(
            """
CREATE TABLE holder (
    one INTEGER PRIMARY KEY CHECK (one = 1), host TEXT NOT NULL, pid INTEGER NOT NULL,
    started REAL NOT NULL, heartbeat REAL NOT NULL
);
            INSERT INTO holder VALUES (1, 'host', 7, 1.0, 1.0);
            UPDATE photo SET seen = json_remove(seen, '$.ends', '$.ctime_ns');
            UPDATE photo SET output_seen = json_remove(output_seen, '$.ends', '$.ctime_ns');
            PRAGMA user_version = 1;
            """
        )
    before = (dry / "a_derained.jpg").stat().st_mtime_ns
    assert [item.row.state for item in preview(request(wet, dry))] == [State.DONE]
    assert batch(wet, dry)[0].counts.done == 1
    assert (dry / "a_derained.jpg").stat().st_mtime_ns == before
    batch(wet, dry, options=replace(OPTIONS, strength=0.5))
    assert (dry / "a_derained.jpg").stat().st_mtime_ns > before
    assert results(dry) == {"a_derained.jpg"}


def test_results_of_a_stopped_batch_are_kept_by_another_folder_s(tmp_path: Path, dry: Path) -> None:
    make_photos(tmp_path / "first", ["0.png", "1.png"])
    make_photo(tmp_path / "second" / "0.png", seed=9)
    asked = request(tmp_path / "first", dry)
    with Queue.opened(asked) as queue:
        job = queue.take()
        assert job is not None
        queue.finish(job, derain_file(job, asked.settings, engine()))
    before = (dry / "0_derained.png").read_bytes()
    _, rows = batch(tmp_path / "second", dry)
    assert [row.state for row in rows] == [State.SKIPPED]
    assert (dry / "0_derained.png").read_bytes() == before


def test_a_renamed_result_is_kept_by_the_photo_whose_name_it_took(
    tmp_path: Path, dry: Path
) -> None:
    make_photos(tmp_path / "wet", ["a.png", "a-2.png"])
    make_photo(dry / "a.png", seed=9)  # another program's
    _, rows = batch(tmp_path / "wet", dry, name="{stem}{ext}", conflict="rename")
    assert {row.state for row in rows} == {State.DONE}
    assert len({row.output for row in rows}) == 2
    assert len(results(dry)) == 3
