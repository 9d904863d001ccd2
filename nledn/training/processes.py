"""Several processes that train one network, started by torchrun: gloo on CPUs, nccl on GPUs."""

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist

# Its functions' default arguments are the group of the time when it is imported, which torch itself
# does sooner or later. After a group is made they would hold it for good, its threads would outlive
# the interpreter and sometimes end the process with an abort.
import torch.distributed.nn.functional


@dataclass(frozen=True)
class Share:
    """This process's share of the work; the first process saves, validates and reports."""

    rank: int = 0
    processes: int = 1

    @property
    def is_first(self) -> bool:
        """True for the process that saves and reports."""
        return self.rank == 0

    def check(self, batch: int) -> None:
        """Check that all processes get equally many pairs of a step's batch.

        Raises:
            ValueError: the batch cannot be divided evenly.
        """
        if batch % self.processes:
            raise ValueError(f"a batch of {batch} cannot be shared by {self.processes} processes")


ALONE = Share()


@contextmanager
def joined(device: str) -> Iterator[Share]:
    """Join the other processes, if torchrun started some.

    No trained network may be referenced after the block.
    """
    if "WORLD_SIZE" not in os.environ:
        yield ALONE
        return
    if device.startswith("cuda"):
        torch.cuda.set_device(device_of_process(device))  # else each opens the first GPU as well
    dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Share(dist.get_rank(), dist.get_world_size())
    finally:
        # Before the group: the network's gradient reducer holds it too. Were that freed later, it
        # would wait for gloo's threads under the interpreter's lock, which one of them may want.
        gc.collect()
        dist.destroy_process_group()


def device_of_process(device: str) -> str:
    """Return this process's own GPU for `cuda`; any other device unchanged."""
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if device == "cuda" else device


def summed(values: Sequence[float], share: Share, device: str) -> list[float]:
    """Each value's sum over all processes."""
    if share.processes == 1:
        return list(values)
    sums = torch.tensor(values, dtype=torch.float64, device=device)
    dist.all_reduce(sums)
    return [float(value) for value in sums]
