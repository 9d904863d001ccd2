"""Facts of a document in words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.photo.autosave import Recovered
from app.photo.state import PhotoState, Status
from app.shell.banner import Action, Notice
from app.shell.translation import clock, tr
from nledn.errors import PhotoCutOff
from nledn.messages import Note, printable

if TYPE_CHECKING:
    from app.photo.opening import Found
    from app.photo.results import Saved
    from nledn.device import Choice
    from nledn.photo import Photo, WriteSettings
    from nledn.photo.provenance import Provenance
    from nledn.rain import Record


BACKENDS = {"torch": "PyTorch", "openvino": "OpenVINO"}


def where_of(device: str) -> str:
    """Device, such as `Processor`."""
    kind, _, index = device.partition(":")
    if kind == "cpu":
        return tr("Processor")
    number = int(index or 0) + 1
    return tr("Graphics card") if number == 1 else tr("Graphics card {number}", number=number)


def how_of(choice: "Choice") -> str:
    """Backend and precision, such as `PyTorch bf16`."""
    return f"{BACKENDS[choice.backend]} {choice.precision}"


def fallen_back_of(choice: "Choice") -> str:
    """Name the device or precision that is not used, and why."""
    first = choice.problem.partition(": ")[0]
    words = {
        "wrong": tr(
            "AfterRain does not use {first} here, because its results are wrong.", first=first
        ),
        "memory": tr(
            "AfterRain does not use {first}, because its free memory is too small.", first=first
        ),
        "kernel": tr(
            "AfterRain does not use {first}, because this PyTorch does not support it.",
            first=first,
        ),
        "crash": tr("AfterRain does not use {first}, because it crashed when tried.", first=first),
        "failed": tr("AfterRain does not use {first}, because it failed when tried.", first=first),
    }
    instead = tr("Instead: {where}, {how}.", where=where_of(choice.device), how=how_of(choice))
    return f"{words[choice.cause]} {instead}"


def chosen_of(record: "Record | None", names: Mapping[str, str]) -> str:
    """Name the model that was chosen and why, such as `Model: All-round (moderate rain)`.

    Empty where a person named the model.
    """
    if record is None or not record.reason:
        return ""
    from nledn.auto import Rain, missing

    reasons: dict[str, str] = {
        Rain.NONE: tr("no rain found"),
        Rain.LIGHT: tr("light rain"),
        Rain.MODERATE: tr("moderate rain"),
        Rain.DENSE: tr("dense rain"),
        Rain.UNKNOWN: tr("the only one"),
    }
    reason = reasons.get(record.reason, record.reason)
    gone = missing(record.checkpoint, record.reason)
    if gone:
        reason = tr("{reason}, but {model} is missing", reason=reason, model=gone)
    name = names.get(record.checkpoint, record.checkpoint)
    return tr("Model: {name} ({reason})", name=name, reason=reason)


def status_of(status: Status, names: Mapping[str, str]) -> str:
    """The status line, such as `Model: All-round (moderate rain) · Processor · Done`."""
    source = status.choice or status.record
    device = source.device if source else ""
    where = where_of(device) if device else ""
    progress = {
        PhotoState.DERAINING: progress_of(status),
        PhotoState.STOPPING: tr("Stopping after this tile…"),
        PhotoState.PARTIAL: tr("Partial: {tiles}", tiles=_tiles_of(status)),
        PhotoState.DONE: tr("Done"),
    }
    parts = [chosen_of(status.record, names), where, progress.get(status.state, "")]
    return " · ".join(part for part in parts if part)


def progress_of(status: Status) -> str:
    """The progress of a derain, such as `3 of 12 tiles · 0:07`."""
    if status.total == 0:
        return tr("Loading the model…")
    tiles = _tiles_of(status)
    return tiles if status.left_s is None else f"{tiles} · {clock(status.left_s)}"


def _tiles_of(status: Status) -> str:
    return tr("{done} of {total} tiles", done=status.done, total=status.total)


def photo_of(photo: "Photo") -> str:
    """The photo, such as `street.jpg · 1632 × 1224 · 8-bit JPEG`."""
    name = printable(photo.path.name) if photo.path else tr("Pasted picture")
    width, height = photo.size
    told = {"bits": photo.depth_bits, "format": photo.format}
    as_float = tr("{bits}-bit float {format}", **told)
    depth = as_float if photo.is_float else tr("{bits}-bit {format}", **told)
    return f"{name} · {width} × {height} · {depth}"


def notes_of(photo: "Photo") -> str:
    """Name all that was dropped or converted; empty if nothing."""
    told = (str(note).partition(":") for note in photo.notes)
    return " ".join(tr(Note(kind).sentence, count=detail) for kind, _, detail in told)


def saved_of(saved: "Saved") -> str:
    """Name the file that was written, what it kept and what not, and say if it is partial."""
    words = [_file_of(saved.path, saved.photo, saved.settings)]
    if saved.tiles is not None:
        done, total = saved.tiles
        words.append(tr("Partial: {done} of {total} tiles.", done=done, total=total))
    return " ".join([*words, notes_of(saved.photo)]).strip()


def _file_of(path: Path, photo: "Photo", settings: "WriteSettings") -> str:
    from nledn.photo import formats

    kind = formats.written_format(path.suffix)
    how = tr("{bits} bits a channel", bits=formats.written_depth(photo, kind).itemsize * 8)
    if kind == "JPEG":
        how = tr("JPEG quality {quality}, {colour}", quality=settings.quality, colour="4:4:4")
    elif kind == "WEBP":
        how = tr("WebP quality {quality}", quality=settings.quality)
    elif kind == "JXL":
        how = tr("JPEG XL quality {quality}", quality=settings.quality)
    if settings.longest_side_px is not None:
        width, height = photo.size
        how = f"{width} × {height}, {how}"
    kept = ", ".join(_kept_in(kind, photo))
    if not kept:
        return tr("Saved {name}: {how}.", name=printable(path.name), how=how)
    return tr("Saved {name}: {how}; kept: {kept}.", name=printable(path.name), how=how, kept=kept)


def _kept_in(kind: str | None, photo: "Photo") -> Iterator[str]:
    from nledn.photo import formats

    if kind not in formats.WITHOUT_METADATA:
        parts = (
            (tr("colour profile"), photo.icc, "no-profile"),
            ("EXIF", photo.exif, "no-exif"),
            ("XMP", photo.xmp, "no-xmp"),
        )
        yield from (words for words, part, note in parts if part and note not in photo.notes)
    if photo.alpha is not None and kind not in formats.WITHOUT_ALPHA:
        yield tr("transparency")
    if kind == "PNG" and photo.texts:
        yield tr("texts")
    elif kind == "JPEG" and any(photo.comments):
        yield tr("comment")


def notice_of(
    found: "Found",
    use: "Callable[[Provenance], None]",
    derain_all: "Callable[[tuple[Path, ...]], None]",
) -> Notice | None:
    """Return the message about an opened photo, if any."""
    notes, provenance, count = notes_of(found.photo), found.provenance, len(found.folder)
    if provenance is not None:
        words = tr(
            "This photo was derained by AfterRain: {checkpoint}, strength {strength} %.",
            checkpoint=provenance.checkpoint,
            strength=round(provenance.strength * 100),
        )
        action = Action("recipe", tr("Use the same settings"), partial(use, provenance))
        return Notice(words, "info", (action,))
    if found.from_folder:
        words = tr("{count} photos in this folder; Page Down shows the next.", count=count)
        derain = tr("Derain all {count}…", count=count)
        action = Action("batch_folder", derain, partial(derain_all, found.folder))
        return Notice(words, "info", (action,))
    return Notice(notes) if notes else None


def notice_of_failure(error: Exception, open_damaged: Callable[[Path], None]) -> Notice:
    """Say what went wrong; a damaged photo of which enough is there can be opened all the same."""
    notice = Notice.of(error)
    if not isinstance(error, PhotoCutOff):
        return notice
    action = Action("damaged", tr("Open what is there"), partial(open_damaged, error.path))
    return replace(notice, actions=(action,))


def offer_of(
    offer: Recovered, restore: Callable[[Recovered], None], forget: Callable[[Recovered], None]
) -> Notice:
    """Offer to restore unsaved work."""
    words = tr(
        "AfterRain did not close properly. Restore the work on {name}? Its rain is computed again.",
        name=printable(offer.source.name),
    )
    actions = (
        Action("restore", tr("Restore"), partial(restore, offer)),
        Action("forget", tr("Discard"), partial(forget, offer)),
    )
    return Notice(words, "info", actions, stays=True)


def nothing_to_paste(text: str) -> Notice:
    """Say why a text from the clipboard is not opened."""
    if text.strip().startswith(("http://", "https://")):
        return Notice(
            tr("AfterRain does not download photos. Save the picture, then open its file.")
        )
    return Notice(tr("There is no photo on the clipboard. Copy a picture or a file."))


def keys_on_photo() -> tuple[tuple[str, str], ...]:
    """Keys and gestures on the photo, for the sheet of shortcuts."""
    return (
        (tr("Show the original"), tr("hold Space")),
        (tr("Zoom"), tr("wheel")),
        (tr("Move the photo"), tr("drag, arrows")),
        (tr("Fit or 100 %"), tr("double click")),
        (tr("Move the divider"), tr("arrows, Home, End on its handle")),
        (tr("Next photo in the single view"), tr("left, right")),
        (tr("One pane of a comparison"), tr("Enter")),
        (tr("Move only one pane of a comparison"), tr("hold Alt")),
    )
