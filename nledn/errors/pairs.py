"""What can be wrong with pairs of rainy and clean photos."""

from pathlib import Path

from nledn.errors.root import DerainError


class PairsError(DerainError):
    """Rainy and clean photos that do not belong together."""

    def __init__(self, path: Path) -> None:
        self.path = path


class PairsFolderNotFound(PairsError):
    """There is no folder of that name, or it cannot be listed."""


class NoPairs(PairsError):
    """A folder in none of the layouts that are known; `found` has its first few names."""

    def __init__(self, path: Path, layouts: tuple[str, ...], found: tuple[str, ...]) -> None:
        super().__init__(path)
        self.layouts = layouts
        self.found = found


class PairSizesDiffer(PairsError):
    """A rainy photo and its clean one differ in size; sizes are (width, height)."""

    def __init__(
        self, path: Path, rainy_size: tuple[int, int], clean_size: tuple[int, int]
    ) -> None:
        super().__init__(path)
        self.rainy_size = rainy_size
        self.clean_size = clean_size


class PairTooSmall(PairsError):
    """A side shorter than SSIM's window; `size` is (width, height)."""

    def __init__(self, path: Path, size: tuple[int, int], limit_px: int) -> None:
        super().__init__(path)
        self.size = size
        self.limit_px = limit_px


class DataSetWrong(PairsError):
    """A folder that was given as a published data set, but is not the whole of it.

    `expected` and `found` are in words, `url` is where the set is published.
    """

    def __init__(self, path: Path, title: str, expected: str, found: str, url: str) -> None:
        super().__init__(path)
        self.title = title
        self.expected = expected
        self.found = found
        self.url = url
