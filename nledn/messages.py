"""Words that command line and window share, and names and log lines for display.

The words of an error are in its class; see `nledn.errors`.
"""

import logging
import os
import unicodedata
from enum import StrEnum
from pathlib import Path
from typing import Self


class Note(StrEnum):
    """A note on dropped or converted data of a photo, with its sentence.

    Some are followed by a colon and a detail, as in `frames:12` or `cut-off:30 of 40`.
    """

    sentence: str

    def __new__(cls, word: str, sentence: str = "") -> Self:
        """Make a member of the table below, or find it by its word."""
        note = str.__new__(cls, word)
        note._value_ = word
        note.sentence = sentence
        return note

    FRAMES = "frames", "Only the first of {count} frames or pages was opened."
    MPO = "mpo", "The main picture of several in this file was opened."
    GAIN_MAP = "gain-map", "The gain map for HDR screens is not kept."
    DEPTH = "depth", "The depth map is not kept."
    FILM = "film", "The video of this motion photo is not kept."
    TRAILER = "trailer", "Data behind the picture is not kept."
    CREDENTIALS = "credentials", "Content credentials are not kept."  # they would not be true
    OTHER_DATA = "other-data", "Data of other programs is not kept ({count})."
    LAYERS = "layers", "The layers are not kept."
    GEOREFERENCE = "georeference", "The georeference is not kept."  # turned, or no TIFF
    EXTENDED_XMP = "extended-xmp", "Extended XMP is incomplete and is not kept."
    IPTC = "iptc", "The old IPTC block is not kept."  # what XMP repeats of it stays
    PALETTE = "palette", "The palette became RGB."
    BILEVEL = "bilevel", "Black and white became 8-bit grey."
    CMYK = "cmyk", "CMYK became sRGB."
    RAW = "raw", "Developed from RAW with the camera's white balance."
    EXTRA_CHANNELS = "extra-channels", "Channels beyond colour and transparency are not kept."
    COLOUR_UNTAGGED = "colour-untagged", "A colour space without an ICC profile is not kept."
    BAD_ICC = "bad-icc", "The colour profile is damaged and is not kept."
    BAD_EXIF = "bad-exif", "The EXIF is damaged and is not kept."
    BAD_EXIF_PART = "bad-exif-part", "Part of the EXIF is damaged and is not kept."
    RAW_EXIF = "raw-exif", "The EXIF of this kind of RAW file is not kept."
    BAD_XMP = "bad-xmp", "The XMP is damaged and is not kept."
    BAD_XMP_PART = "bad-xmp-part", "Part of the XMP is damaged and is not kept."
    NO_END = "no-end", "The end mark of the file is missing; all pixels were read."
    CUT_OFF = "cut-off", "Only {count} rows could be read; the rest is grey."
    SIDECAR = "sidecar", "The XMP file beside the photo was not copied."
    NO_EXIF = "no-exif", "The EXIF does not fit into the result."
    NO_XMP = "no-xmp", "The XMP does not fit into the result."
    NO_PROFILE = "no-profile", "The colour profile does not fit into the result."
    NO_TEXTS = "no-texts", "Texts do not fit into the result."
    NO_ALPHA = "no-alpha", "Transparency became white."
    NO_RESOLUTION = "no-resolution", "The resolution does not fit into the result."
    FEWER_BITS = "fewer-bits", "16 bits per channel became 8."
    NO_FLOAT = "no-float", "Floating point became {count} bits per channel, cut to 0 to 1."


# Embeddings, overrides and isolates of Unicode's bidirectional algorithm; the marks that Arabic and
# Hebrew names do hold are none of them.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_COMPUTED = ("=", "+", "-", "@")

FETCH_TERMS = (
    "The authors of the paper published these weights at github.com/AlexHex7/NLEDN and stated no "
    "licence. AfterRain may not pass them on; it can only get them for you from there. Without a "
    "licence you have no promise that you may use them beyond trying them yourself: for anything "
    "else, ask the authors."
)
"""Shown before the authors' weights are downloaded."""

NO_LICENCES = (
    "AfterRain is free software under the MIT licence. The packages that it uses are installed "
    "beside it, each with its own licence. A bundle contains them, and lists them here."
)
"""Shown instead of the list of licences without a bundle."""


def explain_note(note: str) -> str:
    """Return the sentence for one of `Photo.notes`."""
    word, _, count = note.partition(":")
    return Note(word).sentence.format(count=count)


def printable(text: str | Path) -> str:
    r"""Return a name that any terminal and file can show.

    Bytes that are no UTF-8 become `\xNN`; so do control characters, since a name may hold line ends
    and commands to a terminal, and characters that change the direction of the text around it.
    """
    try:
        raw = os.fsencode(text)
    except UnicodeEncodeError:  # half a letter of UTF-16, as JSON may hold
        raw = os.fspath(text).encode("utf-8", "backslashreplace")
    readable = raw.decode("utf-8", "backslashreplace")
    return "".join(_shown(letter) for letter in readable)


def duration(seconds: float) -> str:
    """Return a readable time: `40 s`, `2 min 10 s`, `3 h 5 min`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_rest = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_rest} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def in_cell(value: object) -> object:
    """Return a value for a cell of a CSV table, where a text such as `=…` would be a formula.

    Such a text is the name of a file, and `./` in front of it changes nothing.
    """
    return f"./{value}" if isinstance(value, str) and value.startswith(_COMPUTED) else value


def _shown(letter: str) -> str:
    number = ord(letter)
    if letter not in _DIRECTIONS and unicodedata.category(letter) not in ("Cc", "Zl", "Zp"):
        return letter
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


class LogLines(logging.Formatter):
    """Log lines that cannot control a terminal, whatever line ends and bytes are in names."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line, without the traceback."""
        return printable(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback, whose last line may hold a name too."""
        return "\n".join(map(printable, super().format(record).split("\n")))
