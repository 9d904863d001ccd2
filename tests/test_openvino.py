"""OpenVINO computes what torch does; skipped where the optional package is not installed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from nledn import places
from nledn.backends import Trained, create
from nledn.device import Choice
from nledn.network import NLEDN

pytest.importorskip("openvino", reason="the extra fast-cpu is not installed")

# Max-pooling ties aside, float32 differs by summation order only: 2.6e-6 was seen.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def trained() -> Trained:
    torch.manual_seed(4)
    network = NLEDN("fixed")
    for block in (network.encode_1, network.decode_3):
        torch.nn.init.normal_(block.non_local.w.weight, std=0.05)
    arrays = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return Trained(arrays, "fixed", "0" * 64)


def choice(backend: str, precision: str = "fp32") -> Choice:
    return Choice("cpu", backend, precision, 1, ())


def rainy(height: int, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(6).random((1, 3, height, width), np.float32)


@pytest.mark.parametrize("size", [(64, 64), (9, 21)])
def test_fp32_equals_torch(trained: Trained, size: tuple[int, int]) -> None:
    tile = rainy(*size)
    expected = create(choice("torch"), trained).rain(tile)
    found = create(choice("openvino"), trained).rain(tile)
    assert found.shape == (1, 3, *size)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


def test_bf16_stays_near_and_keeps_a_float32_tail(trained: Trained) -> None:
    tile = rainy(64, 64)
    expected = create(choice("torch"), trained).rain(tile)
    found = create(choice("openvino", "bf16"), trained).rain(tile)
    assert np.sqrt(np.square(found - expected).mean()) < 0.01
    rounded = torch.tensor(found).bfloat16().float().numpy()
    assert not np.array_equal(found, rounded), "the output is not rounded to bf16"


def test_the_graph_is_kept_and_read_again(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    tile = rainy(64, 64)
    first = create(choice("openvino"), trained).rain(tile)
    kept = sorted(path.suffix for path in (places.user_cache() / "openvino").iterdir())
    assert kept == [".bin", ".bin", ".xml", ".xml"]
    monkeypatch.setattr("nledn.backends.openvino._export", None)
    np.testing.assert_array_equal(create(choice("openvino"), trained).rain(tile), first)


def test_a_damaged_graph_is_made_anew(trained: Trained) -> None:
    tile = rainy(64, 64)
    first = create(choice("openvino"), trained).rain(tile)
    for path in (places.user_cache() / "openvino").glob("*.xml"):
        path.write_text("<net")
    np.testing.assert_array_equal(create(choice("openvino"), trained).rain(tile), first)


def test_without_a_cache_folder_it_computes_all_the_same(trained: Trained) -> None:
    places.user_cache().parent.mkdir(parents=True, exist_ok=True)
    places.user_cache().touch()
    assert create(choice("openvino"), trained).rain(rainy(64, 64)).shape == (1, 3, 64, 64)


def test_nobody_is_looked_up_on_the_network() -> None:
    code = (
        "import sys\n"
        "def watch(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.gethostbyname'):\n"
        "        raise SystemExit(f'{event} {arguments}')\n"
        "sys.addaudithook(watch)\n"
        "from nledn.backends.openvino import _openvino\n"
        "import torch\n"
        "openvino = _openvino()\n"
        "graph = openvino.convert_model(torch.nn.ReLU(), example_input=torch.zeros(1, 3))\n"
        "openvino.Core().compile_model(graph, 'CPU')\n"
    )
    root = Path(__file__).resolve().parents[1]
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, cwd=root)
