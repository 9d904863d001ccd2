"""The progress of a batch in words."""

import pytest

from app.batch.state import BatchState, BatchStatus, pace_of


@pytest.mark.parametrize(
    ("left_s", "words"),
    [
        (1.0, "0.5 s a photo · 0:01 left"),
        (82.0, "41 s a photo · 1:22 left"),
        (400.0, "3:20 a photo · 6:40 left"),
        (None, "The first photo is being derained…"),
    ],
)
def test_the_pace_is_the_time_of_a_photo(left_s: float | None, words: str) -> None:
    status = BatchStatus(
        BatchState.RUNNING, total=6, planned=3, done=3, under_way=1.0, seconds_left=left_s
    )
    assert pace_of(status) == words


def test_the_pace_is_not_told_where_nothing_is_left() -> None:
    status = BatchStatus(BatchState.RUNNING, total=3, done=3, seconds_left=0.0)
    assert pace_of(status) == "0:00 left"
