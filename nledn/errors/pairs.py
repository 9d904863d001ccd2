"""Errors of pairs of rainy and clean photos."""

from pathlib import Path

from nledn.errors.root import DerainError


class PairsError(DerainError):
    """Rainy and clean photos that do not belong together."""

    path: Path


class NoPairs(PairsError):
    """A folder in none of the known layouts; `found` has its first few names."""

    layouts: tuple[str, ...]
    found: tuple[str, ...]
    sentence = "{path} has no pairs of rainy and clean photos (found: {found})."
    remedy = "Arrange them as one of: {layouts}."


class PairSizesDiffer(PairsError):
    """A rainy photo and its clean one differ in size; sizes are (width, height)."""

    rainy_size: tuple[int, int]
    clean_size: tuple[int, int]
    sentence = "{path}: the rainy photo has {rainy_size} pixels, the clean one {clean_size}."
    remedy = "Choose two photos of the same size."


class ResultSizeDiffers(PairsError):
    """Another program's result differs from the photo in size; sizes are (width, height)."""

    photo_size: tuple[int, int]
    result_size: tuple[int, int]
    sentence = "{path} has {result_size} pixels, the photo has {photo_size}."
    remedy = "Choose a result of the same size."


class PairTooSmall(PairsError):
    """A side shorter than SSIM's window; `size` is (width, height)."""

    size: tuple[int, int]
    limit_px: int
    sentence = "{path} is too small to compare ({size} pixels)."
    remedy = "Choose a photo with at least {limit_px} pixels per side."


class DataSetWrong(PairsError):
    """A folder that was given as a published data set, but is not the whole of it.

    `expected` and `found` are in words, `url` is where the set is published.
    """

    title: str
    expected: str
    found: str
    url: str
    sentence = "{path} is not the whole of {title}: expected {expected}, found {found}."
    remedy = "Download what is missing from {url}."
