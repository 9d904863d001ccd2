"""Connections to a running cluster, or to one started here for as long as it is needed."""

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from tempfile import TemporaryDirectory

import dask
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster
from distributed.comm.core import connect
from distributed.security import Security

from nledn.errors import SchedulerUnreachable

CONNECT_TIMEOUT_S = 15
# While one photo is computed, another is read or written: both need a thread to wait in.
THREADS_A_WORKER = 2
LOOPBACK = "127.0.0.1"
# A terminal sends Ctrl-C to all processes, but only the client may answer.
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"


@dataclass(frozen=True, eq=False)
class Cluster:
    """A cluster that we are connected to.

    Attributes:
        address: of its scheduler.
        client: dask's.
        threads: processor threads for each worker; None for all of its machine's.
    """

    address: str
    client: Client
    threads: int | None = None

    def threads_by_worker(self) -> dict[str, int]:
        """Photos that each worker takes at a time, by its address."""
        return dict(self.client.nthreads())


@contextmanager
def connected(url: str, tls: Sequence[Path] = ()) -> Iterator[Cluster]:
    """Connect to a running scheduler.

    Args:
        url: such as `tcp://head:8786` or `tls://head:8786`.
        tls: for `tls://`, in PEM: the certificates that scheduler and workers are checked against,
            ours, and its key; nothing for those of dask's own configuration.

    Raises:
        SchedulerUnreachable: no answer, or not with these certificates.
    """
    _quieten()
    names = ("tls_ca_file", "tls_client_cert", "tls_client_key")
    files = dict(zip(names, map(str, tls), strict=False))
    security = Security(require_encryption=True, **files) if tls else Security()
    try:
        # Tried first: a `Client` that cannot connect stays half made, and hangs when it is deleted.
        asyncio.run(_greet(url, security))
        client = Client(url, timeout=CONNECT_TIMEOUT_S, security=security, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise SchedulerUnreachable(url, first_line(error)) from error
    with client:
        yield Cluster(url, client)


async def _greet(url: str, security: Security) -> None:
    comm = await connect(url, timeout=CONNECT_TIMEOUT_S, **security.get_connection_args("client"))
    await comm.close()


@contextmanager
def started_here(workers: int) -> Iterator[Cluster]:
    """Start a scheduler and worker processes on this machine, for as long as they are needed.

    They listen on the loopback interface only, use TLS with private keys (another user of this
    machine could otherwise run code as this one), and show no dashboard. For the same reason, the
    files that they write and import lie in a new folder that only we may enter: dask's own folder
    has a fixed name in the temporary folder, and another user may have made it first.

    Args:
        workers: processes; the machine's cores are shared out among them.
    """
    _quieten()
    no_pages: dict[str, object] = {
        f"distributed.{part}.http.routes": [] for part in ("scheduler", "worker")
    }
    with ExitStack() as stack:
        private = stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
        # Workers get the first word, scheduler and nannies the second.
        stack.enter_context(dask.config.set({**no_pages, "temporary-directory": private}))
        with _ctrl_c_kept_from_children():
            started = LocalCluster(
                n_workers=workers,
                threads_per_worker=THREADS_A_WORKER,
                host=LOOPBACK,
                dashboard_address=None,
                # Else the port of the missing dashboard is tried, with a warning if it is
                # taken.
                scheduler_kwargs={"dashboard": False, "dashboard_address": f"{LOOPBACK}:0"},
                security=True,
                preload=[_DEAF],
                local_directory=private,
                memory_limit=0,  # what a photo needs is planned by the engine
            )
        cluster = stack.enter_context(started)
        client = stack.enter_context(Client(cluster, set_as_default=False))
        yield Cluster(cluster.scheduler_address, client, max(1, CPU_COUNT // workers))


@contextmanager
def _ctrl_c_kept_from_children() -> Iterator[None]:
    """Have processes that start meanwhile never get it: `_DEAF` comes seconds later."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # when that is started, it ends the blocking
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _quieten() -> None:
    """Hide dask's log from users who did not ask for one; ours says what they can use."""
    is_verbose = logging.getLogger().isEnabledFor(logging.DEBUG)
    logging.getLogger("distributed").setLevel(logging.INFO if is_verbose else logging.ERROR)


def first_line(error: Exception) -> str:
    """Return the first line of an error's message."""
    return next(iter(str(error).splitlines()), "no message")
