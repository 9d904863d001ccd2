"""Where `nledn batch` has the work done: here, or by the workers of a cluster."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from nledn.cancel import CancelToken
from nledn.cli.console import err
from nledn.errors import ClusterNotInstalled, OptionInvalid

if TYPE_CHECKING:
    from nledn.batch import Ending, Queue, Update
    from nledn.cluster import Cluster

PANEL = "On a cluster"

SchedulerOption = Annotated[
    str | None,
    typer.Option(help="Of dask.distributed, as in tcp://HOST:8786.", rich_help_panel=PANEL),
]
LocalClusterOption = Annotated[
    int,
    typer.Option(min=0, help="Start so many worker processes here instead.", rich_help_panel=PANEL),
]
TlsCaOption = Annotated[
    Path | None,
    typer.Option(help="For tls://HOST: whom to trust, PEM.", rich_help_panel=PANEL),
]
TlsCertOption = Annotated[
    Path | None,
    typer.Option(help="For tls://HOST: our certificate, PEM.", rich_help_panel=PANEL),
]
TlsKeyOption = Annotated[
    Path | None, typer.Option(help="For tls://HOST: its key, PEM.", rich_help_panel=PANEL)
]


@dataclass(frozen=True)
class Where:
    """What was said of a cluster.

    Attributes:
        scheduler: address of one that runs.
        local_workers: processes of one to be started here; 0 for none.
        tls: the files of `--tls-ca-file`, `--tls-cert` and `--tls-key`.

    Raises:
        OptionInvalid: both, half of the files, files without TLS, or files that are not there.
    """

    scheduler: str | None
    local_workers: int
    tls: tuple[Path | None, Path | None, Path | None]

    def __post_init__(self) -> None:
        if self.scheduler is not None and self.local_workers:
            raise OptionInvalid("local-cluster", str(self.local_workers), "no --scheduler")
        if self.scheduler is not None and "://" not in self.scheduler:
            raise OptionInvalid("scheduler", self.scheduler, "an address as in tcp://HOST:8786")
        given = [path for path in self.tls if path is not None]
        if given and (self.scheduler is None or not self.scheduler.startswith("tls://")):
            raise OptionInvalid("tls-ca-file", str(given[0]), "a --scheduler tls://HOST:PORT")
        for path in given:
            if not path.is_file():
                raise OptionInvalid(
                    "tls-ca-file, --tls-cert, --tls-key", str(path), "existing files"
                )
        if given and len(given) < len(self.tls):
            raise OptionInvalid(
                "tls-cert", str(given[0]), "--tls-ca-file, --tls-cert and --tls-key"
            )

    @property
    def is_here(self) -> bool:
        """Whether this process computes by itself."""
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
        ClusterError: the package is missing, or nobody answers.
    """
    cluster = _imported()
    if where.scheduler is None:
        with cluster.started_here(where.local_workers) as started:
            yield started
        return
    if not where.scheduler.startswith("tls://"):
        err.print(
            f"{where.scheduler} is not encrypted: whoever reaches the scheduler can run programs "
            "as you. Use tls:// in a network that you share; docs/cluster.md says how."
        )
    files = [path for path in where.tls if path is not None]
    tls = cluster.Tls(*files) if files else None
    with cluster.connected(cluster.Address(where.scheduler, tls)) as connected:
        yield connected


def computed(
    queue: "Queue", where: Where, on_update: "Callable[[Update], None]", cancel: CancelToken
) -> "Ending":
    """Have the workers derain what is planned.

    Raises:
        ClusterError: there is no cluster to have.
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
