"""The plan of a run: the journal's photos compared with the present files; and its preview."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nledn import decoder, photo
from nledn.batch import workspace
from nledn.batch.journal import known_to
from nledn.batch.rows import BatchJob, Row, Skipped, State
from nledn.batch.seen import is_unchanged
from nledn.batch.settings import BatchRequest, BatchSettings
from nledn.batch.sources import identity_of
from nledn.batch.targets import JobMaker, resolved, skipped_as_no_file, target_of
from nledn.batch.workspace import Workspace
from nledn.cancel import CancelToken
from nledn.errors import BatchInputEmpty, DerainError, NamesAlike, OutputFailed, WriteError
from nledn.naming import fields_in, free_name
from nledn.photo import Photo

_OF_FLOATS = ("TIFF", "JXL")


def planned(request: BatchRequest, where: Workspace, known: Mapping[Path, Row]) -> list[Row]:
    """Decide what becomes of each photo.

    Photos that are done stay done while they, their settings and their result are unchanged and
    the result keeps its place. Results get names that no other photo of the run has.

    Args:
        request: a row is returned for each of its photos, in order.
        where: the batch's folders.
        known: the journal's rows, by source.

    Raises:
        BatchInputEmpty: only earlier results were found.
        NamesAlike: the results of several photos would have one name.
    """
    found = request.found
    known = {source: where.checked(row) for source, row in known.items()}
    is_one = bool(identity_of(found.root) & identity_of(where.out))  # by any name
    out = found.root if is_one else where.out
    results = {out / row.output for row in known.values() if row.output is not None}
    files = [path for path in found.files if found.root / path not in results]
    if is_one:
        files = _without_results(files, request)
    if not files:
        raise BatchInputEmpty(found.root)
    numbers = _numbers([found.root / path for path in files], known, request)
    rows = [
        _row(found.root / path, n, _base(path), known, request, where)
        for n, path in zip(numbers, files, strict=True)
    ]
    # Without the stem, the numbers tell names apart.
    return list(_named_apart(rows, request)) if "stem" in fields_in(request.settings.name) else rows


def _without_results(files: list[Path], request: BatchRequest) -> list[Path]:
    """Results among their sources, known by name: the journal may have been deleted."""
    results = {
        _target(_base(path), n, path.suffix, request): path for n, path in enumerate(files, start=1)
    }
    return [path for path in files if results.get(path, path) == path]


def _numbers(
    sources: list[Path], known: Mapping[Path, Row], request: BatchRequest
) -> Iterable[int]:
    """Return the {n} of each photo: its place in the run, if the name has its {stem} too.

    Else a photo keeps the number of its result, and others get numbers that no result has.
    """
    fields, places = fields_in(request.settings.name), range(1, len(sources) + 1)
    if "stem" in fields or ("n" not in fields and len(sources) == 1):
        return places
    if "n" not in fields:
        raise NamesAlike("name", request.settings.name, "{stem}, {n}")
    made = {row.output.stem: source for source, row in known.items() if row.output is not None}
    upto = len(known) + len(sources)  # no run has given a higher one
    names = {n: _target(Path("_"), n, "", request).name for n in range(1, upto + 1)}
    owners = {n: made[name] for n, name in names.items() if name in made}
    numbers = {source: n for n, source in zip(places, sources, strict=True) if n not in owners}
    numbers |= {source: n for n, source in owners.items()}
    taken = set(numbers.values())
    free = (n for n in itertools.count(1) if n not in taken)
    return [numbers.get(source) or next(free) for source in sources]


def _target(base: Path, n: int, ext: str, request: BatchRequest) -> Path:
    return target_of(BatchJob(n, Path(), base, request.card.id), ext, request.settings)


def _base(path: Path) -> Path:
    """Return a path without its ending, unless that leaves a folder's name, as of `..jpg`."""
    return path if path.stem in (".", "..") else path.with_suffix("")


def _row(
    source: Path,
    n: int,
    base: Path,
    known: Mapping[Path, Row],
    request: BatchRequest,
    where: Workspace,
) -> Row:
    fresh = Row(
        source=source,
        n=n,
        base=base,
        state=State.PLANNED,
        settings=request.settings.fingerprint(),
        checkpoint_sha256=request.card.sha256,
    )
    if not where.holds(base):
        error = OutputFailed(where.out / base.parent, "a link leads out of the output folder")
        return replace(fresh, state=State.FAILED, error=error)
    row = known.get(source)
    if row is None:
        return fresh
    if _still_holds(row, fresh, request, where):
        return replace(row, n=n)
    again = replace(fresh, output=row.output, output_seen=row.output_seen)
    # Where its name leads to its earlier result, it keeps that, and no second result stays.
    leads_back = row.output and row.output == _target(row.base, n, row.output.suffix, request)
    return replace(again, base=row.base) if leads_back else again


def _still_holds(row: Row, fresh: Row, request: BatchRequest, where: Workspace) -> bool:
    if row.state not in (State.DONE, State.FAILED):
        return False
    if (row.settings, row.checkpoint_sha256) != (fresh.settings, fresh.checkpoint_sha256):
        return False
    if row.state is State.FAILED and request.retry_failed:
        return False
    if row.state is State.DONE and not (row.output and (where.out / row.output).exists()):
        return False
    return is_unchanged(row.source, row.seen)


def _named_apart(rows: Iterable[Row], request: BatchRequest) -> Iterator[Row]:
    """Give photos that would share a result's name, such as a.heic and a.jpg, different names.

    Names differ by more than letter case, since the output folder may not tell cases apart.
    """
    rows = list(rows)
    done = [row.output for row in rows if row.state is State.DONE and row.output]
    taken = {_folded(output) for output in done}
    # Without their endings, which tell little: of a.heic's result it is .jpg.
    shared = Counter(_folded(output.with_suffix("")) for output in done)
    shared.update(
        _folded(_target(row.base, row.n, "", request))
        for row in rows
        if row.state is not State.DONE
    )
    bases: dict[Path, Path] = {}
    for row in sorted(rows, key=_claim):
        if row.state is State.DONE:
            continue
        alone = shared[_folded(_target(row.base, row.n, "", request))] == 1
        endings = _endings(row.source, request.settings, looked_into=not alone)

        def is_taken(base: Path, n: int = row.n, endings: set[str] = endings) -> bool:
            return any(_folded(_target(base, n, ext, request)) in taken for ext in endings)

        base = free_name(row.base, is_taken, ext="")
        taken.update(_folded(_target(base, row.n, ext, request)) for ext in endings)
        bases[row.source] = base
    return (replace(row, base=bases.get(row.source, row.base)) for row in rows)


def _claim(row: Row) -> tuple[bool, int, int]:
    """The order of choosing names: first a photo that had one, so that its result is replaced.

    Of several, the one whose name was shorter: `a` before `a-2`.
    """
    name = "" if row.output is None else str(row.output.with_suffix(""))
    return row.output is None, len(name), row.n


def _folded(path: Path) -> str:
    return str(path).casefold()


def _endings(source: Path, settings: BatchSettings, *, looked_into: bool) -> set[str]:
    """The possible endings of a result's name."""
    if settings.suffix is not None:
        return {settings.suffix}
    if not looked_into:
        return {source.suffix}
    try:
        kind = decoder.read_header(source).format
    except DerainError:
        return set()  # there will be no result
    depths = (np.uint8, np.uint16, *((np.float32,) if kind in _OF_FLOATS else ()))
    return {
        photo.output_suffix(Photo(pixels, alpha, format=kind, path=source))
        for pixels in (np.zeros((1, 1, 3), depth) for depth in depths)
        for alpha in (None, pixels[..., 0])
    }


@dataclass(frozen=True)
class Foreseen:
    """The planned work for a photo.

    Attributes:
        target: where the result would go, or is already; None without a result.
        error: why no result would be written.
    """

    row: Row
    target: Path | None = None
    error: DerainError | None = None


def preview(request: BatchRequest, cancel: CancelToken | None = None) -> list[Foreseen]:
    """Return the planned work, photo by photo; write nothing.

    Raises:
        Cancelled: `cancel` was set before a photo.
        JournalFailed: the journal cannot be read.
        BatchInputEmpty: only earlier results were found.
    """
    where = workspace.existing(request.out)
    rows = planned(request, where, known_to(where.journal))
    maker = JobMaker(request, where, rows)
    cancel, foreseen = cancel or CancelToken(), []
    for row in rows:
        cancel.raise_if_cancelled()
        foreseen.append(_foreseen(row, maker))
    return foreseen


def _foreseen(row: Row, maker: JobMaker) -> Foreseen:
    if row.state is not State.PLANNED:
        done = None if row.output is None else maker.where.out / row.output
        return Foreseen(row, done if row.state is State.DONE else None, row.error)
    no_file = skipped_as_no_file(row.source)
    if no_file is not None:
        return Foreseen(row, error=no_file.error)
    job = maker.job(row)
    try:
        # The likely ending: HEIC becomes .jpg, or .tif if deep.
        endings = _endings(row.source, maker.settings, looked_into=True)
        found = resolved(job, min(endings, default=row.source.suffix), maker.settings)
    except WriteError as error:
        return Foreseen(row, error=error)
    if isinstance(found, Skipped):
        return Foreseen(row, error=found.error)
    return Foreseen(row, found.path)
