"""Letters on pictures: fonts that are there, and text that fits its place."""

import functools

from PIL import ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont

# What systems have, looked up by file name; Pillow's own font, without bold, is the last resort.
_PLAIN = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "segoeui.ttf", "Helvetica.ttc", "Arial.ttf")
_BOLD = ("NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf", "segoeuib.ttf", "Arial Bold.ttf")
_EAST_ASIAN = ("NotoSansCJK-Regular.ttc", "msyh.ttc", "PingFang.ttc", "wqy-microhei.ttc")
_FIRST_EAST_ASIAN = "\u2e80"


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
