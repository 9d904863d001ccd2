"""The known checkpoints: shipped ones, imported ones, and the authors' by their hash.

A checkpoint is two files, `<id>.safetensors` and its card `<id>.toml`. The card is written last
and removed first, so that a half-done import is no checkpoint.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from natsort import natsorted

from nledn import checkpoint, places
from nledn.atomic import make_folder, replacing
from nledn.card import Card, Origin, Score, card_text, is_id, read_card
from nledn.checkpoint import Weights
from nledn.errors import (
    CardInvalid,
    CheckpointChanged,
    CheckpointIdTaken,
    CheckpointShipped,
    OptionInvalid,
    UnknownCheckpoint,
    write_errors,
)
from nledn.options import AUTO

DEFAULT_ID = "afterrain"
DENSE_ID = "afterrain-dense"
LIGHT_ID = "afterrain-light"
FILE_SUFFIXES = (".safetensors", ".pth", ".pt")


@dataclass(frozen=True)
class Shelf:
    """All checkpoints: cards, shipped ones first, and the errors of those that cannot be read."""

    cards: tuple[Card, ...]
    broken: tuple[CardInvalid, ...]


def shelf() -> Shelf:
    """Read every card, shipped and imported. One that is damaged does not hide the others."""
    cards: dict[str, Card] = {}
    broken = []
    for folder, origin in _folders():
        for path in natsorted(folder.glob("*.toml"), key=lambda path: path.stem):
            try:
                card = _read_named(path, origin)
            except CardInvalid as error:
                broken.append(error)
            else:
                cards.setdefault(card.id, card)  # nothing imported can stand in for a shipped one
    return Shelf(tuple(cards.values()), tuple(broken))


def cards() -> tuple[Card, ...]:
    """Every checkpoint that can be chosen, shipped ones first."""
    return shelf().cards


def find(weights: str) -> Card:
    """Return the card for the user's choice.

    Args:
        weights: an id, the path of a `.safetensors` or `.pth` file, or `auto`: `afterrain`, else
            the first shipped.

    Raises:
        UnknownCheckpoint: no such id.
        CheckpointError: a file that cannot be used.
        CardInvalid: the card of that id, or beside that file, cannot be read.
    """
    if weights == AUTO:
        return _default()
    card, path = _known(weights), Path(weights)
    if card is not None:
        return card
    if path.suffix.lower() in FILE_SUFFIXES or len(path.parts) > 1:
        return describe(path)
    raise _unknown(weights)


def automatic_cards() -> tuple[Card, ...]:
    """The models that `auto` chooses from, the all-round one first; without those not here.

    Raises:
        UnknownCheckpoint: no model is installed.
        CardInvalid: one of the cards cannot be read.
    """
    allround = _default()
    others = (_known(id) for id in (DENSE_ID, LIGHT_ID))
    here = (card for card in others if card is not None and card.path.is_file())
    return (allround, *(card for card in here if card != allround))


def automatic() -> Card:
    """The card of `auto`; its hash changes when one of the models does.

    Raises:
        UnknownCheckpoint, CardInvalid: see `automatic_cards`.
    """
    cards = automatic_cards()
    sha256 = hashlib.sha256("".join(card.sha256 for card in cards).encode()).hexdigest()
    return Card(AUTO, "Automatic", sha256, cards[0].regions, cards[0].path, cards[0].origin)


def card_of(weights: str) -> Card:
    """Return the card by which a batch knows the model: as `find`, but `auto` has its own."""
    return automatic() if weights == AUTO else find(weights)


def describe(path: Path) -> Card:
    """Return the card for any file of weights: the authors' by hash, else the one beside it.

    Without either, the file's name is its title, and its layout of regions goes by whose names
    its tensors have: the authors' checkpoints run with `grid`, ours with `fixed`.

    Raises:
        CheckpointError: the file cannot be used.
        CheckpointChanged: the card beside it is another file's.
        CardInvalid: the card beside it cannot be read.
    """
    weights = checkpoint.read(path)
    if weights.sha256 in AUTHORS:
        return replace(AUTHORS[weights.sha256], path=path)
    beside = path.with_suffix(".toml")
    if beside.exists():
        card = replace(read_card(beside, "file"), path=path)
        if card.sha256 != weights.sha256:
            raise CheckpointChanged(path, card.sha256, weights.sha256)
        return card
    return Card(
        id=_id_from(path.stem),
        title="".join(letter for letter in path.stem if letter.isprintable()),
        sha256=weights.sha256,
        regions="grid" if weights.named_by == "authors" else "fixed",
        path=path,
    )


def load(card: Card) -> Weights:
    """Read a checkpoint's weights, and verify that they are those that the card names.

    Raises:
        CheckpointChanged: not the bytes that the card names.
        CheckpointError: the file cannot be used.
    """
    return checkpoint.read(card.path, sha256=card.sha256)


def verify(id: str) -> Card:
    """Check that a checkpoint's file is the one its card names, and sound.

    Raises:
        UnknownCheckpoint: no such id.
        CheckpointError: what is wrong.
    """
    card = _known(id)
    if card is None:
        raise _unknown(id)
    load(card)
    return card


def add(file: Path, id: str | None = None, title: str | None = None) -> Card:
    """Import a file of weights into the user's folder, as safetensors with a card.

    Args:
        file: `.safetensors`, or `.pth` in the authors' layout. A card beside it comes along.
        id: for the command line; from the card or the file's name if None.
        title: for lists; from the card or the file's name if None.

    Raises:
        OptionInvalid: `id` or `title` has characters that it may not have.
        CheckpointIdTaken: another checkpoint has that id.
        CheckpointError: the file cannot be used.
        WriteError: the user's folder cannot be written.
    """
    if id is not None and (not is_id(id) or id == AUTO):
        raise OptionInvalid("id", id, "lower-case letters, digits, '.', '_' and '-', up to 64")
    if title is not None and not (title and title.isprintable()):
        raise OptionInvalid("title", title, "one line of text")
    card = describe(file)
    weights = load(card)
    id = id or card.id
    if any((folder / f"{id}.toml").exists() for folder, _ in _folders()):
        raise CheckpointIdTaken(id)
    path = places.user_weights() / f"{id}.safetensors"
    make_folder(path.parent)
    sha256 = checkpoint.write(path, weights.arrays)
    imported = replace(
        card, id=id, title=title or card.title, sha256=sha256, path=path, origin="imported"
    )
    write_card(imported)
    return imported


def write_card(card: Card) -> None:
    """Write a card beside its weights.

    Raises:
        WriteError: it cannot be written.
    """
    with replacing(card.path.with_suffix(".toml"), overwrite=True) as file:
        file.write(card_text(card).encode())


def remove(id: str) -> None:
    """Delete an imported checkpoint; also one whose card or weights are damaged.

    Raises:
        UnknownCheckpoint: no such id.
        CheckpointShipped: it came with the program.
        WriteError: the user's folder cannot be written.
    """
    if is_id(id):
        shipped, imported = (folder / f"{id}.toml" for folder, _ in _folders())
        if imported.exists():
            with write_errors(imported):
                imported.unlink()
                imported.with_suffix(".safetensors").unlink(missing_ok=True)
            return
        if shipped.exists():
            raise CheckpointShipped(id)
    raise _unknown(id)


def _default() -> Card:
    # Not by way of `shelf`: a damaged default is an error, not a reason to take another.
    card = _known(DEFAULT_ID)
    if card is not None:
        return card
    others = cards()
    if not others:
        raise UnknownCheckpoint(DEFAULT_ID, ())
    return others[0]


def _known(id: str) -> Card | None:
    for folder, origin in _folders() if is_id(id) else ():
        path = folder / f"{id}.toml"
        if path.exists():
            return _read_named(path, origin)
    return None


def _unknown(id: str) -> UnknownCheckpoint:
    return UnknownCheckpoint(id, tuple(card.id for card in cards()))


def _folders() -> tuple[tuple[Path, Origin], tuple[Path, Origin]]:
    return (places.weights(), "shipped"), (places.user_weights(), "imported")


def _read_named(path: Path, origin: Origin) -> Card:
    card = read_card(path, origin)
    if card.id != path.stem:
        raise CardInvalid(path, f"it says that its id is {card.id}")
    return card


def _id_from(stem: str) -> str:
    """`My Weights (2)` → `my-weights-2`; a name without a usable letter → `checkpoint`."""
    id = re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("._-")[:64]
    return id if is_id(id) and id != AUTO else "checkpoint"


def _published(sha256: str, data_set: str, training_data: str, score: Score) -> Card:
    short = data_set.removesuffix("-Data")
    return Card(
        id=f"authors-{short.lower()}",
        title=f"NLEDN, the authors' for {data_set}",
        sha256=sha256,
        regions="grid",
        path=Path(),
        training_data=f"{data_set}{training_data}",
        licence="not stated by the authors; not redistributable",
        description="Published by the authors of the paper (Li et al., ACM MM 2018).",
        url="https://github.com/AlexHex7/NLEDN",
        scores={data_set: score},
        measured_by="the paper, table 1",
    )


_PUBLISHED = (
    _published(
        "aa95a3d628917a56fda29d21871f8d929ed11d05283a19e698df31bc051b9daf",
        "Rain100L", ", 200 pairs (Yang et al. 2017)", Score(36.57, 0.9747),
    ),
    _published(
        "76e3242194c7319bde7b8c7656729e4fbed5c102e7245667f4328e376f49e30b",
        "Rain100H", ", 1,800 pairs (Yang et al. 2017)", Score(30.38, 0.8939),
    ),
    _published(
        "7d19219a8bce57ec6d43fcf75b898a357dc094e502537c3ee4bea0e5e9e2fa14",
        "DDN-Data", ", 9,100 pairs (Fu et al. 2017)", Score(29.79, 0.8976),
    ),
    _published(
        "625c01ac8a0baf5956c771f428c569d3c4166dafd99e4186dc67b4a8b6bb8476",
        "DIDMDN-Data", " (Zhang and Patel 2018)", Score(33.16, 0.9192),
    ),
)  # fmt: skip
AUTHORS = {card.sha256: card for card in _PUBLISHED}
"""The authors' four files (table 1), by sha256; the paths are the finder's to fill in."""
