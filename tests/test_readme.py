"""What the first page promises."""

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
README = (REPOSITORY / "README.md").read_text("utf-8")


def test_the_scores_are_those_of_the_shipped_weights() -> None:
    card = tomllib.loads((REPOSITORY / "weights" / "afterrain.toml").read_text("utf-8"))

    assert card["scores"]
    for score in card["scores"].values():
        ssim = f"{score['ssim_y']:.4f}".removeprefix("0")
        assert f"| {score['psnr_y']:.2f} / {ssim} |" in README


def test_what_it_links_to_is_there() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert len(linked) > 10
    for path in linked:
        assert (REPOSITORY / path).is_file(), path
