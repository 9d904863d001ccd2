"""A photo on standard input and its result on standard output, as other programs use them."""

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nledn import photo
from nledn.photo.formats import sniff
from tests.batch import batches
from tests.commands import command, environment, exit_code
from tests.photo import files

Derain = Callable[..., tuple[int, bytes, bytes]]


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, which has to be empty in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def derain(
    weights: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Derain:
    """Run `nledn derain` with a photo on standard input: its exit code, output and errors."""

    def run(data: bytes, *arguments: object) -> tuple[int, bytes, bytes]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        stdout = os.dup(1)
        code = exit_code("derain", *arguments, "--weights", weights, "--precision", "fp32")
        os.dup2(stdout, 1)  # which the program leaves to its end
        os.close(stdout)
        return (code, *capfdbinary.readouterr())

    return run


def process(*arguments: object, **pipes: Any) -> subprocess.CompletedProcess[bytes]:
    """Run `nledn derain` as other programs do."""
    return subprocess.run(
        command("derain", *arguments),
        stderr=subprocess.PIPE,
        check=False,
        env=environment(),
        **pipes,
    )


def png(size: tuple[int, int] = (24, 32)) -> bytes:
    rng = np.random.default_rng(3)
    return files.encoded(rng.integers(40, 200, (*size, 3)).astype(np.uint8), "PNG")


def test_a_pipe_gives_what_a_file_gives(tmp_path: Path, private: Path) -> None:
    source = files.saved(tmp_path, "a.png", png())
    with source.open("rb") as stdin:
        done = process("-", "-o", "-", stdin=stdin, stdout=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    assert b"Derained in" in done.stderr
    assert not list(private.iterdir())
    assert process(source, stdout=subprocess.DEVNULL).returncode == 0
    assert done.stdout == (tmp_path / "a_derained.png").read_bytes()


def test_a_reader_that_ends_early_is_said_without_a_traceback(
    private: Path, tmp_path: Path
) -> None:
    source = batches.make_photo(tmp_path / "a.png", size=(300, 400))  # more than a pipe holds
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = process(source, "-o", "-", stdout=pipe)
    assert done.returncode == 1
    assert b"has ended" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    assert not list(private.iterdir())


def test_the_content_names_the_format_and_an_option_another(
    tmp_path: Path, private: Path, derain: Derain
) -> None:
    data = files.encoded(files.colours(32, 24), "JPEG")
    code, out, err = derain(data, "-", "-o", "-", "-q")
    assert (code, err, format_of(out)) == (0, b"", "JPEG")
    _, out, _ = derain(data, "-", "-o", "-", "--format", "tiff")
    assert format_of(out) == "TIFF"
    assert derain(data, "-", "-o", tmp_path, "--format", "webp")[0] == 0
    assert photo.read(tmp_path / "stdin_derained.webp").format == "WEBP"
    assert not list(private.iterdir())


def test_a_jpeg_xl_comes_through_a_pipe_too(tmp_path: Path, private: Path, derain: Derain) -> None:
    photo.write(photo.Photo(files.colours(32, 24)), tmp_path / "a.jxl")
    data = (tmp_path / "a.jxl").read_bytes()
    code, out, err = derain(data, "-", "-o", "-", "-q")
    assert (code, err, sniff(out)) == (0, b"", "JXL")
    _, out, _ = derain(data, "-", "-o", tmp_path, "--json")
    (told,) = json.loads(out)
    assert (told["source"], Path(told["output"]).name) == ("stdin", "stdin_derained.jxl")
    assert not list(private.iterdir())


def format_of(data: bytes) -> str | None:
    with Image.open(io.BytesIO(data)) as image:
        return image.format


def test_an_xmp_file_beside_the_photo_cannot_go_along_and_that_is_said(
    tmp_path: Path, private: Path, derain: Derain
) -> None:
    source = files.saved(tmp_path, "a.png", png())
    source.with_suffix(".xmp").write_bytes(
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
    )
    code, _, err = derain(b"", source, "-o", "-")
    assert code == 0
    assert b"The XMP file beside the photo was not copied." in err
    assert not list(private.iterdir())


@pytest.mark.parametrize("data, words", [(b"", b"is empty"), (png()[:300], b"is damaged")])
def test_what_is_wrong_with_the_photo_goes_to_standard_error_alone(
    data: bytes, words: bytes, private: Path, derain: Derain
) -> None:
    code, out, err = derain(data, "-", "-o", "-")
    assert (code, out) == (1, b"")
    assert b"stdin " + words in err
    assert bytes(private) not in err


def test_pipes_are_for_one_photo_and_one_result(
    tmp_path: Path, private: Path, derain: Derain
) -> None:
    source = files.saved(tmp_path, "a.png", png())
    for arguments in (
        ("-",),
        ("-", source, "-o", tmp_path),
        (source, source, "-o", "-"),
        ("-", "-o", "-", "--json"),
        ("-", "-o", tmp_path / "a.jpg", "--format", "png"),
        ("-", "-o", "-", "--format", "gif"),
    ):
        code, out, _ = derain(png(), *arguments)
        assert (code, out) == (64, b""), arguments
    assert not list(private.iterdir())


def test_json_names_what_came_through_the_pipe(tmp_path: Path, derain: Derain) -> None:
    _, out, _ = derain(png(), "-", "-o", tmp_path / "a.png", "--json")
    (told,) = json.loads(out)
    assert (told["source"], told["output"]) == ("stdin", str(tmp_path / "a.png"))
