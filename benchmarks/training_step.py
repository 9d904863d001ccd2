"""A training step as `nledn.training` takes it, beside one of the network written the obvious way.

    taskset -c 0 .venv/bin/python -m benchmarks.training_step [--sides 128 256] [--rounds 3]

Both take the same 131,072 pixels forward and backward and move the weights with AdamW, in turn, in
one process. `plain` is float32 as in `benchmarks.inference`: NCHW, a Python loop over regions,
materialised soft-max, freed memory handled as the C library does of itself.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.inference import PlainNonLocal, unkept_memory
from nledn import malloc
from nledn.network import NLEDN

PIXELS = 8 * 128 * 128  # of a step of the default checkpoint's recipe

Step = Callable[[Tensor], None]


def plain() -> Step:
    """The obvious way."""
    network = NLEDN("fixed")
    for block in network.children():
        if hasattr(block, "non_local"):
            block.non_local = PlainNonLocal(block.non_local)
    step = stepping(network, bf16=False)

    def unkept(rainy: Tensor) -> None:
        with unkept_memory():
            step(rainy)

    return unkept


def ours(*, bf16: bool) -> Step:
    """As `nledn.training.loop` does it."""
    malloc.keep_freed()
    network = NLEDN("fixed")
    if not bf16:
        return stepping(network, bf16=False)
    step = stepping(network.channels_last(), bf16=True)
    return lambda rainy: step(rainy.contiguous(memory_format=torch.channels_last))


def stepping(network: nn.Module, *, bf16: bool) -> Step:
    """Forward, backward, AdamW."""
    optimizer = torch.optim.AdamW(network.parameters(), 1e-4)

    def step(rainy: Tensor) -> None:
        with torch.autocast("cpu", torch.bfloat16) if bf16 else nullcontext():
            rain = network(rainy)
        optimizer.zero_grad(set_to_none=True)
        rain.abs().mean().backward()
        optimizer.step()

    return step


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", nargs="+", type=int, default=[128, 256])
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    steps = {"plain fp32": plain(), "ours fp32": ours(bf16=False), "ours bf16": ours(bf16=True)}
    print("| patches | way | seconds a step | ratio to plain |\n|---|---|---|---|")
    for side in asked.sides:
        rainy = torch.rand(PIXELS // side**2, 3, side, side)
        seconds: dict[str, list[float]] = {name: [] for name in steps}
        for _ in range(1 + asked.rounds):
            for name, step in steps.items():
                started = time.perf_counter()
                step(rainy)
                seconds[name].append(time.perf_counter() - started)
        medians = {name: float(np.median(taken[1:])) for name, taken in seconds.items()}
        for name, median in medians.items():
            ratio = medians["plain fp32"] / median
            print(f"| {len(rainy)}×{side}² | {name} | {median:.2f} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
