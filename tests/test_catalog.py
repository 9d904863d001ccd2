import errno
import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nledn import catalog, checkpoint, places
from nledn.architecture import weight_shapes
from nledn.card import Card, Score
from nledn.checkpoint import AUTHORS_TO_OURS
from nledn.errors import (
    CardInvalid,
    CheckpointChanged,
    CheckpointIdTaken,
    CheckpointMismatch,
    CheckpointNotFound,
    CheckpointShipped,
    NotACheckpoint,
    OptionInvalid,
    OutputDiskFull,
    OutputFailed,
    UnknownCheckpoint,
)

OFFICIAL = Path(__file__).resolve().parents[1].parent / "shared" / "official"
WEIGHTS = {name: np.full(shape, 0.01, np.float32) for name, shape in weight_shapes().items()}


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shipped").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(places, "weights", lambda: tmp_path / "shipped")
    monkeypatch.setattr(places, "user_weights", lambda: tmp_path / "user" / "weights")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


def put(folder: Path, id: str, value: float = 0.01) -> Card:
    """A checkpoint with its card, as an export leaves it."""
    path = folder / f"{id}.safetensors"
    arrays = {name: np.full_like(array, value) for name, array in WEIGHTS.items()}
    sha256 = checkpoint.write(path, arrays)
    card = Card(id, id.title(), sha256, "fixed", path, training_data="rain")
    catalog.write_card(card)
    return card


def authors_pth(folder: Path, name: str = "net.pth") -> Path:
    theirs = {ours: authors for authors, ours in AUTHORS_TO_OURS.items()}
    state = {theirs.get(key, key): torch.tensor(array) for key, array in WEIGHTS.items()}
    file = io.BytesIO()
    torch.save(state, file, _use_new_zipfile_serialization=False)
    (folder / name).write_bytes(file.getvalue())
    return folder / name


def ids() -> list[str]:
    return [card.id for card in catalog.cards()]


def test_without_checkpoints_there_are_no_cards_and_no_default() -> None:
    assert catalog.cards() == ()
    with pytest.raises(UnknownCheckpoint):
        catalog.find("auto")


def test_shipped_cards_come_first_each_in_natural_order(elsewhere: Path) -> None:
    for id in ("b10", "b2"):
        put(places.weights(), id)
    catalog.add(put(elsewhere, "a1").path)
    assert ids() == ["b2", "b10", "a1"]
    assert [card.origin for card in catalog.cards()] == ["shipped", "shipped", "imported"]


def test_auto_is_afterrain_else_the_first_shipped() -> None:
    put(places.weights(), "aaa")
    assert catalog.find("auto").id == "aaa"
    put(places.weights(), "afterrain")
    assert catalog.find("auto").id == "afterrain"


def test_a_damaged_default_is_not_passed_over_in_silence() -> None:
    put(places.weights(), "aaa")
    (places.weights() / "afterrain.toml").write_text("no card")
    with pytest.raises(CardInvalid):
        catalog.find("auto")


def test_a_checkpoint_is_found_by_id_and_loaded() -> None:
    card = put(places.weights(), "one", 0.02)
    found = catalog.find("one")
    assert found == replace(card, origin="shipped")
    assert catalog.load(found).arrays["conv1.bias"][0] == np.float32(0.02)


def test_an_unknown_id_names_the_known_ones() -> None:
    put(places.weights(), "one")
    for id in ("two", "Not An Id"):
        with pytest.raises(UnknownCheckpoint) as caught:
            catalog.find(id)
        assert caught.value.known == ("one",)


def test_a_file_is_found_with_the_card_beside_it(elsewhere: Path) -> None:
    card = put(elsewhere, "mine")
    assert catalog.find(str(card.path)) == card


def test_a_file_without_a_card_is_known_by_its_name(elsewhere: Path) -> None:
    path = elsewhere / "My Weights (2).safetensors"
    sha256 = checkpoint.write(path, WEIGHTS)
    card = catalog.find(str(path))
    assert card == Card("my-weights-2", "My Weights (2)", sha256, "fixed", path)


def test_a_file_in_the_authors_layout_runs_with_their_regions(elsewhere: Path) -> None:
    path = authors_pth(elsewhere)
    card = catalog.find(str(path))
    assert (card.id, card.regions) == ("net", "grid")
    assert catalog.load(card).arrays.keys() == weight_shapes().keys()


@pytest.mark.parametrize("name", ["雨.pth", "auto.pth", "---.pth"])
def test_a_name_that_gives_no_id_gives_checkpoint(elsewhere: Path, name: str) -> None:
    assert catalog.describe(authors_pth(elsewhere, name)).id == "checkpoint"


def test_a_path_that_leads_nowhere_is_said_to(elsewhere: Path) -> None:
    for weights in ("none.pth", str(elsewhere / "none")):
        with pytest.raises(CheckpointNotFound):
            catalog.find(weights)


def test_the_card_of_another_file_is_refused(elsewhere: Path) -> None:
    card = put(elsewhere, "mine")
    checkpoint.write(card.path, {name: array + 1 for name, array in WEIGHTS.items()})
    with pytest.raises(CheckpointChanged):
        catalog.find(str(card.path))
    with pytest.raises(CheckpointChanged):
        catalog.add(card.path)


def test_changed_weights_are_not_loaded() -> None:
    card = put(places.weights(), "one")
    checkpoint.write(card.path, {name: array + 1 for name, array in WEIGHTS.items()})
    with pytest.raises(CheckpointChanged):
        catalog.load(catalog.find("one"))
    with pytest.raises(CheckpointChanged):
        catalog.verify("one")


def test_what_is_added_is_kept_as_safetensors_with_a_card(elsewhere: Path) -> None:
    source = authors_pth(elsewhere)
    card = catalog.add(source, "mine", "My own")
    source.unlink()
    assert card.path == places.user_weights() / "mine.safetensors"
    assert catalog.find("mine") == card
    assert catalog.verify("mine") == card
    assert (card.title, card.regions, card.origin) == ("My own", "grid", "imported")
    found = catalog.load(card).arrays
    for name, array in WEIGHTS.items():
        np.testing.assert_array_equal(found[name], array)


def test_a_card_comes_along(elsewhere: Path) -> None:
    card = put(elsewhere, "mine")
    added = catalog.add(card.path)
    assert (added.id, added.title, added.training_data) == ("mine", "Mine", "rain")


@pytest.mark.parametrize("id", ["", "..", "../x", "A b", "auto", "x" * 65])
def test_an_id_that_cannot_name_a_file_is_refused(elsewhere: Path, id: str) -> None:
    path = put(elsewhere, "mine").path
    with pytest.raises(OptionInvalid):
        catalog.add(path, id)
    assert not places.user_weights().exists()


@pytest.mark.parametrize("title", ["", "\x1b[2J", "two\nlines"])
def test_a_title_that_is_no_line_of_text_is_refused(elsewhere: Path, title: str) -> None:
    path = put(elsewhere, "mine").path
    with pytest.raises(OptionInvalid):
        catalog.add(path, title=title)


def test_an_id_is_given_once(elsewhere: Path) -> None:
    put(places.weights(), "shipped")
    path = put(elsewhere, "mine").path
    catalog.add(path)
    for id in ("mine", "shipped"):
        with pytest.raises(CheckpointIdTaken):
            catalog.add(path, id)


def test_what_is_no_checkpoint_is_not_added(elsewhere: Path) -> None:
    (elsewhere / "a.pth").write_text("words")
    with pytest.raises(NotACheckpoint):
        catalog.add(elsewhere / "a.pth")
    short = {name: array for name, array in WEIGHTS.items() if name != "conv1.bias"}
    checkpoint.write(elsewhere / "b.safetensors", short)
    with pytest.raises(CheckpointMismatch):
        catalog.add(elsewhere / "b.safetensors")
    assert not places.user_weights().exists()


def test_weights_without_their_card_are_a_half_done_import_that_can_be_repeated(
    elsewhere: Path,
) -> None:
    path = put(elsewhere, "mine").path
    catalog.add(path)
    (places.user_weights() / "mine.toml").unlink()
    assert ids() == []
    catalog.add(path)
    assert ids() == ["mine"]


def test_a_folder_that_cannot_be_made_is_an_error_with_words(
    elsewhere: Path, tmp_path: Path
) -> None:
    (tmp_path / "user").write_text("a file where the folder should be")
    with pytest.raises(OutputFailed):
        catalog.add(put(elsewhere, "mine").path)


def test_a_full_disk_is_said_as_such(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(path: Path, *_rest: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    path = put(elsewhere, "mine").path
    monkeypatch.setattr(Path, "mkdir", no_space)
    with pytest.raises(OutputDiskFull):
        catalog.add(path)


def test_what_was_added_can_be_removed(elsewhere: Path) -> None:
    catalog.add(put(elsewhere, "mine").path)
    catalog.remove("mine")
    assert list(places.user_weights().iterdir()) == []
    with pytest.raises(UnknownCheckpoint):
        catalog.remove("mine")


def test_a_damaged_import_can_be_removed(elsewhere: Path) -> None:
    card = catalog.add(put(elsewhere, "mine").path)
    card.path.with_suffix(".toml").write_text("no card")
    card.path.unlink()
    catalog.remove("mine")
    assert list(places.user_weights().iterdir()) == []


def test_a_shipped_checkpoint_stays() -> None:
    put(places.weights(), "one")
    with pytest.raises(CheckpointShipped):
        catalog.remove("one")
    assert ids() == ["one"]


def test_remove_and_verify_take_ids_not_paths(elsewhere: Path) -> None:
    path = put(elsewhere, "mine").path
    for id in (str(path), "../elsewhere/mine"):
        with pytest.raises(UnknownCheckpoint):
            catalog.remove(id)
        with pytest.raises(UnknownCheckpoint):
            catalog.verify(id)
    assert path.exists()


def test_one_damaged_card_hides_no_other(elsewhere: Path) -> None:
    put(places.weights(), "one")
    card = catalog.add(put(elsewhere, "mine").path)
    card.path.with_suffix(".toml").rename(places.user_weights() / "other.toml")
    shelf = catalog.shelf()
    assert [card.id for card in shelf.cards] == ["one"]
    assert [error.path.name for error in shelf.broken] == ["other.toml"]


def test_nothing_imported_stands_in_for_a_shipped_one(elsewhere: Path) -> None:
    catalog.add(put(elsewhere, "one", 0.03).path)
    put(places.weights(), "one", 0.01)
    assert catalog.find("one").origin == "shipped"
    assert [card.origin for card in catalog.cards()] == ["shipped"]


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the authors' files are not here")
@pytest.mark.parametrize(
    ("name", "id", "data_set", "score"),
    [
        ("net_Rain100L.pth", "authors-rain100l", "Rain100L", Score(36.57, 0.9747)),
        ("net_Rain100H.pth", "authors-rain100h", "Rain100H", Score(30.38, 0.8939)),
        ("net_DDN.pth", "authors-ddn", "DDN-Data", Score(29.79, 0.8976)),
        ("net_DID.pth", "authors-didmdn", "DIDMDN-Data", Score(33.16, 0.9192)),
    ],
)
def test_the_authors_files_are_recognised(name: str, id: str, data_set: str, score: Score) -> None:
    card = catalog.add(OFFICIAL / name)
    assert (card.id, card.regions) == (id, "grid")
    assert card.scores == {data_set: score}
    assert data_set in card.title
    assert "not redistributable" in card.licence
    read_back = catalog.verify(id)
    assert read_back == card


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the authors' files are not here")
def test_the_hashes_of_the_authors_files_are_the_published_ones() -> None:
    lines = (OFFICIAL / "SHA256SUMS").read_text().splitlines()
    assert {line.split()[0] for line in lines} == set(catalog.AUTHORS)
