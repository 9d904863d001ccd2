"""Work for opening: a photo with its edits, its result and the others of its folder."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtGui import QImage

from app.imaging.pyramid import Opened, first_copies
from app.imaging.qimage import to_photo
from app.photo.autosave import Recovered
from app.photo.edits import Choices, Edits, EditsStore, stamp_of
from app.shell.names import is_folder
from app.tasks import Job, Work
from nledn import Options, __version__, decoder
from nledn.errors import DerainError, FolderWithoutPhotos, PhotoNotFound
from nledn.naming import source_stem
from nledn.options import AUTO
from nledn.rain import RainLayer, Record, difference

if TYPE_CHECKING:
    from nledn.batch import Row
    from nledn.batch.rows import ResultFacts
    from nledn.photo.provenance import Provenance


@dataclass(frozen=True, eq=False)
class Found(Opened):
    """A photo that was read, the others of its folder, and the work on it.

    Attributes:
        folder: the photos of its folder in natural order; empty for a pasted one.
        results: of photos in the folder that have one there, which is not listed separately.
        provenance: if it is a result of ours.
        from_folder: a folder was opened, and this is its first photo.
        edits: its kept edits, or those of its result; None without any.
        rain: the difference of the photo and its result; None without one.
        recovered: the work on it before a crash; None without any.
    """

    folder: tuple[Path, ...] = ()
    results: Mapping[Path, Path] = field(default_factory=dict)
    provenance: "Provenance | None" = None
    from_folder: bool = False
    edits: Edits | None = None
    rain: RainLayer | None = None
    recovered: Recovered | None = None


@dataclass(frozen=True, eq=False)
class OpenJob(Job[Found]):
    """Read a photo, or the first one of a folder; for a result also its source.

    Attributes:
        damaged: a damaged photo is opened as far as it can be read.
        result: a file that the photo is shown with, where that tells its rain.
        is_edited: another program waits for this file, which is opened even if it is a result.
    """

    only_reads: ClassVar[bool] = True
    path: Path
    options: Options
    store: EditsStore
    damaged: bool = False
    result: Path | None = None
    is_edited: bool = False

    def run(self, work: Work) -> Found:
        """Read it."""
        path, from_folder = self.path, is_folder(self.path)
        siblings = (
            _Siblings.of(path, self.store) if from_folder else _Siblings.near(path, self.store)
        )
        if from_folder:
            if not siblings.photos:
                others = [each for each in path.iterdir() if not each.name.startswith(".")]
                folders = sum(is_folder(each) for each in others)
                raise FolderWithoutPhotos(path, folders, len(others) - folders)
            path = (siblings.sources or siblings.photos)[0]
        source = path if self.result is not None else siblings.sources_of.get(path)
        found = None
        if source is not None and not self.is_edited:
            with suppress(DerainError):  # one of them may be gone or damaged
                found = self._both(source, self.result or path, work)
        found = siblings.beside(found or _read(path, self.store, work, damaged=self.damaged))
        return replace(found, from_folder=from_folder)

    def _both(self, source: Path, result: Path, work: Work) -> Found | None:
        """Read a photo beside its result; None if that is no result of it."""
        from nledn.photo.provenance import read_provenance

        after = decoder.read(result, cancel=work.cancel)
        made = read_provenance(after.xmp)
        if made is None or made.partial or not made.strength:
            return None
        found = _read(source, self.store, work)
        before, edits = found.photo, found.edits
        is_its = edits is not None and edits.result == result
        is_saved = not made.keep_brightness if edits is None else edits.is_saved and is_its
        if before.size != after.size or (made.masked and not is_saved):
            return None
        weights = _weights(made)
        if edits is None:
            choices = Choices(weights, made.strength, made.keep_brightness)
            edits = Edits(choices, None, result, is_saved=True)
        elif edits.choices.weights not in (weights, made.checkpoint):  # another was chosen since
            own = replace(edits, result=None, is_saved=False)
            return replace(found, edits=own if is_its else edits)
        if made.keep_brightness:  # light was given back: the two files do not tell the rain
            return replace(found, edits=edits)
        record = _record(made, "", made.version, self.options)  # its device is not known
        rain = difference(before.pixels, after.pixels, record, made.strength, linear=before.linear)
        return replace(found, edits=replace(edits, result=result, is_saved=is_saved), rain=rain)


def pasted(image: QImage) -> Found:
    """Turn a pasted picture into a photo without a file."""
    photo = to_photo(image)
    return Found(photo, first_copies(photo))


@dataclass(frozen=True, eq=False)
class RestoreJob(Job[Found]):
    """Read a photo whose work from before a crash is known."""

    recovered: Recovered
    store: EditsStore

    def run(self, work: Work) -> Found:
        """Read it."""
        source = self.recovered.source
        # Damaged or not, it is opened as before the crash.
        found = _read(source, self.store, work, damaged=True)
        if self.recovered.stamp != stamp_of(source):
            raise PhotoNotFound(self.recovered.file)
        found = _Siblings.near(source, self.store).beside(found)
        return replace(found, recovered=self.recovered)


@dataclass(frozen=True, eq=False)
class ReviewJob(Job[Found]):
    """Read a photo and its result of a batch, if any.

    Attributes:
        output: its result; without one the photo is only opened.
        row: of the journal, with the settings of the result.
        store: of edits, which are not shown in place of the result.
    """

    only_reads: ClassVar[bool] = True
    source: Path
    output: Path | None
    row: "Row | None"
    options: Options
    store: EditsStore

    def run(self, work: Work) -> Found:
        """Read both."""
        found = _Siblings.near(self.source, self.store).beside(_read(self.source, self.store, work))
        row, before = self.row, found.photo
        if self.output is None or row is None or row.figures is None:
            return found
        try:
            after = decoder.read(self.output, cancel=work.cancel)
        except DerainError:
            return found  # missing, or no longer a photo
        if before.size != after.size:
            return found
        made, settings = row.figures, json.loads(row.settings)
        strength, keep_brightness = settings["strength"], settings["keep_brightness"]
        weights = _weights(made) or self.options.weights  # unknown in earlier journals
        choices = Choices(weights, strength, keep_brightness)
        edits = Edits(choices, None, self.output, is_saved=True)
        if keep_brightness or not strength:  # as in `OpenJob`
            return replace(found, edits=edits)
        record = _record(made, row.device, __version__, self.options)
        rain = difference(before.pixels, after.pixels, record, strength, linear=before.linear)
        return replace(found, edits=edits, rain=rain)


@dataclass(frozen=True)
class _Siblings:
    """The photos of a folder, of which some are results of others.

    Attributes:
        sources_of: each result's photo, by its name, or because the result was saved there. Of
            several results of a photo, the one that was saved last is at the end.
    """

    photos: tuple[Path, ...]
    sources_of: Mapping[Path, Path]

    @classmethod
    def of(cls, folder: Path, store: EditsStore) -> "_Siblings":
        photos = photos_in(folder)
        edited = store.in_folder(folder)
        # Some databases name a photo that `--edit` replaced as its own result.
        saved = {edited.get(photo): photo for photo in photos if edited.get(photo) != photo}
        known = {photo: saved[photo] for photo in photos if photo in saved}
        named = {each: photo for each, photo in results_in(photos).items() if each not in known}
        return cls(photos, {**named, **known})

    @classmethod
    def near(cls, path: Path, store: EditsStore) -> "_Siblings":
        """Those of a photo's folder; the photo alone if that cannot be listed."""
        try:
            return cls.of(path.parent, store)
        except PhotoNotFound:
            return cls((path,), {})

    @property
    def sources(self) -> tuple[Path, ...]:
        return tuple(photo for photo in self.photos if photo not in self.sources_of)

    def beside(self, found: Found) -> Found:
        """Put a photo among the others, also a result without its source."""
        path = found.photo.path
        shown = tuple(each for each in self.photos if each == path or each not in self.sources_of)
        results = {source: result for result, source in self.sources_of.items() if result != path}
        return replace(found, folder=shown, results=results)


def _weights(made: "Provenance | ResultFacts") -> str:
    """Return the choice of a model that a result was made with."""
    return AUTO if made.reason else made.checkpoint


def _record(
    made: "Provenance | ResultFacts", device: str, version: str, options: Options
) -> Record:
    """Return the record of rain that is the difference of a photo and its result."""
    return Record(
        checkpoint=made.checkpoint,
        checkpoint_sha256=made.checkpoint_sha256,
        reason=made.reason,
        device=device,
        backend=made.backend,
        precision=made.precision,
        tile=made.tile,
        overlap_px=options.overlap_px or 0,
        version=version,
    )


def _read(path: Path, store: EditsStore, work: Work, *, damaged: bool = False) -> Found:
    """Read a photo and its edits."""
    from nledn.photo.provenance import read_provenance

    photo = decoder.read(path, damaged=damaged, cancel=work.cancel)
    provenance = read_provenance(photo.xmp)
    return Found(photo, first_copies(photo), provenance=provenance, edits=store.find(path))


def photos_in(folder: Path) -> tuple[Path, ...]:
    """Return the photos of a folder in natural order; hidden files and junk are left out."""
    from natsort import natsorted

    from nledn import photo as photos

    suffixes = set(photos.readable_suffixes())
    try:
        names = [path for path in folder.iterdir() if path.suffix.lower() in suffixes]
    except OSError as error:
        raise PhotoNotFound(folder) from error
    return tuple(natsorted((path for path in names if not path.name.startswith(".")), key=str))


def results_in(photos: Sequence[Path]) -> Mapping[Path, Path]:
    """Return the results among photos of a folder by their names, each with its photo."""
    by_stem: dict[str, Path] = {}
    for path in photos:
        by_stem.setdefault(path.stem, path)
    stems = {path: source_stem(path.stem) for path in photos}
    return {path: by_stem[stem] for path, stem in stems.items() if stem in by_stem}
