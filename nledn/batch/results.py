"""The report of a batch; missing scores and small pictures are made."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from nledn import catalog, decoder, metrics
from nledn.auto import explained
from nledn.batch.figures import marks_of, scores_of, thumbnail
from nledn.batch.queue import Queue
from nledn.batch.rows import Row, State, ThumbnailPair, TruthScores
from nledn.batch.work import PICTURES_AT_MOST
from nledn.cancel import CancelToken
from nledn.errors import DerainError
from nledn.messages import duration, printable
from nledn.options import AUTO
from nledn.pairs import truth_of
from nledn.report import Report, ReportRow


def report_of(queue: Queue, cancel: CancelToken | None = None) -> Report:
    """Return the report of a batch in its present state.

    Photos that were done without `truth` or `--report` get their scores and pictures now, from
    the files themselves.

    Raises:
        Cancelled: `cancel` was set.
        JournalFailed, OutputDiskFull: the journal cannot be written.
    """
    rows = []
    for row in queue.rows():
        if cancel is not None:
            cancel.raise_if_cancelled()
        rows.append(_report_row(_completed(row, queue), queue))
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


def _completed(row: Row, queue: Queue) -> Row:
    if row.state is not State.DONE or row.output is None:
        return row
    result = queue.workspace.out / row.output
    scores = _missing_scores(row, result, queue)
    pictures = _missing_pictures(row, result, queue)
    if scores is None and pictures is None:
        return row
    return queue.add(row, scores, pictures)


def _missing_scores(row: Row, result: Path, queue: Queue) -> TruthScores | None:
    folder = queue.request.settings.truth
    if folder is None:
        return None
    truth = truth_of(row.source.relative_to(queue.request.found.root), folder, row.source)
    if truth is None:
        return None
    have = row.scores
    if have is not None and (have.truth, have.truth_mtime_ns) == (
        truth,
        truth.stat().st_mtime_ns,
    ):
        return None
    try:
        return scores_of(row.source, result, truth)
    except DerainError:
        return None  # the row stays without scores


def _missing_pictures(row: Row, result: Path, queue: Queue) -> ThumbnailPair | None:
    wanted = queue.request.settings.thumbnails and row.n <= PICTURES_AT_MOST
    if not wanted or queue.thumbnails(row) is not None:
        return None
    try:
        before, after = (thumbnail(decoder.read(path)) for path in (row.source, result))
    except DerainError:
        return None  # gone meanwhile; the row stays without pictures
    return ThumbnailPair(before, after)


def _report_row(row: Row, queue: Queue) -> ReportRow:
    plain = ReportRow(
        file=row.source,
        name=printable(row.source.relative_to(queue.request.found.root)),
        state=row.state.value,
        size_bytes=None if row.seen is None else row.seen.size_bytes,
        note=row.sentence,
        error=row.error,
    )
    figures, output = row.figures, row.output
    if row.state is not State.DONE or figures is None or output is None:
        return plain
    pictures = queue.thumbnails(row) if queue.request.settings.thumbnails else None
    return replace(
        plain,
        output=queue.workspace.out / output,
        width_px=figures.width_px,
        height_px=figures.height_px,
        seconds=row.seconds,
        taken=figures.change.taken,
        brightness=figures.change.brightness,
        scores=None if row.scores is None else _figures_of(row.scores),
        marks=marks_of(figures.change),
        note=" ".join(figures.notes),
        device=row.device,
        checkpoint=figures.checkpoint,
        reason=explained(figures.checkpoint, figures.reason),
        before=None if pictures is None else pictures.before,
        after=None if pictures is None else pictures.after,
    )


def _figures_of(scores: TruthScores) -> metrics.Scores:
    return metrics.Scores(
        psnr_y=scores.psnr_y,
        ssim_y=scores.ssim_y,
        input_psnr_y=scores.input_psnr_y,
        input_ssim_y=scores.input_ssim_y,
    )
