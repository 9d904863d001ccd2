"""Pictures for exports: panes in sRGB at a size, numbers as colours, letters."""

import functools

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont, ImageOps

from nledn import photo
from nledn.metrics import levels_of
from nledn.photo import Photo
from nledn.pixels import Bytes, Pixels, as_floats, to_8_bits
from nledn.rain import srgb_encoded

ERROR_SHOWN_LEVELS = 48  # an error map's brightest colour; larger errors look the same

# Of an error map: the ends and the middle of the colour map Inferno.
BLACK, RED, YELLOW = "#000004", "#bc3754", "#fcffa4"

Font = ImageFont.FreeTypeFont

# Fonts of the systems, by file name; Pillow's own font, without bold, is the last resort.
_PLAIN = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "segoeui.ttf", "Helvetica.ttc", "Arial.ttf")
_BOLD = ("NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf", "segoeuib.ttf", "Arial Bold.ttf")
_EAST_ASIAN = ("NotoSansCJK-Regular.ttc", "msyh.ttc", "PingFang.ttc", "wqy-microhei.ttc")
_FIRST_EAST_ASIAN = "\u2e80"


def in_srgb(picture: Photo, pixels: Pixels) -> Bytes:
    """Return pixels in the encoding of `picture` in sRGB, (H, W, 3) uint8."""
    if picture.icc is None and picture.linear:
        encoded: Bytes = np.rint(srgb_encoded(as_floats(pixels)) * np.float32(255)).astype(np.uint8)
        return encoded
    return np.asarray(photo.in_srgb(to_8_bits(pixels), picture.icc).convert("RGB"))


def scaled(pixels: Bytes, width: int, height: int) -> Image.Image:
    """A picture of that size; reduced by areas, enlarged smoothly."""
    smaller = width < pixels.shape[1]
    how = Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC
    return Image.fromarray(pixels).resize((width, height), how)


def error_map(image: Pixels, truth: Pixels) -> Bytes:
    """Show the errors of a result, (H, W, 3) sRGB: black for equal, yellow from 48 levels on."""
    error = np.abs(levels_of(image) - levels_of(truth)).mean(axis=2)
    return in_colours(error, ERROR_SHOWN_LEVELS)


def in_colours(values: npt.NDArray[np.float32], largest: float) -> Bytes:
    """Values from 0 to `largest`, (H, W), as (H, W, 3) sRGB: from black by red to yellow."""
    steps = np.rint(np.clip(values / largest, 0, 1) * 255).astype(np.uint8)
    return np.asarray(ImageOps.colorize(Image.fromarray(steps), BLACK, YELLOW, mid=RED))


def font_for(text: str, size_px: int, *, bold: bool = False) -> Font:
    """A font that has the letters of `text`."""
    if any(letter >= _FIRST_EAST_ASIAN for letter in text):
        return _first(_EAST_ASIAN, size_px)
    return _first(_BOLD if bold else _PLAIN, size_px)


def fitted(text: str, font: Font, width_px: int) -> str:
    """The text, its end replaced by dots where it is wider than its place."""
    if font.getlength(text) <= width_px:
        return text
    while text and font.getlength(f"{text}…") > width_px:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrapped(text: str, font: Font, width_px: int) -> list[str]:
    """The text in lines that fit, broken between words; a long word is broken anywhere."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width_px:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if font.getlength(lines[-1] + letter) > width_px:
                lines.append("")
            lines[-1] += letter
    return [line for line in lines if line]


def write(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, font: Font, colour: str
) -> None:
    """Write one line; `at` is the left end of its base line."""
    draw.text(at, text, fill=colour, font=font, anchor="ls")


@functools.cache
def _first(names: tuple[str, ...], size_px: int) -> Font:
    for name in names:
        try:
            return ImageFont.truetype(name, size_px)
        except OSError:
            continue
    last = ImageFont.load_default(size_px)
    assert isinstance(last, ImageFont.FreeTypeFont), "a size was given, so it is no bitmap"
    return last
