import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn.training.sample import SAMPLES, Sample, make, rain_over


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """A sample of a small grey original, which is written beside where its rainy photo goes."""
    original = tmp_path / "grey.png"
    Image.new("RGB", (320, 240), (90, 90, 90)).save(original)
    sha256 = hashlib.sha256(original.read_bytes()).hexdigest()
    return dataclasses.replace(SAMPLES[0], original="grey.png", sha256=sha256, size=(160, 120))


def test_rain_is_repeatable_and_covers_part_of_the_photo() -> None:
    rain = rain_over((120, 160), SAMPLES[0])
    assert np.array_equal(rain, rain_over((120, 160), SAMPLES[0]))
    assert rain.shape == (120, 160)
    assert rain.dtype == np.float32
    assert rain.min() >= 0
    assert rain.max() <= 1
    streaks = (rain > 8 / 255).mean()
    assert 0.1 < streaks < 0.7


def test_rain_falls_nearly_upright() -> None:
    rain = rain_over((240, 240), SAMPLES[0])
    across, along = np.abs(np.diff(rain, axis=1)).mean(), np.abs(np.diff(rain, axis=0)).mean()
    assert across > 2 * along


def test_a_sample_is_its_original_with_light_added(sample: Sample, tmp_path: Path) -> None:
    with Image.open(make(sample, tmp_path, tmp_path)) as rainy:
        assert rainy.size == sample.size
        pixels = np.asarray(rainy).astype(int)
    assert pixels.mean() > 92  # brighter than the grey of 90 …
    assert np.percentile(pixels, 5) > 84  # … and nowhere darker, but for what JPEG does


def test_another_original_is_refused(sample: Sample, tmp_path: Path) -> None:
    other = dataclasses.replace(sample, sha256="0" * 64)
    with pytest.raises(ValueError, match="not the file"):
        make(other, tmp_path, tmp_path)
    assert not (tmp_path / other.name).exists()
