"""The place of a batch's computation: here, or on the workers of a cluster."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import typer

from nledn.cancel import CancelToken
from nledn.cli.console import err
from nledn.errors import ClusterNotInstalled

if TYPE_CHECKING:
    from nledn.batch import Ending, Queue, Update
    from nledn.cluster import Cluster


@dataclass(frozen=True)
class Where:
    """The place of the work.

    Attributes:
        scheduler: address of a running one.
        local_workers: processes of a cluster to start here; 0 for none.
        tls: certificate authority, certificate and key.

    Raises:
        BadParameter: both, half of the files, files without TLS, or files that are missing.
    """

    scheduler: str | None
    local_workers: int
    tls: tuple[Path | None, Path | None, Path | None]

    def __post_init__(self) -> None:
        given = [path for path in self.tls if path is not None]
        is_tls = self.scheduler is not None and self.scheduler.startswith("tls://")
        if self.local_workers < 0:
            raise typer.BadParameter("local_workers takes 0 or more.")
        if self.scheduler is not None and self.local_workers:
            raise typer.BadParameter("Give either --scheduler or local_workers, not both.")
        if self.scheduler is not None and "://" not in self.scheduler:
            raise typer.BadParameter("--scheduler takes an address as in tcp://HOST:8786.")
        if given and not is_tls:
            raise typer.BadParameter("tls_… needs --scheduler tls://HOST:PORT.")
        for path in given:
            if not path.is_file():
                raise typer.BadParameter(f"File not found: {path}, named by tls_….")
        if given and len(given) < len(self.tls):
            raise typer.BadParameter("Give tls_ca_file, tls_cert and tls_key, or none of them.")

    @property
    def is_here(self) -> bool:
        """True if this process computes."""
        return self.scheduler is None and not self.local_workers


def _imported() -> ModuleType:
    try:
        return importlib.import_module("nledn.cluster")
    except ModuleNotFoundError as error:
        if error.name in ("dask", "distributed"):
            raise ClusterNotInstalled from error
        raise


@contextmanager
def opened(where: Where) -> "Iterator[Cluster]":
    """Connect to the cluster, or start it.

    Raises:
        ClusterError: the package is missing, or no scheduler answers.
    """
    cluster = _imported()
    if where.scheduler is None:
        with cluster.started_here(where.local_workers) as started:
            yield started
        return
    if not where.scheduler.startswith("tls://"):
        err.print(
            f"{where.scheduler} is not encrypted: anyone who reaches it can run programs "
            "as you. Use tls:// in a network that you share; docs/cluster.md says how."
        )
    files = [path for path in where.tls if path is not None]
    tls = cluster.Tls(*files) if files else None
    with cluster.connected(cluster.Address(where.scheduler, tls)) as connected:
        yield connected


def computed(
    queue: "Queue", where: Where, on_update: "Callable[[Update], None]", cancel: CancelToken
) -> "Ending":
    """Have the workers derain the planned photos.

    Raises:
        ClusterError: the cluster cannot be used.
    """
    with opened(where) as cluster:
        workers = cluster.threads_by_worker()
        counts = queue.counts()
        err.print(
            f"{counts.planned} of {counts.total} photos to do with {queue.request.card.id}, "
            f"on {len(workers)} workers of {cluster.address}."
        )
        ending: Ending = _imported().run(queue, cluster, on_update, cancel)
        return ending
