"""Rows of what is compared, and names that are hidden."""

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.compare.panes import (
    MOST,
    BlindTest,
    ComparePane,
    Panes,
    keep,
    moved,
    tally,
    votes_path,
    with_pane,
    with_strength,
    without,
)

RAINY = ComparePane(1, "rainy", "")
ONE, TWO = (
    ComparePane(2, "checkpoint", "One", "one"),
    ComparePane(3, "checkpoint", "Two", "two", 0.5),
)
TRUTH = ComparePane(4, "truth", "")
ALL = (RAINY, ONE, TWO, TRUTH)


@given(st.integers(0, 3), st.integers(0, 3))
def test_moving_keeps_everyone(source: int, target: int) -> None:
    found = moved(ALL, source, target)
    assert sorted(pane.key for pane in found) == [1, 2, 3, 4]
    assert found[target] is ALL[source]
    rest = [pane for pane in found if pane is not ALL[source]]
    assert rest == [pane for pane in ALL if pane is not ALL[source]]


def test_the_truth_stays_last_and_is_one() -> None:
    more = with_pane(ALL, ComparePane(5, "result", "Theirs"))
    assert [pane.kind for pane in more] == ["rainy", "checkpoint", "checkpoint", "result", "truth"]
    other = with_pane(more, ComparePane(6, "truth", ""))
    assert [pane.key for pane in other] == [1, 2, 3, 5, 6]


def test_six_at_most_and_two_at_least() -> None:
    panes: Panes = ALL
    for key in range(5, 10):
        panes = with_pane(panes, ComparePane(key, "result", ""))
    assert len(panes) == MOST
    for pane in panes:
        panes = without(panes, pane.key)
    assert [pane.key for pane in panes][:1] == [RAINY.key]
    assert sum(1 for _ in panes) == 2


def test_strengths_are_told_where_they_are_not_all() -> None:
    assert with_strength(ALL, 2, 0.7)[1].name == "One (70 %)"
    assert ONE.name == "One"


def test_names_are_hidden_and_shuffled_until_told() -> None:
    orders = set()
    for seed in range(20):
        blind_test = BlindTest(ALL, random.Random(seed))
        order = blind_test.order(ALL)
        orders.add(tuple(pane.key for pane in order))
        assert (order[0], order[3]) == (RAINY, TRUTH)
        letters = [blind_test.letters[pane.key] for pane in order[1:3]]
        assert letters == ["A", "B"]  # by place, not by model
        assert blind_test.fits(ALL)
    assert orders == {(1, 2, 3, 4), (1, 3, 2, 4)}
    assert not blind_test.fits(ALL[:2])


def test_votes_are_kept_and_tallied_over_a_folder() -> None:
    names = ("One", "Two")
    for photo, chosen in (
        ("/a/1.jpg", "One"),
        ("/a/2.jpg", "Two"),
        ("/a/2.jpg", "One"),  # a second thought
        ('/a/3, "雨".jpg', ""),
        ("/b/1.jpg", "Two"),
    ):
        keep(Path(photo), chosen, names)
    assert tally(Path("/a")) == {"One": 2, "": 1}
    assert tally(Path("/b")) == {"Two": 1}
    assert not tally(Path("/c"))
    keep(Path("/c/caf\udce9.jpg"), "Two", names)
    assert tally(Path("/c")) == {"Two": 1}, "a name that is no text"
    lines = votes_path().read_text("utf-8").splitlines()
    assert lines[0] == "time,photo,chosen,candidates"
    assert len(lines) == 7
