"""The messages about a saved result and the chosen model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.photo.results import Saved
from app.photo.state import PhotoState, Status
from app.photo.words import saved_of, status_of
from nledn.photo import Note, Photo, WriteSettings
from tests.app.conftest import RECORD

GONE = "afterrain-light is missing"
RICH = Photo(
    np.zeros((2, 3, 3), np.uint16),
    alpha=np.zeros((2, 3), np.uint16),
    icc=b"profile",
    exif=b"Exif",
    xmp=b"<x/>",
    texts=(("Title", "Rain"), ("Comment", "in May")),
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dry.png", "16 bits a channel; kept: colour profile, EXIF, XMP, transparency, texts."),
        ("dry.TIFF", "16 bits a channel; kept: colour profile, EXIF, XMP, transparency."),
        ("dry.webp", "WebP quality 95; kept: colour profile, EXIF, XMP, transparency."),
        ("dry.jpeg", "JPEG quality 95, 4:4:4; kept: colour profile, EXIF, XMP, comment."),
        ("dry.JPG", "JPEG quality 95, 4:4:4; kept: colour profile, EXIF, XMP, comment."),
        ("dry.bmp", "8 bits a channel."),
    ],
)
def test_only_what_the_format_holds_is_said_to_be_kept(name: str, words: str) -> None:
    assert saved_of(Saved(Path(name), RICH, WriteSettings())) == f"Saved {name}: {words}"


def test_a_title_is_no_comment_that_a_jpeg_could_keep() -> None:
    titled = Photo(np.zeros((2, 3, 3), np.uint8), texts=(("Title", "Rain"),))
    said = saved_of(Saved(Path("dry.jpg"), titled, WriteSettings()))
    assert said == "Saved dry.jpg: JPEG quality 95, 4:4:4."


def test_what_is_not_kept_is_said_and_not_said_to_be_kept() -> None:
    dropped = replace(RICH, notes=("layers", Note.NO_EXIF))
    said = saved_of(Saved(Path("dry.jpg"), dropped, WriteSettings()))
    assert "kept: colour profile, XMP, comment." in said
    assert said.endswith("The layers are not kept. The EXIF does not fit into the result.")


@pytest.mark.parametrize(
    ("checkpoint", "reason", "words"),
    [
        ("", "", "Done"),
        ("afterrain-light", "no rain found", "Model: Light (no rain found) · Done"),
        ("afterrain-dense", "dense rain", "Model: afterrain-dense (dense rain) · Done"),
        ("afterrain", "light rain", f"Model: All-round (light rain, but {GONE}) · Done"),
        (
            "afterrain",
            "snow",
            "Model: All-round (snow) · Done",
        ),
    ],
)
def test_the_status_names_the_chosen_model_and_why(
    checkpoint: str, reason: str, words: str
) -> None:
    names = {"afterrain": "All-round", "afterrain-light": "Light"}
    record = replace(RECORD, checkpoint=checkpoint, reason=reason, device="")
    status = Status(PhotoState.DONE, 1, 1, record=record)
    assert status_of(status, names) == words
