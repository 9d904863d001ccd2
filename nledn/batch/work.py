"""The work on one photo: read, derain, write. The three steps can overlap between photos."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from nledn import decoder, pipeline
from nledn.atomic import make_folder
from nledn.batch.figures import PICTURES_AT_MOST, change_of, thumbnail
from nledn.batch.rows import (
    BatchJob,
    Done,
    Failed,
    ResultFacts,
    Seen,
    Skipped,
    ThumbnailPair,
)
from nledn.batch.seen import note_written, seen_of, sha256_of
from nledn.batch.settings import BatchSettings
from nledn.batch.targets import resolved, skipped_unread
from nledn.cancel import CancelToken
from nledn.engine import OnTile
from nledn.errors import (
    Cancelled,
    DerainError,
    EarlierResult,
    OutputDiskFull,
    OutputExists,
    PhotoFailed,
    PhotoNotFound,
)
from nledn.messages import explain_note, printable
from nledn.photo import Photo, WriteSettings, output_suffix
from nledn.photo.provenance import is_result
from nledn.pipeline import Engine, Result, Target

log = logging.getLogger(__name__)

Value = TypeVar("Value")
Clock = Callable[[], float]
"""Seconds, as `time.monotonic` counts them; a pause stops it."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A photo that was read."""

    job: BatchJob
    photo: Photo
    target: Target
    seen: Seen

    @property
    def px(self) -> int:
        """Pixels of the photo."""
        return math.prod(self.photo.size)


@dataclass(frozen=True, eq=False)
class DerainedPhoto:
    """A photo whose rain is known."""

    loaded: Loaded
    result: Result
    seconds: float


def load(
    job: BatchJob, settings: BatchSettings, cancel: CancelToken | None = None
) -> Loaded | Skipped:
    """Read a photo and decide where its result goes.

    Raises:
        PhotoError: it cannot be read.
        WouldReplaceSource: the result's place is a photo's.
        Cancelled: `cancel` was set.
    """
    skipped = skipped_unread(job, settings)
    if skipped is not None:
        return skipped
    seen = seen_of(job.source)
    if seen is None:
        raise PhotoNotFound(job.source)
    # In this order: a photo that changes while it is read is then found changed the next time.
    seen = replace(seen, sha256=sha256_of(job.source))
    limit = settings.limit_megapixels
    photo = decoder.read(
        job.source, limit_megapixels=limit, damaged=settings.damaged, cancel=cancel
    )
    if is_result(photo.xmp):
        return Skipped(EarlierResult(job.source))
    ext = settings.suffix or output_suffix(photo)
    target = resolved(job, ext, settings)
    return target if isinstance(target, Skipped) else Loaded(job, photo, target, seen)


def compute(
    loaded: Loaded,
    engine: Engine,
    on_tile: OnTile | None,
    cancel: CancelToken | None,
    clock: Clock = time.perf_counter,
) -> DerainedPhoto:
    """Estimate a photo's rain.

    Raises:
        Cancelled: `cancel` was set.
        OutOfMemory: not even the smallest tile fits.
    """
    began = clock()
    result = pipeline.derain(loaded.photo, engine, on_tile=on_tile, cancel=cancel)
    return DerainedPhoto(loaded, result, clock() - began)


def save(derained: DerainedPhoto, settings: BatchSettings) -> Done:
    """Remove the rain and write the result; it appears whole or not at all.

    Raises:
        WriteError: it cannot be written.
    """
    loaded = derained.loaded
    job, before, target = loaded.job, loaded.photo, loaded.target
    options = settings.options
    result = replace(
        derained.result, strength=options.strength, keep_brightness=options.keep_brightness
    )
    make_folder(target.path.parent)
    after, output = _write(result, job, target, settings)
    pictures = None
    if job.n <= PICTURES_AT_MOST:
        pictures = ThumbnailPair(thumbnail(before), thumbnail(after))
    width, height = before.size
    record = result.layer.record
    return Done(
        output=output,
        source_seen=loaded.seen,
        output_seen=seen_of(output),
        seconds=derained.seconds,
        device=record.device,
        figures=ResultFacts(
            width_px=width,
            height_px=height,
            change=change_of(before.pixels, after.pixels),
            backend=record.backend,
            precision=record.precision,
            tile=record.tile,
            notes=(*(explain_note(note) for note in after.notes), *record.notes),
            checkpoint=record.checkpoint,
            checkpoint_sha256=record.checkpoint_sha256,
            reason=record.reason,
        ),
        thumbnails=pictures,
    )


def _write(
    result: Result, job: BatchJob, target: Target, settings: BatchSettings
) -> tuple[Photo, Path]:
    note = None if job.written is None else partial(note_written, job.written, job.source)
    write = partial(pipeline.write, result, record=settings.record, on_written=note)
    while True:
        how = WriteSettings(
            quality=settings.quality,
            overwrite=target.overwrite,
            strip=settings.strip,
            keep_times=settings.keep_times,
        )
        try:
            return write(target.path, how), target.path
        except OutputExists:
            # Another worker that was given the same job was faster, or another photo was renamed.
            again = resolved(job, target.path.suffix, settings)
            if isinstance(again, Skipped):
                raise
            target = again


def derain_file(
    job: BatchJob, settings: BatchSettings, engine: Engine, cancel: CancelToken | None = None
) -> Done | Failed | Skipped:
    """Do all three steps for one photo; workers elsewhere call this.

    Raises:
        Cancelled: `cancel` was set.
        OutputDiskFull: the batch has to stop.
    """

    def steps() -> Done | Skipped:
        loaded = load(job, settings, cancel)
        if isinstance(loaded, Skipped):
            return loaded
        return save(compute(loaded, engine, None, cancel), settings)

    return guarded(job, steps)


def guarded(job: BatchJob, step: Callable[[], Value]) -> Value | Failed:
    """Run a step of one photo; an error becomes its outcome and stops no other photo.

    Raises:
        Cancelled: the user stopped the batch.
        OutputDiskFull: every other photo would fail as well.
    """
    try:
        return step()
    except (Cancelled, OutputDiskFull):
        raise
    except DerainError as error:
        log.debug("%s failed", printable(job.source), exc_info=True)
        return Failed(error)
    except Exception as error:  # one bad file never stops a batch
        log.exception("%s failed", printable(job.source))
        return Failed(PhotoFailed(job.source, f"{type(error).__name__}: {error}"))
