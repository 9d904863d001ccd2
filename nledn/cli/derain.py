"""`nledn derain PHOTO…`: the main job, for one photo or a handful."""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from nledn import auto, decoder, pipeline
from nledn.auto import Automatic, named
from nledn.cancel import CancelToken
from nledn.cli import piped
from nledn.cli.console import (
    ERROR_STYLE,
    Exit,
    cancelled_by_ctrl_c,
    err,
    progress_bar,
    results_skipped,
    say_json,
    say_path,
)
from nledn.cli.options import ResultOptions, takes_all_options
from nledn.engine import Derainer
from nledn.errors import DerainError, OutputExists, OutputNotPermitted
from nledn.messages import explain_note, printable
from nledn.naming import RAIN_TEMPLATE, SUFFIXES, Naming, check_template, name_of
from nledn.options import LIMIT_MEGAPIXELS, Options, require_one
from nledn.photo import Note, Photo, WriteSettings, output_suffix
from nledn.photo.formats import written_format
from nledn.photo.provenance import is_result
from nledn.pipeline import Outputs, Result

log = logging.getLogger(__name__)

SIDE_BY_SIDE_NAME = "{stem}_before_after{ext}"


@dataclass(frozen=True)
class Wanted:
    """The options of the command line for each photo; see `nledn derain --help`."""

    output: Path | None
    rain_layer: Path | None
    side_by_side: Path | None
    results: ResultOptions
    writing: WriteSettings
    limit_megapixels: float


@dataclass(frozen=True)
class Told:
    """The end of one photo; the fields of `--json`.

    Attributes:
        source: the photo; `stdin` for that of standard input.
        output: the derained photo, `-` for standard output; None when it failed.
        seconds: of computing, without reading and writing.
        record: how it was made; see `nledn.Record`.
        notes: on dropped or converted data, as sentences.
        skipped: it is the result of an earlier run and was left out.
    """

    source: str
    output: Path | None = None
    rain_layer: Path | None = None
    side_by_side: Path | None = None
    seconds: float = 0.0
    record: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None
    skipped: bool = False


@takes_all_options
def derain(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    photos: Annotated[
        list[Path],
        # Each is checked when its turn comes, not all before the first.
        typer.Argument(
            help="Photos to derain; - reads one from stdin.", show_default=False, readable=False
        ),
    ],
    options: Options,
    results: ResultOptions,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File or folder of the result; - is stdout."),
    ] = None,
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
    longest_side: Annotated[
        int | None, typer.Option(min=1, help="Reduce larger results to so many pixels per side.")
    ] = None,
    max_megapixels: Annotated[
        float, typer.Option(min=0, help="Refuse larger photos.")
    ] = LIMIT_MEGAPIXELS,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Take the rain out of photos. Results go beside their sources; sources are never replaced."""
    if as_json and output == piped.PIPE:
        raise typer.BadParameter("Standard output takes the result or --json, not both.")
    with piped.opened(photos, output) as pipes:
        wanted = Wanted(
            output=pipes.output,
            rain_layer=rain_layer,
            side_by_side=side_by_side,
            results=results,
            writing=WriteSettings(
                quality=results.quality,
                overwrite=overwrite,
                strip=results.strip,
                keep_times=results.keep_times,
                longest_side_px=longest_side,
            ),
            limit_megapixels=max_megapixels,
        )
        _check(wanted, pipes.photos)
        told = _derained(pipes, wanted, options, as_json=as_json)
    skipped = sum(one.skipped for one in told)
    if skipped:
        err.print(f"{results_skipped(skipped)}.")
    failed = sum(one.error is not None for one in told)
    if failed:
        raise typer.Exit(Exit.NONE_DONE if failed == len(told) else Exit.SOME_FAILED)


def _derained(pipes: piped.Pipes, wanted: Wanted, options: Options, *, as_json: bool) -> list[Told]:
    decoder.warm_up()  # while the engine is loaded
    derainer = auto.load(options)
    results: list[Told] = []
    try:
        with cancelled_by_ctrl_c() as cancel:
            work = _Work(derainer, wanted, pipes, cancel)
            for number, path in enumerate(pipes.photos, start=1):
                results.append(work.derain(path, number))
                if not as_json:
                    _say(results[-1], wanted.writing.quality)
    finally:
        if as_json:
            say_json([asdict(result) for result in results])
    return results


def _check(wanted: Wanted, photos: Sequence[Path]) -> None:
    """Check options that concern all photos.

    Raises:
        OptionInvalid: an unknown format or a wrong template.
        TyperException: one file for the results of several photos, or of another format.
    """
    check_template(wanted.results.name)
    require_one("format", wanted.results.format, ("keep", *SUFFIXES))
    for path in (wanted.output, wanted.rain_layer, wanted.side_by_side):
        if path is not None and len(photos) > 1 and not _is_folder(path):
            said = f"There is no folder {printable(path)}. Several photos need an existing folder."
            raise typer.TyperException(said)
    named, suffix = wanted.output, SUFFIXES.get(wanted.results.format)
    if named is None or suffix is None or _is_folder(named):
        return
    if written_format(named.suffix) != written_format(suffix):
        told, other = printable(named.name), printable(named.with_suffix(suffix).name)
        raise typer.TyperException(
            f"{told} does not end in {suffix}: leave out --format, or name it {other}."
        )


@dataclass(eq=False)
class _Work:
    """Derains one photo after the other; knows every source, so that none is ever replaced."""

    derainer: Derainer | Automatic
    wanted: Wanted
    pipes: piped.Pipes
    cancel: CancelToken

    def __post_init__(self) -> None:
        self._sources = sources = self.pipes.photos
        self._written: set[Path] = set()
        places = ((path, self._place_beside(path, n)) for n, path in enumerate(sources, start=1))
        self._places = frozenset(place for path, place in places if place != path)
        self._skips = len(sources) > 1  # a single result is meant to be derained again
        if self._skips:
            self._sources = tuple(path for path in sources if not self._is_ours(path))

    def derain(self, path: Path, number: int) -> Told:
        """Do one photo; its failure is a result, not an exception, so that the others follow."""
        try:
            return self._derain(path, number)
        except DerainError as error:
            log.debug("%s failed", printable(path), exc_info=True)
            words = self._explained(error)
            err.print(words, style=ERROR_STYLE)
            return Told(self._shown(path), error=words)

    def _explained(self, error: DerainError) -> str:
        path = getattr(error, "path", None)
        if path is None or not self.pipes.holds(path):
            return str(error)
        words = (error.sentence, error.remedy)
        return " ".join(error.filled(each, by_name=True) for each in words)

    def _shown(self, path: Path) -> str:
        return str(piped.STDIN if self.pipes.holds(path) else path)

    def _derain(self, path: Path, number: int) -> Told:
        wanted = self.wanted
        if path in self._places and self._skips:
            return Told(str(path), skipped=True)
        photo = decoder.read(
            path,
            limit_megapixels=wanted.limit_megapixels,
            damaged=wanted.results.damaged,
            cancel=self.cancel,
        )
        if is_result(photo.xmp) and self._skips:
            return Told(str(path), skipped=True)
        outputs = self._outputs(photo, path, number)
        # Two photos of one name in one folder must never replace each other.
        for each in self._written.intersection(outputs.all):
            raise OutputExists(each)
        pipeline.check(outputs, overwrite=wanted.writing.overwrite, sources=self._sources)
        began = time.perf_counter()
        result = self._computed(photo, path)
        seconds = time.perf_counter() - began
        self._written.update(outputs.all)
        written = pipeline.write(
            result, outputs, wanted.writing, record=wanted.results.record, sources=self._sources
        )
        notes = written.notes
        if self.pipes.stdout is not None and self.pipes.hand_out(outputs.result):
            notes = (*notes, Note.SIDECAR)
        return Told(
            source=self._shown(path),
            output=outputs.result if self.pipes.stdout is None else piped.PIPE,
            rain_layer=outputs.rain_layer,
            side_by_side=outputs.side_by_side,
            seconds=round(seconds, 3),
            record=asdict(result.layer.record),
            notes=tuple(explain_note(note) for note in notes),
        )

    def _is_ours(self, path: Path) -> bool:
        """Return whether a source is an earlier result; by its name alone if none is replaced."""
        if path not in self._places:
            return False
        if not self.wanted.writing.overwrite:
            return True
        try:
            return is_result(decoder.read(path, cancel=self.cancel).xmp)
        except DerainError:
            return False  # its own turn tells why

    def _place_beside(self, source: Path, number: int) -> Path:
        """The place of a result beside its source, usually in the same format."""
        ext = SUFFIXES.get(self.wanted.results.format, source.suffix)
        return source.parent / self._name(source, number, ext, self.wanted.results.name)

    def _name(self, source: Path, number: int, ext: str, template: str) -> str:
        strength, checkpoint = self.derainer.options.strength, self.derainer.card.id
        return name_of(Naming(source.stem, ext, checkpoint, strength, number), template)

    def _outputs(self, photo: Photo, source: Path, number: int) -> Outputs:
        wanted = self.wanted

        def placed(place: Path, ext: str, template: str) -> Path:
            if not _is_folder(place):
                return place
            return place / self._name(source, number, ext, template)

        ext = SUFFIXES.get(wanted.results.format) or output_suffix(photo)
        rain, both = wanted.rain_layer, wanted.side_by_side
        return Outputs(
            result=placed(wanted.output or source.parent, ext, wanted.results.name),
            rain_layer=rain and placed(rain, ".tif", RAIN_TEMPLATE),
            side_by_side=both and placed(both, ".jpg", SIDE_BY_SIDE_NAME),
        )

    def _computed(self, photo: Photo, path: Path) -> Result:
        with progress_bar() as bar:
            task = bar.add_task(printable(path.name), total=None)
            return pipeline.derain(
                photo,
                self.derainer,
                strength=self.derainer.options.strength,
                keep_brightness=self.derainer.options.keep_brightness,
                on_tile=lambda done: bar.update(task, completed=done.done, total=done.total),
                cancel=self.cancel,
            )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except PermissionError as error:
        raise OutputNotPermitted(path) from error


def _say(result: Told, quality: int) -> None:
    if result.error is not None or result.record is None:
        return
    for note in (*result.notes, *result.record["notes"]):
        err.print(f"{printable(result.source)}: {note}")
    for path in (result.output, result.rain_layer, result.side_by_side):
        if path is not None and path != piped.PIPE:
            say_path(path)
    model = named(result.record["checkpoint"], result.record["reason"])
    made = "{device}, {backend} {precision}".format(**result.record)
    lossy = result.output is not None and result.output.suffix.lower() in (".jpg", ".jpeg")
    saved = f", JPEG quality {quality}, 4:4:4" if lossy else ""
    err.print(f"Derained in {result.seconds:.1f} s ({model}; {made}{saved}).")
