"""What stops a batch that runs on a cluster; part of the tree that `nledn.errors` draws."""

from nledn.errors.root import DerainError


class ClusterError(DerainError):
    """A cluster cannot be used, or no longer."""


class ClusterNotInstalled(ClusterError):
    """The package that talks to clusters is missing."""


class SchedulerUnreachable(ClusterError):
    """Nobody answers at the address, or not with the certificates that we have."""

    def __init__(self, address: str, detail: str) -> None:
        self.address = address
        self.detail = detail


class SchedulerLost(ClusterError):
    """The connection to the scheduler ended while photos were with the workers."""

    def __init__(self, address: str) -> None:
        self.address = address


class ClusterFailed(ClusterError):
    """Scheduler or workers could not begin what we sent: another program, or none of ours."""

    def __init__(self, address: str, detail: str) -> None:
        self.address = address
        self.detail = detail


class NoWorkers(ClusterError):
    """A scheduler without a worker, for longer than one takes to start."""

    def __init__(self, address: str, waited_s: float) -> None:
        self.address = address
        self.waited_s = waited_s


class WorkerUnfit(ClusterError):
    """A worker that would not do what the client asks: other files, weights or program."""

    def __init__(self, worker: str, reason: str) -> None:
        self.worker = worker
        self.reason = reason
