"""OpenVINO computes what torch does; skipped where the optional package is not installed."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import psutil
import pytest
import torch

from nledn.architecture import Regions
from nledn.backends import Trained, create
from nledn.backends.openvino import KEPT_AT_MOST, _openvino
from nledn.backends.openvino_graph import Network
from nledn.device import Choice
from nledn.errors import OutOfMemory
from nledn.network import NLEDN

pytest.importorskip("openvino", reason="the extra fast-cpu is not installed")

# Max-pooling ties aside, float32 differs by summation order only: 2.6e-6 was seen.
TOLERANCE = 1e-5


def random_weights(seed: int, regions: Regions = "fixed") -> Trained:
    torch.manual_seed(seed)
    network = NLEDN(regions)
    for block in (network.encode_1, network.decode_3):
        torch.nn.init.normal_(block.non_local.w.weight, std=0.05)
    arrays = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return Trained(arrays, regions)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return random_weights(4)


def choice(backend: str, precision: str = "fp32") -> Choice:
    return Choice("cpu", backend, precision, 1, ())


def rainy(height: int, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(6).random((1, 3, height, width), np.float32)


@pytest.mark.parametrize("size", [(64, 64), (9, 21), (136, 72)])
def test_fp32_equals_torch(trained: Trained, size: tuple[int, int]) -> None:
    tile = rainy(*size)
    expected = create(choice("torch"), trained).rain(tile)
    found = create(choice("openvino"), trained).rain(tile)
    assert found.shape == (1, 3, *size)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


def test_uneven_regions_and_odd_sides_are_the_same_function_too() -> None:
    trained, tile = random_weights(4, "grid"), rainy(61, 83)
    expected = create(choice("torch"), trained).rain(tile)
    found = create(choice("openvino"), trained).rain(tile)
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("size", [(32, 64), (96, 112), (61, 83), (208, 16)])
def test_overlapping_windows_are_the_same_function_too(size: tuple[int, int]) -> None:
    trained, tile = random_weights(4, "overlapping"), rainy(*size)
    expected = create(choice("torch"), trained).rain(tile)
    found = create(choice("openvino"), trained).rain(tile)
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


def test_shapes_and_checkpoints_hold_no_more_memory_the_more_there_were() -> None:
    engines = [create(choice("openvino"), random_weights(seed)) for seed in range(4)]
    tiles = [rainy(64, 64 + 16 * n) for n in range(3)]
    first = engines[0].rain(tiles[0])
    threads = []
    for engine in engines:
        for tile in tiles:
            engine.rain(tile)
            threads.append(psutil.Process().num_threads())
    assert max(threads[KEPT_AT_MOST:]) <= max(threads[:KEPT_AT_MOST]), "each shape has threads"
    np.testing.assert_array_equal(engines[0].rain(tiles[0]), first)  # compiled again


def test_of_equal_maxima_the_first_is_taken_as_torch_does() -> None:
    x = torch.randint(0, 2, (1, 64, 34, 21), generator=torch.Generator().manual_seed(1)).float()
    values = torch.rand(1, 64, 17, 10)
    expected, places = NLEDN("fixed").pool(x)
    unpooled = NLEDN("fixed").unpool(values, places, x)

    openvino = _openvino()
    network = Network("fixed", {}, openvino)
    given = [network.ops.parameter(list(part.shape), np.float32) for part in (x, values)]
    largest, first = network.pool(given[0])
    back = network.unpool(given[1], first, given[0])
    model = openvino.compile_model(
        openvino.Model([largest, back], given), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    found = model([x.numpy(), values.numpy()])
    np.testing.assert_array_equal(found[0], expected.numpy())
    np.testing.assert_array_equal(found[1], unpooled.numpy())


def test_bf16_stays_near_and_keeps_a_float32_tail(trained: Trained) -> None:
    tile = rainy(64, 64)
    expected = create(choice("torch"), trained).rain(tile)
    found = create(choice("openvino", "bf16"), trained).rain(tile)
    assert np.sqrt(np.square(found - expected).mean()) < 0.01
    rounded = torch.tensor(found).bfloat16().float().numpy()
    assert not np.array_equal(found, rounded), "the output is not rounded to bf16"


def test_the_precision_is_always_said(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    import openvino

    hints = []
    compile_model = openvino.Core.compile_model

    def noted(core: Any, graph: Any, device: str, settings: dict[str, Any]) -> Any:
        hints.append(settings["INFERENCE_PRECISION_HINT"])
        return compile_model(core, graph, device, settings)

    monkeypatch.setattr(openvino.Core, "compile_model", noted)
    for precision in ("fp32", "bf16"):
        create(choice("openvino", precision), trained).rain(rainy(64, 64))
    assert hints == ["f32", "f32", "bf16", "f32"], "trunk and tail, the tail in float32"


def test_nobody_is_looked_up_on_the_network() -> None:
    code = (
        "import sys\n"
        "def watch(event, arguments):\n"
        "    if event.startswith('socket.'):\n"
        "        raise SystemExit(f'{event} {arguments}')\n"
        "sys.addaudithook(watch)\n"
        "import numpy as np\n"
        "from nledn.backends import create\n"
        "from nledn.device import Choice\n"
        "from nledn.backends.self_test import made_up\n"
        "backend = create(Choice('cpu', 'openvino', 'fp32', 1, ()), made_up())\n"
        "print(backend.rain(np.zeros((1, 3, 64, 64), np.float32)).shape)\n"
        "assert 'torch' not in sys.modules\n"
    )
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, check=True, cwd=root, capture_output=True, text=True)
    assert done.stdout == "(1, 3, 64, 64)\n", "it was compiled and run, without torch"


@pytest.mark.parametrize("words", ["std::bad_alloc", "bad allocation", "Failed to allocate 1 byte"])
def test_memory_that_runs_out_is_said_as_such(
    trained: Trained, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    backend = create(choice("openvino"), trained)
    monkeypatch.setattr(backend, "_compile", Mock(side_effect=RuntimeError(words)))
    with pytest.raises(OutOfMemory) as caught:
        backend.rain(rainy(64, 48))
    assert caught.value.tile_px == 64


def test_other_failures_are_let_through(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = create(choice("openvino"), trained)
    monkeypatch.setattr(backend, "_compile", Mock(side_effect=RuntimeError("no such operation")))
    with pytest.raises(RuntimeError, match="no such operation"):
        backend.rain(rainy(64, 48))
