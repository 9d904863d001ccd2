"""Errors of reading a photo, and of rainy and clean photos that belong together."""

import os
import shlex
from pathlib import Path

from nledn.errors.root import DerainError


class PhotoError(DerainError):
    """A photo cannot be read."""

    path: Path


class PhotoNotFound(PhotoError):
    """File not found: {path}."""

    remedy = "Check the name, and that its disk is connected."


class PhotoIsFolder(PhotoError):
    """{path} is a folder, not a photo."""

    remedy = "Use nledn batch for a folder."
    window_remedy = "Open one of its photos."


class FolderWithoutPhotos(PhotoIsFolder):
    """There are no photos in {path} (folders: {folders}, other files: {files})."""

    folders: int
    files: int
    remedy = "Choose another folder."
    window_remedy = "Choose another folder."


class PhotoIsEmpty(PhotoError):
    """{path} is empty."""

    remedy = "Copy it again from the camera or a backup."


class PhotoNotPermitted(PhotoError):
    """Permission denied: {path}."""

    remedy = "Check its permissions."


class NotAPhoto(PhotoError):
    """{path} is not a photo in a known format."""

    remedy = "Save it as JPEG, PNG, TIFF, WebP, BMP or JPEG XL."


class NotItsFormat(NotAPhoto):
    """{path} is damaged or its content is not {format}."""

    format: str
    remedy = "Copy it again from the camera or a backup."


class NotAFile(NotAPhoto):  # a pipe would be waited for, and a device never ends
    """{path} is a pipe, a socket or a device, not a file."""

    remedy = "Choose a file instead."


class PhotoIsVideo(PhotoError):
    """{path} is a video, not a photo."""

    remedy = "Extract its frames into a folder: ffmpeg -i {quoted} frames/%06d.png."
    window_remedy = "Export its frames as photos, then open those."

    @property
    def quoted(self) -> str:
        """The path as a command line takes it: a name may hold what a shell would run."""
        path = os.fspath(self.path)
        return f'"{path}"' if os.name == "nt" else shlex.quote(path)


class PhotoDamaged(PhotoError):
    """{path} is damaged or incomplete."""

    detail: str  # of the reader
    remedy = "Copy it again from the camera or a backup."


class PhotoCutOff(PhotoDamaged):
    """{path} is damaged: {rows} of {height} rows can be read."""

    rows: int
    height: int
    remedy = "Copy it again, or open what is there with --damaged."
    window_remedy = "Copy it again, or open what is there."


class PhotoTooLarge(PhotoError):
    """{path} has {megapixels} megapixels; the limit is {limit}."""

    megapixels: float
    limit: float
    remedy = "Raise the limit (--max-megapixels, in a batch max_megapixels) if you trust it."
    window_remedy = "Reduce its size in another program."


class PhotoNeedsReader(PhotoError):
    """{path} is {kind}, and {package} is not installed."""

    kind: str
    package: str
    remedy = "Run pip install {package}, or save the photo as TIFF or JPEG."
    window_remedy = "Save it as TIFF or JPEG in another program."


class PhotoUnsupported(PhotoError):
    """{path}: this kind of file cannot be read ({detail})."""

    detail: str
    remedy = "Save it with 8 or 16 bits per channel, in grey or RGB, in another program."


class EarlierResult(PhotoError):
    """{path} is the result of an earlier run."""

    remedy = "To derain it again, run nledn derain with this photo alone."
    window_remedy = "Open it on the Photo page to derain it again."


class NotAScreenProfile(PhotoError):
    """{path} is not the ICC profile of an RGB screen."""

    remedy = "Choose another profile."


class PhotoTakesMemory(PhotoError):
    """Not enough memory to open {path}."""

    remedy = "Close other programs, or copy the file again if it is damaged."


class PhotoTakesTooLong(PhotoError):
    """{path} could not be read within {limit_s} seconds."""

    limit_s: int
    remedy = "Check its disk, or copy the file again if it is damaged."


class PhotoCrashesDecoder(PhotoError):
    """Reading {path} failed; it is probably damaged."""

    detail: str
    remedy = "Copy it again, or save it again with another program."


class PhotoDecoderMissing(PhotoError):
    """{path} was not opened: AfterRain could not start its photo reader."""

    detail: str
    remedy = "Close other programs and try again, or install AfterRain again."


class PairsError(DerainError):
    """Rainy and clean photos that do not belong together."""

    path: Path


class NoPairs(PairsError):
    """{path} has no pairs of rainy and clean photos (found: {found})."""

    layouts: tuple[str, ...]
    found: tuple[str, ...]  # its first few names
    remedy = "Arrange them as one of: {layouts}."


class PairSizesDiffer(PairsError):
    """{path}: the rainy photo has {rainy_size} pixels, the clean one {clean_size}."""

    rainy_size: tuple[int, int]  # width and height, as below
    clean_size: tuple[int, int]
    remedy = "Choose two photos of the same size."


class ResultSizeDiffers(PairsError):
    """{path} has {result_size} pixels, the photo has {photo_size}."""

    photo_size: tuple[int, int]
    result_size: tuple[int, int]
    remedy = "Choose a result of the same size."


class PairTooSmall(PairsError):
    """{path} is too small to compare ({size} pixels)."""

    size: tuple[int, int]
    limit_px: int
    remedy = "Choose a photo with at least {limit_px} pixels per side."


class DataSetWrong(PairsError):
    """{path} is not the whole of {title}: expected {expected}, found {found}."""

    title: str
    expected: str  # in words, as `found`
    found: str
    url: str
    remedy = "Download what is missing from {url}."
