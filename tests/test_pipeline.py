"""One photo with one setting: the same file, whichever door it came through."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.photo.results import SaveJob
from app.shell.engines import Engines
from app.tasks import Work
from nledn import CancelToken, Options, __version__, catalog, decoder, photo
from nledn.batch import BatchJob, BatchSettings, Done
from nledn.cli import main
from nledn.cluster import worker
from nledn.errors import OutputExists, WouldReplaceSource
from nledn.naming import free_name
from nledn.photo import Photo, WriteSettings
from nledn.photo.provenance import read_provenance
from nledn.pipeline import Conflict, Outputs, Result, Target, check, settled
from tests.batch.batches import batch_config, even_weights
from tests.conftest import Ship
from tests.photo import files

STRENGTH = 0.85
OPTIONS = Options(strength=STRENGTH, precision="fp32", tile=64, threads=1)
AUTHORS = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF '
    b'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="holiday"/></r:RDF></x:xmpmeta>'
)
Door = Callable[[Path, Path, Options, bool], None]


def command_line(rainy: Path, out: Path, options: Options, record: bool) -> None:
    computed = ("--precision", "fp32", "--tile", "64", "--threads", "1")
    typed("derain", rainy, "-o", out, *computed, *flags(options, record))


def batch(rainy: Path, out: Path, options: Options, record: bool) -> None:
    config = batch_config(rainy.parent.with_name("batch.toml"), tile=64, threads=1)
    asked = ("--name", out.stem + "{ext}", "--config", config, *flags(options, record))
    typed("batch", rainy.parent, out.parent, *asked)


def cluster_worker(rainy: Path, out: Path, options: Options, record: bool) -> None:
    settings = BatchSettings(options=options, name=out.stem + "{ext}", record=record)
    sha256 = catalog.card_of(options.weights).sha256
    order = worker.Order("run", __version__, settings, sha256, rainy.parent, sign=rainy)
    answer = worker.derained(order, BatchJob(1, rainy, out.parent / rainy.stem, "ten"))
    assert isinstance(answer.what, Done), answer


def window(rainy: Path, out: Path, options: Options, record: bool) -> None:
    work = Work(CancelToken(), lambda _value: None)
    read = decoder.read(rainy)
    engine, layer = Engines().models().layer(read, options)
    engine.derain(read.visible, into=layer)
    result = Result(read, layer, STRENGTH)
    SaveJob(result, out, WriteSettings(), record).run(work)


DOORS: tuple[Door, ...] = (command_line, batch, cluster_worker, window)


def flags(options: Options, record: bool) -> tuple[str, ...]:
    asked = ("--weights", options.weights, "--strength", str(options.strength))
    return asked if record else (*asked, "--no-record")


def typed(*arguments: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert not ended.value.code


@pytest.fixture
def _own_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_bench", worker._Bench())
    monkeypatch.setattr(worker, "get_worker", lambda: SimpleNamespace(address="here", name=0))


@pytest.mark.usefixtures("_own_worker")
@pytest.mark.parametrize("record", [True, False])
@pytest.mark.parametrize("name", ["street.jpg", "street.png", "street.tif"])
def test_four_doors_write_the_same_bytes(tmp_path: Path, name: str, record: bool) -> None:
    rainy = tmp_path / "wet" / name
    rainy.parent.mkdir()
    pixels = files.colours(72, 90)
    if not name.endswith(".jpg"):
        pixels = pixels.astype(np.uint16) * np.uint16(257)
    photo.write(Photo(pixels, xmp=AUTHORS, exif=files.exif_block()), rainy)
    weights = even_weights(tmp_path / "ten.safetensors")
    dry = same_of_all_doors(rainy, replace(OPTIONS, weights=str(weights)), record)
    found = read_provenance(dry.xmp)
    assert dry.xmp is not None
    assert b'dc:source="holiday"' in dry.xmp
    assert (found is not None) is record
    assert found is None or (found.strength, found.checkpoint) == (STRENGTH, "ten")
    assert not np.array_equal(dry.pixels, photo.read(rainy).pixels)


@pytest.mark.usefixtures("_own_worker")
def test_four_doors_choose_the_same_model(tmp_path: Path, ship: Ship) -> None:
    for id, levels in (("afterrain", 20), ("afterrain-dense", 40), ("afterrain-light", 3)):
        ship(id, levels)
    rainy = tmp_path / "wet" / "street.png"
    rainy.parent.mkdir()
    photo.write(Photo(files.colours(72, 90)), rainy)
    found = read_provenance(same_of_all_doors(rainy, OPTIONS, record=True).xmp)
    assert found is not None
    assert (found.checkpoint, found.reason) == ("afterrain-dense", "dense rain")
    assert found.checkpoint_sha256 == catalog.find("afterrain-dense").sha256


def same_of_all_doors(rainy: Path, options: Options, record: bool) -> Photo:
    """Derain a photo through each door; the result, if it is the same of all."""
    written = set()
    for door in DOORS:
        out = rainy.parents[1] / door.__name__ / f"dry{rainy.suffix}"
        out.parent.mkdir()
        door(rainy, out, options, record)
        written.add(out.read_bytes())
    assert len(written) == 1
    return photo.read(out)


def test_free_names_count_on(tmp_path: Path) -> None:
    path = tmp_path / "a.b.jpg"
    assert free_name(path) == path
    path.touch()
    (tmp_path / "a.b-2.jpg").symlink_to("nowhere")
    assert free_name(path) == tmp_path / "a.b-3.jpg"
    taken = {Path("IMG.1"), Path("IMG.1-2")}
    assert free_name(Path("IMG.1"), taken.__contains__, ext="") == Path("IMG.1-3")


@pytest.mark.parametrize(
    ("conflict", "expected"),
    [
        ("skip", None),
        ("overwrite", Target(Path("a.jpg"), overwrite=True)),
        ("rename", Target(Path("a-2.jpg"))),
    ],
)
def test_a_taken_place_goes_by_the_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, conflict: Conflict, expected: Target | None
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("a.jpg")
    assert settled(path, conflict) == Target(path)
    path.touch()
    assert settled(path, conflict) == expected
    assert settled(path, conflict, is_ours=lambda _: True) == Target(path, overwrite=True)


@pytest.mark.parametrize("conflict", ["refuse", "skip", "overwrite", "rename"])
@pytest.mark.parametrize("link", ["itself", "hard link", "symlink"])
def test_no_rule_replaces_a_source(tmp_path: Path, conflict: Conflict, link: str) -> None:
    source, wanted = tmp_path / "a.jpg", tmp_path / ("a.jpg" if link == "itself" else "b.jpg")
    source.touch()
    if link == "hard link":
        wanted.hardlink_to(source)
    elif link == "symlink":
        wanted.symlink_to(source)
    if conflict == "rename":
        found = settled(wanted, conflict, sources=[source], is_ours=lambda _: True)
        assert found == Target(wanted.with_stem(f"{wanted.stem}-2"))
    else:
        with pytest.raises(WouldReplaceSource):
            settled(wanted, conflict, sources=[source], is_ours=lambda _: True)


def test_a_rule_to_refuse_raises(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    with pytest.raises(OutputExists):
        settled(tmp_path / "a.jpg", "refuse")


def test_one_name_for_two_outputs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    with pytest.raises(OutputExists):
        check(Outputs(path, rain_layer=path), overwrite=True)


def test_an_earlier_record_goes_where_none_is_wanted(tmp_path: Path) -> None:
    weights = even_weights(tmp_path / "ten.safetensors")
    rainy = tmp_path / "street.png"
    photo.write(Photo(files.colours(40, 40)), rainy)
    options = Options(str(weights), STRENGTH, precision="fp32", threads=1)
    first, second = tmp_path / "1.png", tmp_path / "2.png"
    command_line(rainy, first, options, True)
    assert read_provenance(photo.read(first).xmp) is not None
    command_line(first, second, replace(options, strength=0.5), False)
    assert read_provenance(photo.read(second).xmp) is None
