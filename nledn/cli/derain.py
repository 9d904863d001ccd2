"""`nledn derain PHOTO…`: the main job, for one photo or a handful."""

import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from nledn import decoder
from nledn.cancel import CancelToken
from nledn.cli.console import (
    Exit,
    cancelled_by_ctrl_c,
    err,
    progress_bar,
    say_error,
    say_json,
    say_path,
)
from nledn.cli.options import takes_options
from nledn.cli.outputs import Outputs, Wanted
from nledn.errors import Cancelled, DerainError
from nledn.messages import explain_note, printable
from nledn.naming import DEFAULT_TEMPLATE
from nledn.options import Options

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """What became of one photo; the fields of `--json`.

    Attributes:
        source: the photo.
        output: the derained photo; None when it failed.
        rain_layer: its rain, if asked for.
        side_by_side: before and after, if asked for.
        seconds: computing, without reading and writing.
        record: how it was made; see `nledn.Record`.
        notes: what was dropped or converted.
        error: what went wrong, and what to do.
    """

    source: str
    output: str | None = None
    rain_layer: str | None = None
    side_by_side: str | None = None
    seconds: float = 0.0
    record: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None


@takes_options
def derain(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    photos: Annotated[list[Path], typer.Argument(help="Photos to derain.", show_default=False)],
    options: Options,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File or folder of the result.")
    ] = None,
    name: Annotated[
        str,
        typer.Option(help="Name of results: {stem} {ext} {checkpoint} {strength} {n}, or {n:03}."),
    ] = DEFAULT_TEMPLATE,
    rain_layer: Annotated[
        Path | None,
        typer.Option(help="Save the rain too: .tif (float, signed) or .png (16-bit), or a folder."),
    ] = None,
    side_by_side: Annotated[
        Path | None, typer.Option(help="Save before and after in one picture: file or folder.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace earlier results; never a source.")
    ] = False,
    quality: Annotated[int, typer.Option(min=1, max=100, help="Of JPEG and WebP.")] = 95,
    max_megapixels: Annotated[float, typer.Option(min=0, help="Refuse larger photos.")] = 250.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Take the rain out of photos. Results go beside their sources; sources are never replaced."""
    wanted = Wanted(output, rain_layer, side_by_side, name, overwrite, quality)
    outputs = Outputs(wanted, tuple(photos))
    decoder.warm_up()  # while the engine is loaded
    from nledn.engine import Derainer

    derainer = Derainer.load(options)
    results: list[Result] = []
    try:
        with cancelled_by_ctrl_c() as cancel:
            for number, path in enumerate(photos, start=1):
                work = _Work(derainer, outputs, max_megapixels, cancel)
                results.append(work.derain(path, number))
                if not as_json:
                    _say(results[-1], quality)
    finally:
        if as_json:
            say_json([asdict(result) for result in results])
    failed = sum(result.error is not None for result in results)
    if failed:
        raise typer.Exit(Exit.NONE_DONE if failed == len(results) else Exit.SOME_FAILED)


class _Work:
    """One photo's way: read, derain, write."""

    def __init__(
        self, derainer: Any, outputs: Outputs, max_megapixels: float, cancel: CancelToken
    ) -> None:
        self._derainer = derainer
        self._outputs = outputs
        self._max_megapixels = max_megapixels
        self._cancel = cancel

    def derain(self, path: Path, number: int) -> Result:
        """One photo; its failure is a result, not an exception, so that the others go on."""
        try:
            return self._derain(path, number)
        except Cancelled:
            raise
        except DerainError as error:
            log.debug("%s failed", printable(path), exc_info=True)
            say_error(error)
            return Result(str(path), error=str(error))

    def _derain(self, path: Path, number: int) -> Result:
        photo = decoder.read(path, limit_megapixels=self._max_megapixels, cancel=self._cancel)
        card = self._derainer.card.id
        targets = self._outputs.targets(photo, path, card, self._derainer.options.strength, number)
        self._outputs.check(targets)
        started = time.perf_counter()
        layer = self._computed(photo, path)
        seconds = time.perf_counter() - started
        self._outputs.write(targets, photo, layer, self._derainer.options.strength)
        return Result(
            source=str(path),
            output=str(targets.output),
            rain_layer=_text(targets.rain_layer),
            side_by_side=_text(targets.side_by_side),
            seconds=round(seconds, 3),
            record=asdict(layer.record),
            notes=tuple(explain_note(note) for note in photo.notes),
        )

    def _computed(self, photo: Any, path: Path) -> Any:
        with progress_bar() as bar:
            task = bar.add_task(printable(path.name), total=None)
            size = photo.pixels.shape[:2]
            return self._derainer.derain(
                photo.pixels,
                into=self._derainer.start(size, grey=photo.grey, linear=photo.linear),
                on_tile=lambda done: bar.update(task, completed=done.done, total=done.total),
                cancel=self._cancel,
            )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _say(result: Result, quality: int) -> None:
    if result.error is not None or result.record is None:
        return
    for note in (*result.notes, *result.record["notes"]):
        err.print(f"{printable(result.source)}: {note}")
    for path in (result.output, result.rain_layer, result.side_by_side):
        if path is not None:
            say_path(path)
    made = "{device}, {backend} {precision}".format(**result.record)
    lossy = Path(str(result.output)).suffix.lower() in (".jpg", ".jpeg")
    saved = f", JPEG quality {quality}, 4:4:4" if lossy else ""
    err.print(f"Derained in {result.seconds:.1f} s ({made}{saved}).")
