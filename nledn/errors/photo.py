"""Errors of reading a photo, and of rainy and clean photos that belong together."""

import os
import shlex
from pathlib import Path

from nledn.errors.root import DerainError


class PhotoError(DerainError):
    """A photo cannot be read."""

    path: Path


class PhotoNotFound(PhotoError):
    """The file is missing."""

    sentence = "File not found: {path}."
    remedy = "Check the name, and that its disk is connected."


class PhotoIsFolder(PhotoError):
    """A folder where a photo was asked for."""

    sentence = "{path} is a folder, not a photo."
    remedy = "Use nledn batch for a folder."
    window_remedy = "Open one of its photos."


class FolderWithoutPhotos(PhotoIsFolder):
    """A folder to open a photo of, which has none; hidden entries do not count."""

    folders: int
    files: int
    sentence = "There are no photos in {path} (folders: {folders}, other files: {files})."
    remedy = "Choose another folder."
    window_remedy = "Choose another folder."


class PhotoIsEmpty(PhotoError):
    """A file of 0 bytes."""

    sentence = "{path} is empty."
    remedy = "Copy it again from the camera or a backup."


class PhotoNotPermitted(PhotoError):
    """The operating system does not allow reading it."""

    sentence = "Permission denied: {path}."
    remedy = "Check its permissions."


class NotAPhoto(PhotoError):
    """The content is of no known format."""

    sentence = "{path} is not a photo in a known format."
    remedy = "Save it as JPEG, PNG, TIFF, WebP, BMP or JPEG XL."


class NotItsFormat(NotAPhoto):
    """The content is of no known format, although the name ends in one."""

    format: str
    sentence = "{path} is damaged or its content is not {format}."
    remedy = "Copy it again from the camera or a backup."


class NotAFile(NotAPhoto):
    """A pipe would be waited for, and a device never ends."""

    sentence = "{path} is a pipe, a socket or a device, not a file."
    remedy = "Choose a file instead."


class PhotoIsVideo(PhotoError):
    """A video, whose frames must become photos first."""

    sentence = "{path} is a video, not a photo."
    remedy = "Extract its frames into a folder: ffmpeg -i {quoted} frames/%06d.png."
    window_remedy = "Export its frames as photos, then open those."

    @property
    def quoted(self) -> str:
        """The path as a command line takes it: a name may hold what a shell would run."""
        path = os.fspath(self.path)
        return f'"{path}"' if os.name == "nt" else shlex.quote(path)


class PhotoDamaged(PhotoError):
    """A known format, but truncated or corrupt; `detail` is the reader's message."""

    detail: str
    sentence = "{path} is damaged or incomplete."
    remedy = "Copy it again from the camera or a backup."


class PhotoCutOff(PhotoDamaged):
    """Of a damaged photo at least half of the rows can be read, which is done when asked for."""

    rows: int
    height: int
    sentence = "{path} is damaged: {rows} of {height} rows can be read."
    remedy = "Copy it again, or open what is there with --damaged."
    window_remedy = "Copy it again, or open what is there."


class PhotoTooLarge(PhotoError):
    """More megapixels than the limit; read from the header, before decoding."""

    megapixels: float
    limit: float
    sentence = "{path} has {megapixels} megapixels; the limit is {limit}."
    remedy = "Raise the limit (--max-megapixels, in a batch max_megapixels) if you trust it."
    window_remedy = "Reduce its size in another program."


class PhotoNeedsReader(PhotoError):
    """A format that an optional package reads, which is not installed."""

    kind: str
    package: str
    sentence = "{path} is {kind}, and {package} is not installed."
    remedy = "Run pip install {package}, or save the photo as TIFF or JPEG."
    window_remedy = "Save it as TIFF or JPEG in another program."


class PhotoUnsupported(PhotoError):
    """A known format with unsupported pixels; `detail` says which."""

    detail: str
    sentence = "{path}: this kind of file cannot be read ({detail})."
    remedy = "Save it with 8 or 16 bits per channel, in grey or RGB, in another program."


class EarlierResult(PhotoError):
    """A result of an earlier run among the photos that are to be derained."""

    sentence = "{path} is the result of an earlier run."
    remedy = "To derain it again, run nledn derain with this photo alone."
    window_remedy = "Open it on the Photo page to derain it again."


class NotAScreenProfile(PhotoError):
    """A file that was chosen as the colour profile of the screen."""

    sentence = "{path} is not the ICC profile of an RGB screen."
    remedy = "Choose another profile."


class PhotoTakesMemory(PhotoError):
    """More memory than is free, or than a decoder may take for that many pixels."""

    sentence = "Not enough memory to open {path}."
    remedy = "Close other programs, or copy the file again if it is damaged."


class PhotoTakesTooLong(PhotoError):
    """Its decoder did not finish in time and was stopped."""

    limit_s: int
    sentence = "{path} could not be read within {limit_s} seconds."
    remedy = "Check its disk, or copy the file again if it is damaged."


class PhotoCrashesDecoder(PhotoError):
    """The process that decoded it died; the next photo gets a new one."""

    detail: str
    sentence = "Reading {path} failed; it is probably damaged."
    remedy = "Copy it again, or save it again with another program."


class PhotoDecoderMissing(PhotoError):
    """No process that decodes photos can be started."""

    detail: str
    sentence = "{path} was not opened: AfterRain could not start its photo reader."
    remedy = "Close other programs and try again, or install AfterRain again."


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
