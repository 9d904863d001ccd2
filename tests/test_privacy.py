"""Nothing that is computed here turns to the network; the window's part is in tests/soak."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nledn import photo
from nledn.photo import Photo
from tests.soak import traced

ROOT = Path(__file__).resolve().parents[1]

COMMANDS = """
import socket, sys
from tests.soak.network import hear
hear(lambda what: print("HEARD", what, flush=True))
from nledn.cli import main

folder, backend = sys.argv[1:]
with open(f"{folder}/batch.toml", "w") as config:
    config.write(f'backend = "{backend}"\\ntile = 64\\n')
for line in (
    "weights list",
    f"derain {folder}/rainy/1.png -o {folder}/clean.png --backend {backend} --tile 64",
    f"batch {folder}/rainy {folder}/out --config {folder}/batch.toml",
    f"compare {folder}/rainy/1.png -o {folder}/sheet.png --weights afterrain --backend {backend}",
    f"evaluate --pairs {folder} --weights afterrain --backend {backend}",
    *(["info"] if backend == "openvino" else []),  # it tries OpenVINO, which takes a while
):
    try:
        main(line.split())
    except SystemExit as end:
        print("ENDED", line.split()[0], end.code, flush=True)
"""
LOOK_UP = 'socket.getaddrinfo("localhost", 80)'  # so that silence means something


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """A rainy photo and the same without rain."""
    pixels = np.random.default_rng(2).integers(0, 255, (64, 72, 3), np.uint8)
    for name in ("rainy", "clean"):
        (tmp_path / name).mkdir()
        photo.write(Photo(pixels), tmp_path / name / "1.png")
    return tmp_path


@pytest.mark.parametrize("backend", ["torch", pytest.param("openvino", marks=pytest.mark.slow)])
def test_the_command_line_asks_nobody(pairs: Path, backend: str) -> None:
    if backend == "openvino":
        pytest.importorskip("openvino")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", COMMANDS + LOOK_UP, str(pairs), backend],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout.splitlines()
    ended = [line.split()[1:] for line in said if line.startswith("ENDED")]
    names = ["weights", "derain", "batch", "compare", "evaluate"]
    names += ["info"] if backend == "openvino" else []
    assert ended == [[name, "0"] for name in names], done.stdout + done.stderr
    heard = [line for line in said if line.startswith("HEARD")]
    assert [line.split()[1] for line in heard] == ["socket.getaddrinfo"]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["torch", "openvino"])
def test_native_code_of_the_command_line_asks_nobody(pairs: Path, backend: str) -> None:
    reason = traced.why_not()
    if reason:
        pytest.skip(reason)
    pytest.importorskip(backend)
    found = traced.trace(["-W", "ignore", "-c", COMMANDS, str(pairs), backend])
    assert found.internet == ()
    assert (pairs / "sheet.png").exists(), "there was something to hear"
