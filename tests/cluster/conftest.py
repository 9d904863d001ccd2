from collections.abc import Iterator

import pytest
from distributed import Client, LocalCluster

from nledn.cluster import Cluster, worker
from tests.batch.batches import engine


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
