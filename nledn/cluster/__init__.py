"""The queue of a batch on many machines, by dask.distributed.

    with Queue.opened(request) as queue, connected("tcp://head:8786") as cluster:
        ending = run(queue, cluster)

Plan, journal and lock stay with the client; workers see jobs and give back outcomes. They read
photos and write results where the client would, so the disk has to be shared.

dask is loaded only for a cluster: nothing else in nledn imports this package.
"""

from nledn.cluster.client import run
from nledn.cluster.connection import Cluster, connected, started_here

__all__ = ["Cluster", "connected", "run", "started_here"]
