from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from nledn.cluster import Cluster, worker
from tests.batch.batches import engine, make_photos


@pytest.fixture
def wet(tmp_path: Path) -> Path:
    make_photos(tmp_path / "wet", [f"{n}.png" for n in range(1, 9)])
    return tmp_path / "wet"


@pytest.fixture
def dry(tmp_path: Path) -> Path:
    return tmp_path / "dry"


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A scheduler and two workers inside of this process, for which it rains evenly."""
    monkeypatch.setattr(worker, "_bench", worker._Bench())
    monkeypatch.setattr("nledn.engine.Derainer.load", engine)
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=2,
            processes=False,
            dashboard_address=None,
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            memory_limit=0,
        ) as started,
        Client(started, set_as_default=False) as client,
    ):
        yield Cluster(started.scheduler_address, client)
