"""The same in gives the same out; nothing taken gives all back; only numbers are written."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nledn import Derainer, Options, photo, places
from nledn.cli import main
from nledn.errors import OptionInvalid
from nledn.photo import Photo
from nledn.pixels import Pixels
from tests.batch.batches import batch_config, even_weights

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def rainy() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A part of a photo with rain, (72, 100, 3): four tiles of 64 px."""
    return photo.read(places.sample_photo()).pixels[600:672, 600:700].astype(np.uint8)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.timeout(300)
def test_each_run_gives_the_same_files_byte_for_byte(tmp_path: Path, rainy: Pixels) -> None:
    paths = [tmp_path / f"{suffix}.{suffix}" for suffix in ("png", "jpg", "tif", "webp")]
    for path in paths:
        photo.write(Photo(rainy), path)
    for folder in ("here", "elsewhere"):
        (tmp_path / folder).mkdir()
    command = ["derain", *map(str, paths), "--tile", "64", "--threads", "1", "-o"]
    elsewhere = [sys.executable, "-m", "nledn", *command, str(tmp_path / "elsewhere")]
    subprocess.run(elsewhere, cwd=REPOSITORY, check=True, capture_output=True)
    with pytest.raises(SystemExit):
        main([*command, str(tmp_path / "here")])
    assert len(contents(tmp_path / "here")) == len(paths)
    assert contents(tmp_path / "here") == contents(tmp_path / "elsewhere")


@pytest.mark.parametrize("precision", ["fp32", "auto"])
def test_threads_change_nothing_that_can_be_seen(rainy: Pixels, precision: str) -> None:
    """None of 32,000 steps was seen; docs/reliability.md has why one pixel might move."""
    rainy = rainy[:64, :64]  # two threads that share a core wait for each other
    one, two = (
        Derainer.load(Options(threads=threads, precision=precision))
        .derain(rainy)
        .apply(rainy)
        .astype(float)
        for threads in (1, 2)
    )
    assert np.square(one - two).mean() < 255**2 / 10**6, "60 dB"


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_strength_zero_gives_every_pixel_back(
    tmp_path: Path, suffix: str, dtype: type[np.uint8] | type[np.uint16]
) -> None:
    top = np.iinfo(dtype).max
    pixels = np.random.default_rng(0).integers(0, top, (40, 50, 3), dtype, endpoint=True)
    path = tmp_path / f"1{suffix}"
    photo.write(Photo(pixels), path)
    weights = even_weights(tmp_path / "ten.safetensors")
    with pytest.raises(SystemExit) as ended:
        main(["derain", str(path), "--weights", str(weights), "--strength", "0"])
    assert ended.value.code == 0
    assert np.array_equal(photo.read(tmp_path / f"1_derained{suffix}").pixels, pixels)


@pytest.mark.parametrize("strength", [float("nan"), float("inf"), -0.1])
def test_a_strength_that_is_no_number_is_refused(strength: float) -> None:
    with pytest.raises(OptionInvalid):
        Options(strength=strength)


def test_equal_photos_have_no_infinity_in_a_file(
    tmp_path: Path, rainy: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PSNR of a photo and itself is infinite, which JSON cannot say."""
    monkeypatch.chdir(tmp_path)
    for kind in ("rainy", "clean"):
        Path("pairs", kind).mkdir(parents=True)
        photo.write(Photo(rainy), Path("pairs", kind, "1.png"))
    even_weights(Path("ten.safetensors"))
    same = ("--weights", "ten.safetensors", "--strength", "0")
    truth = ("--config", str(batch_config(Path("batch.toml"), truth="pairs/clean")))
    for arguments in (
        ("evaluate", "--pairs", "pairs", "--json", "evaluate.json", *same),
        ("batch", "pairs/rainy", "dry", *truth, "--report", "r.json", *same),
        ("batch", "pairs/rainy", "dry", *truth, "--report", "r.csv", *same),
        ("compare", "pairs/rainy/1.png", "--truth", "pairs/clean/1.png", "--json", "c.json", *same),
        ("compare", "pairs/rainy/1.png", "--truth", "pairs/clean/1.png", "-o", "c.csv", *same),
    ):
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        assert ended.value.code == 0, arguments
    written = [path for path in tmp_path.iterdir() if path.suffix in (".json", ".csv")]
    assert len(written) == 5
    for path in written:
        text = path.read_text("utf-8").lower()
        assert "nan" not in text.split('"')
        assert not [word for word in ("infinity", ",inf", ",nan") if word in text]
        if path.suffix == ".json":
            json.loads(text, parse_constant=pytest.fail)
