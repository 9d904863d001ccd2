"""What a run has to do: what the journal knows of each photo against what is there now."""

import hashlib
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nledn import decoder, photo
from nledn.batch.rows import Job, Row, Seen, State
from nledn.batch.settings import SUFFIX_OF, Settings
from nledn.batch.sources import Found
from nledn.batch.targets import target_of
from nledn.card import Card
from nledn.errors import DerainError
from nledn.naming import free_name
from nledn.photo import Photo

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Asked:
    """What a run is asked to do.

    Attributes:
        out: the output folder, absolute.
        settings: for each photo.
        card: of the checkpoint.
        retry_failed: try failed photos again though nothing has changed.
    """

    out: Path
    settings: Settings
    card: Card
    retry_failed: bool = False


def planned(found: Found, known: Mapping[Path, Row], asked: Asked) -> list[Row]:
    """Decide what becomes of each photo.

    Photos that are done stay done while they, their settings and their result are as they were,
    at the result's place of then. Results get names that no other photo of the run has.

    Args:
        found: the photos.
        known: what the journal has, by source.
        asked: what to do.

    Returns:
        A row a photo, in order.
    """
    is_one = _is_one(found.root, asked.out)  # by whatever name
    out = found.root if is_one else asked.out
    results = {out / row.output for row in known.values() if row.output is not None}
    files = [path for path in found.files if found.root / path not in results]
    if is_one:
        files = _without_results(files, asked)
    rows = [
        _row(found.root / path, n, path.with_suffix(""), known, asked)
        for n, path in enumerate(files, start=1)
    ]
    return list(_named_apart(rows, asked))


def _is_one(folder: Path, other: Path) -> bool:
    try:
        return folder.samefile(other)
    except OSError:
        return False


def merged(journals: Iterable[Mapping[Path, Row]], out: Path) -> dict[Path, Row]:
    """What several journals know, by source: of shards, and last of this very run.

    Of two rows for one photo the one whose result lies there now is true; then one that was
    broken off, since what it left is to be known; then one that is done; then the later journal's.
    """
    known: dict[Path, Row] = {}
    for journal in journals:
        for source, row in journal.items():
            before = known.get(source)
            if before is None or _truth(row, out) >= _truth(before, out):
                known[source] = row
    return known


def _truth(row: Row, out: Path) -> int:
    if row.state is State.RUNNING:
        return 2
    if row.state is not State.DONE or row.output is None or row.output_seen is None:
        return 0
    now = seen_now(out / row.output)
    return 3 if now is not None and now.is_like(row.output_seen) else 1


def _without_results(files: list[Path], asked: Asked) -> list[Path]:
    """Results among their sources, known by name: the journal may have been deleted."""
    results = {
        _target(path.with_suffix(""), n, path.suffix, asked): path
        for n, path in enumerate(files, start=1)
    }
    return [path for path in files if results.get(path, path) == path]


def _target(base: Path, n: int, ext: str, asked: Asked) -> Path:
    return target_of(Job(n, Path(), base, asked.card.id), ext, asked.settings)


def _row(source: Path, n: int, base: Path, known: Mapping[Path, Row], asked: Asked) -> Row:
    fresh = Row(
        source=source,
        n=n,
        base=base,
        state=State.PLANNED,
        settings=asked.settings.fingerprint(),
        checkpoint_sha256=asked.card.sha256,
    )
    row = known.get(source)
    if row is None:
        return fresh
    if _still_holds(row, fresh, asked):
        return replace(row, n=n, seen=_seen_now(source, row.seen))
    again = replace(fresh, output=row.output, output_seen=row.output_seen)
    # Begun and not ended: what is there now and was not then is ours, as long as names are built
    # as they were.
    if row.present is not None and _is_named_alike(row, fresh, asked):
        again = replace(again, base=row.base, present=row.present)
    return again


def _is_named_alike(row: Row, fresh: Row, asked: Asked) -> bool:
    settings = (row.settings, row.checkpoint_sha256) == (fresh.settings, fresh.checkpoint_sha256)
    return settings and (row.n == fresh.n or "{n" not in asked.settings.name)


def _still_holds(row: Row, fresh: Row, asked: Asked) -> bool:
    if row.state not in (State.DONE, State.FAILED):
        return False
    if (row.settings, row.checkpoint_sha256) != (fresh.settings, fresh.checkpoint_sha256):
        return False
    if row.state is State.FAILED and asked.retry_failed:
        return False
    if row.state is State.DONE and not (row.output and (asked.out / row.output).exists()):
        return False
    return is_unchanged(row.source, row.seen)


def is_unchanged(path: Path, seen: Seen | None) -> bool:
    """Whether a file is as it was seen: by size and time, else by its content."""
    now = seen_now(path)
    if now is None or seen is None:
        return now is seen
    if now.is_like(seen):
        return True
    return now.size_bytes == seen.size_bytes and sha256_of(path) == seen.sha256


def _seen_now(path: Path, seen: Seen | None) -> Seen | None:
    now = seen_now(path)
    return None if now is None or seen is None else replace(now, sha256=seen.sha256)


def seen_now(path: Path) -> Seen | None:
    """Size and time of a file, without its sha256; None if there is none."""
    try:
        state = path.stat()
    except OSError:
        return None
    return Seen(state.st_size, state.st_mtime_ns)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content; empty where it cannot be read, or is no file at all."""
    digest = hashlib.sha256()
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return ""  # a pipe would be waited for
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def _named_apart(rows: Iterable[Row], asked: Asked) -> Iterator[Row]:
    """Give photos that would share a result's name, such as a.heic and a.jpg, names of their own.

    Names differ by more than letter case, since the output folder may not tell cases apart.
    """
    rows = list(rows)
    done = [row.output for row in rows if row.state is State.DONE and row.output]
    taken = {_folded(output) for output in done}
    # Without their endings, which tell little: of a.heic's result it is .jpg.
    shared = Counter(_folded(output.with_suffix("")) for output in done)
    shared.update(
        _folded(_target(row.base, row.n, "", asked)) for row in rows if row.state is not State.DONE
    )
    bases: dict[Path, Path] = {}
    for row in sorted(rows, key=_claim):
        if row.state is State.DONE:
            continue
        alone = shared[_folded(_target(row.base, row.n, "", asked))] == 1
        endings = _endings(row.source, asked.settings, looked_into=not alone)

        def is_taken(base: Path, n: int = row.n, endings: set[str] = endings) -> bool:
            return any(_folded(_target(base, n, ext, asked)) in taken for ext in endings)

        base = free_name(row.base, is_taken, ext="")
        taken.update(_folded(_target(base, row.n, ext, asked)) for ext in endings)
        bases[row.source] = base
    return (replace(row, base=bases.get(row.source, row.base)) for row in rows)


def _claim(row: Row) -> tuple[bool, int, int]:
    """Who chooses a name first: a photo that had it before, so that its own result is replaced.

    Of several, the one whose name was shorter: `a` before `a-2`.
    """
    name = "" if row.output is None else str(row.output.with_suffix(""))
    return row.output is None, len(name), row.n


def _folded(path: Path) -> str:
    return str(path).casefold()


def expected_ending(source: Path, settings: Settings) -> str:
    """What a result's name will end in, most likely: HEIC becomes .jpg, or .tif where deep."""
    return min(_endings(source, settings, looked_into=True), default=source.suffix)


def _endings(source: Path, settings: Settings, *, looked_into: bool) -> set[str]:
    """What a result's name may end in."""
    if settings.format != "keep":
        return {SUFFIX_OF[settings.format]}
    if not looked_into:
        return {source.suffix}
    try:
        kind = decoder.read_header(source).format
    except DerainError:
        return set()  # there will be no result
    pixel = {depth: np.zeros((1, 1, 3), depth) for depth in (np.uint8, np.uint16)}
    return {
        photo.output_suffix(Photo(pixels, alpha, format=kind, path=source))
        for pixels in pixel.values()
        for alpha in (None, pixels[..., 0])
    }
