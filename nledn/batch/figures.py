"""The report of a batch, and its figures: change, small pictures, agreement with the truth."""

import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from nledn import catalog, decoder, photo
from nledn.auto import explained
from nledn.batch.queue import Queue
from nledn.batch.rows import Row, State, TruthScores
from nledn.cancel import CancelToken
from nledn.errors import DerainError, PairSizesDiffer, PairTooSmall, ResultSizeDiffers
from nledn.messages import duration, printable
from nledn.metrics import WINDOW_PX, Change, agreement, change_in, levels_of
from nledn.options import AUTO, LIMIT_MEGAPIXELS
from nledn.pairs import truth_of
from nledn.photo import Photo
from nledn.pixels import Pixels, to_8_bits
from nledn.report import Report, ReportRow

SAMPLED_PX = 250_000  # of a photo, on a grid: means move by less than a hundredth of a level
PICTURES_AT_MOST = 2000  # in a report: some 45 MB of it
THUMBNAIL_PX = 320  # long side
THUMBNAIL_QUALITY = 60  # 8 kB on average, over 75 photos; 75 makes it 10 kB

# Measured with our first weights on 36 photos: 0.7 to 92 levels were removed from rainy photos,
# 0.3 to 1.9 from dry ones; the median moved by 4 at most in ordinary rain and on photos
# from outdoors, by 21 to 94 where rain or veil covered everything.
LITTLE_TAKEN = 0.5
BRIGHTNESS_MOVED = 5.0


def change_of(before: Pixels, after: Pixels) -> Change:
    """Measure the change of a photo, (H, W, 3) before and after, on a grid of its pixels."""
    height, width = before.shape[:2]
    step = max(1, math.isqrt(height * width // SAMPLED_PX))
    grid = (slice(None, None, step), slice(None, None, step))
    return change_in(levels_of(after[grid]) - levels_of(before[grid]))


def marks_of(change: Change) -> tuple[str, ...]:
    """Return, in words, what the user should check."""
    marks = []
    if change.taken < LITTLE_TAKEN:
        marks.append("nearly nothing changed")
    if abs(change.brightness) > BRIGHTNESS_MOVED:
        direction = "brighter" if change.brightness > 0 else "darker"
        marks.append(f"overall {direction} by {abs(change.brightness):.0f} of 255")
    return tuple(marks)


def small(picture: Photo, side_px: int = THUMBNAIL_PX) -> Image.Image:
    """A small picture of a photo, RGB in sRGB, its long side `side_px` at most."""
    height, width = picture.pixels.shape[:2]
    scale = min(1.0, side_px / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrunk = Image.fromarray(to_8_bits(picture.pixels)).resize(size, Image.Resampling.BOX)
    return photo.in_srgb(np.asarray(shrunk), picture.icc)


def thumbnail(picture: Photo) -> bytes:
    """A small WebP in sRGB of a photo."""
    file = io.BytesIO()
    small(picture).save(file, "WEBP", quality=THUMBNAIL_QUALITY)
    return file.getvalue()


def scores_of(
    rainy: Path,
    result: Path,
    truth: Path,
    *,
    limit_megapixels: float = LIMIT_MEGAPIXELS,
    damaged: bool = False,
) -> TruthScores:
    """Compare a saved result, and the photo itself, with the photo without rain.

    Args:
        rainy: the photo.
        result: its result.
        truth: the photo without rain.
        limit_megapixels: refuse more.
        damaged: the photo is opened as far as it can be read, as its result was made.

    Raises:
        PhotoError: one of them cannot be read.
        PairSizesDiffer: the photo without rain is of another size.
        ResultSizeDiffers: the result is; it was cropped or resized since.
        PairTooSmall: a side is shorter than SSIM's window.
    """
    read = partial(decoder.read, limit_megapixels=limit_megapixels)
    before = to_8_bits(read(rainy, damaged=damaged).pixels)
    after, clean = (to_8_bits(read(path).pixels) for path in (result, truth))
    size, clean_size, result_size = (
        (pixels.shape[1], pixels.shape[0]) for pixels in (before, clean, after)
    )
    if clean_size != size:
        raise PairSizesDiffer(rainy, size, clean_size)
    if result_size != size:
        raise ResultSizeDiffers(result, size, result_size)
    if min(size) < WINDOW_PX:
        raise PairTooSmall(rainy, size, WINDOW_PX)
    derained, own = agreement(after, clean), agreement(before, clean)
    figures = (derained.psnr_y, derained.ssim_y, own.psnr_y, own.ssim_y)
    return TruthScores(*figures, truth=truth, truth_mtime_ns=truth.stat().st_mtime_ns)


def report_of(
    queue: Queue,
    cancel: CancelToken | None = None,
    in_words: Callable[[DerainError], str] = str,
) -> Report:
    """Return the report of a batch in its present state.

    Photos that are done get their scores now, from the files themselves.

    Args:
        queue: of the batch, opened.
        cancel: ends it early.
        in_words: an error's; those of the command line if not given.

    Raises:
        Cancelled: `cancel` was set.
        JournalFailed, OutputDiskFull: the journal cannot be written.
    """
    rows = []
    for row in queue.rows():
        if cancel is not None:
            cancel.raise_if_cancelled()
        scored, unscored = _scored(row, queue)
        error = unscored or row.error
        rows.append(_report_row(scored, queue, "" if error is None else in_words(error)))
    found = queue.request.found
    name = printable(found.root.name) or "Photos"
    return Report(name, tuple(_facts(queue).items()), tuple(rows), tuple(_summary(queue, rows)))


def _summary(queue: Queue, rows: Sequence[ReportRow]) -> Iterator[tuple[str, str]]:
    counts = queue.counts()
    yield "Done", f"{counts.done} of {counts.total}"
    yield "Failed", str(counts.failed)
    yield "Skipped", str(counts.skipped)
    if counts.finished < counts.total:
        yield "Remaining", str(counts.total - counts.finished)
    yield "Computing time", duration(sum(row.seconds or 0.0 for row in rows))
    yield "Model", queue.request.card.title


def _facts(queue: Queue) -> dict[str, str]:
    settings = queue.request.settings
    is_auto = settings.options.weights == AUTO
    cards = catalog.automatic_cards() if is_auto else (queue.request.card,)
    return {
        "Photos": printable(queue.request.found.root),
        "Results": printable(queue.workspace.out),
        "Strength": f"{settings.options.strength:.0%}",
        "Brightness": "kept" if settings.options.keep_brightness else "as derained",
        "Format": "as the photo" if settings.format == "keep" else settings.format,
        "Quality": f"{settings.quality} (JPEG, WebP and JPEG XL)",
        "Precision": settings.options.precision,
        "Tile": str(settings.options.tile),
        "Model file": "; ".join(f"{card.id}, sha256 {card.sha256}" for card in cards),
    }


def _scored(row: Row, queue: Queue) -> tuple[Row, DerainError | None]:
    """Compare a result with the photo without rain, or say why that cannot be done."""
    settings = queue.request.settings
    folder = settings.truth
    if folder is None or row.state is not State.DONE or row.output is None:
        return row, None
    truth = truth_of(row.source.relative_to(queue.request.found.root), folder, row.source)
    if truth is None:
        return row, None
    have = row.scores
    if have and (have.truth, have.truth_mtime_ns) == (truth, truth.stat().st_mtime_ns):
        return row, None
    try:
        scores = scores_of(
            row.source,
            queue.workspace.out / row.output,
            truth,
            limit_megapixels=settings.limit_megapixels,
            damaged=settings.damaged,
        )
    except DerainError as error:
        return row, error
    return queue.add_scores(row, scores), None


def _report_row(row: Row, queue: Queue, failure: str) -> ReportRow:
    plain = ReportRow(
        file=row.source,
        name=printable(row.source.relative_to(queue.request.found.root)),
        state=row.state.value,
        size_bytes=None if row.seen is None else row.seen.size_bytes,
        note=failure,
        error=row.error,
    )
    figures, output = row.figures, row.output
    if row.state is not State.DONE or figures is None or output is None:
        return plain
    pictures = queue.thumbnails(row)
    return replace(
        plain,
        output=queue.workspace.out / output,
        width_px=figures.width_px,
        height_px=figures.height_px,
        seconds=row.seconds,
        taken=figures.change.taken,
        brightness=figures.change.brightness,
        scores=row.scores,
        marks=marks_of(figures.change),
        note=" ".join((*figures.notes, failure)).rstrip(),
        device=row.device,
        checkpoint=figures.checkpoint,
        reason=explained(figures.checkpoint, figures.reason),
        before=None if pictures is None else pictures.before,
        after=None if pictures is None else pictures.after,
    )
