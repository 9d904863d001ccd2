"""Processes that train together: they leave each other before Python ends."""

import os
import socket
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

MEETING = """
import psutil, torch
from nledn.training.processes import joined, summed
torch.set_num_threads(1)
before = psutil.Process().num_threads()
with joined("cpu") as share:
    network = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(1, 1, bias=False))
    network(torch.full((1, 1), 1.0 + share.rank)).backward()
    print(network.module.weight.grad.item(), *summed([share.rank, 2], share, "cpu"))
    del network
print(psutil.Process().num_threads() - before)
"""


def test_gradients_are_averaged_and_no_thread_is_left() -> None:
    # A thread that is left when the interpreter ends can end the process with an abort.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    where = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", MEETING],
            cwd=REPOSITORY,
            env={**os.environ, **where, "RANK": str(rank)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    for process in both:
        said, _ = process.communicate(timeout=100)
        assert process.returncode == 0
        assert said.split() == ["1.5", "1.0", "4.0", "0"]
