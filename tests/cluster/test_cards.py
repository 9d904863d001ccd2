"""Workers of one machine, and its graphics cards."""

from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from nledn import Options, backends
from nledn.cluster import worker
from nledn.machine import Gpu, Machine

GPU = Gpu("Card", 2**33, 2**34, fp16=True)
MACHINE = Machine("CPU", 8, 2**34, cpu_bf16=True, gpus=(GPU, GPU))


@pytest.mark.parametrize(
    ("name", "place"),
    [(0, "cuda:0"), (1, "cuda:1"), (2, "cuda:0"), ("tcp://10.0.0.7:4711", "auto")],
)
def test_those_that_were_started_here_take_turns(
    name: int | str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []

    def load(options: Options) -> SimpleNamespace:
        places.append(options.device)
        return SimpleNamespace(card=SimpleNamespace(sha256="0" * 64))

    monkeypatch.setattr(worker, "get_worker", lambda: SimpleNamespace(name=name))
    monkeypatch.setattr(backends, "read_machine", lambda: MACHINE)
    monkeypatch.setattr("nledn.engine.Derainer.load", load)
    order = Mock(checkpoint_sha256="0" * 64, settings=Mock(options=Options(weights="afterrain")))
    worker._loaded(order)
    assert places == [place]
