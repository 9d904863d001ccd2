"""The promises of the first page."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.batch.batches import make_photo

REPOSITORY = Path(__file__).resolve().parents[1]
README = (REPOSITORY / "README.md").read_text("utf-8")


def test_the_scores_are_those_of_the_shipped_weights() -> None:
    card = tomllib.loads((REPOSITORY / "weights" / "afterrain.toml").read_text("utf-8"))

    assert card["scores"]
    for score in card["scores"].values():
        ssim = f"{score['ssim_y']:.4f}".removeprefix("0")
        assert f"| {score['psnr_y']:.2f} / {ssim} |" in README


@pytest.mark.usefixtures("self_tested")
def test_its_example_derains_a_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_photo(tmp_path / "holiday.jpg")
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    assert {path.name for path in tmp_path.iterdir()} == {"holiday.jpg", "holiday_derained.jpg"}


def test_what_it_links_to_is_there() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert len(linked) > 10
    for path in linked:
        assert (REPOSITORY / path).is_file(), path
