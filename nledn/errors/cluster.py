"""Errors of a batch on a cluster."""

from pathlib import Path

from nledn.errors.root import DerainError


class ClusterError(DerainError):
    """A cluster cannot be used, or was lost."""


class ClusterNotInstalled(ClusterError):
    """The package that talks to clusters is missing."""

    sentence = "The package distributed is not installed."
    remedy = "Run pip install '.[cluster]' in the folder of AfterRain's sources."
    window_remedy = "Install AfterRain with its cluster extra."


class SchedulerUnreachable(ClusterError):
    """No answer at the address, or not with these certificates; `detail` is the system's."""

    address: str
    detail: str
    sentence = "No scheduler answers at {address} ({detail})."
    remedy = "Check the address, the TLS files and that a scheduler runs there."


class SchedulerLost(ClusterError):
    """The connection to the scheduler ended while photos were with the workers."""

    address: str
    sentence = "The connection to the scheduler at {address} was lost."
    remedy = "Start the batch again to continue."


class ClusterFailed(ClusterError):
    """Scheduler or workers could not begin the work: another version, or none."""

    address: str
    detail: str
    sentence = "The cluster at {address} failed ({detail})."
    remedy = "Install the same version of AfterRain on all its machines."


class NoWorkers(ClusterError):
    """A scheduler without a worker, for longer than one takes to start."""

    address: str
    waited_s: float
    sentence = "The scheduler at {address} had no workers for {waited_s} seconds."
    remedy = "Run dask worker {address}, then the same command again."
    window_remedy = "Start workers for it, then start the batch again."


class WorkerUnfit(ClusterError):
    """A worker with other files, weights or another program than the client."""

    worker: str
    reason: str
    sentence = "The worker {worker} cannot be used: {reason}."
    remedy = "Correct or stop that worker, then start the batch again."


class PhotoKillsWorkers(ClusterError):
    """A photo whose workers ended, one after the other."""

    path: Path
    workers: int
    sentence = "{workers} workers ended while they derained {path}."
    remedy = "Derain it alone on one machine."
