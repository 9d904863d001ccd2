"""Seconds for a tile, for each backend and precision, beside the network written the obvious way.

    .venv/bin/python benchmarks/inference.py [--sides 256 512] [--rounds 3] [--json FILE]

`plain` stands in for the authors' code, and equals it: NCHW float32, a Python loop over regions,
materialised soft-max. All rows run in one process, in turn, on the same pixels and weights, so that
the ratio holds where the seconds do not.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from nledn import backends, catalog, device, photo, places
from nledn.backends import Floats, Trained
from nledn.backends.torch import network_of
from nledn.errors import DeviceError
from nledn.network import NonLocal
from nledn.options import Options

GFLOP_AT_512 = 233.2  # docs/network.md: 88.4 GMAC of convolutions, 28.2 of attention
MATMUL_SIDE = 4096

Compute = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Row:
    """One way to compute a tile.

    Attributes:
        way: backend and precision.
        side_px: of the square tile.
        seconds: median of the rounds.
        ratio: plain's seconds over these.
        gflops: floating-point operations a second, 1e9.
        psnr_to_plain: of the rain against plain's, dB.
    """

    way: str
    side_px: int
    seconds: float
    ratio: float
    gflops: float
    psnr_to_plain: float


class PlainNonLocal(torch.nn.Module):
    """The same operation, a region at a time, with its matrices in memory."""

    def __init__(self, like: NonLocal) -> None:
        super().__init__()
        self.theta, self.phi, self.g, self.w = like.theta, like.phi, like.g, like.w

    def forward(self, x: Tensor, rows: int, columns: int) -> Tensor:
        """Enhance (B, 64, H, W)."""
        bands = [
            torch.cat([self._region(part) for part in band.chunk(columns, dim=3)], dim=3)
            for band in x.chunk(rows, dim=2)
        ]
        return torch.cat(bands, dim=2)

    def _region(self, x: Tensor) -> Tensor:
        theta = self.theta(x).flatten(2).transpose(1, 2)
        phi = F.max_pool2d(self.phi(x), 2).flatten(2)
        g = F.max_pool2d(self.g(x), 2).flatten(2).transpose(1, 2)
        y = torch.softmax(theta @ phi, dim=-1) @ g
        enhanced: Tensor = self.w(y.transpose(1, 2).unflatten(2, x.shape[2:])) + x
        return enhanced


def plain(trained: Trained) -> Compute:
    """The obvious way."""
    network = network_of(trained)
    for block in network.children():
        if hasattr(block, "non_local"):
            block.non_local = PlainNonLocal(block.non_local)

    def compute(rainy: Floats) -> Floats:
        with torch.inference_mode():
            return np.asarray(network(torch.from_numpy(rainy)).numpy(), np.float32)

    return compute


def ways(trained: Trained) -> dict[str, Compute]:
    """Every backend and precision that this machine has, plain first."""
    machine = backends.read_machine()
    found: dict[str, Compute] = {"plain fp32": plain(trained)}
    for backend, where in (("torch", "cpu"), ("openvino", "cpu"), ("torch", "cuda")):
        for precision in ("fp32", "bf16", "fp16"):
            options = Options(backend=backend, precision=precision, device=where)
            try:
                choice = device.choose(options, machine)
            except DeviceError:
                continue
            name = f"{backend} {precision}" + (" (GPU)" if where == "cuda" else "")
            found[name] = backends.create(choice, trained).rain
    return found


def measure(found: dict[str, Compute], rainy: Floats, rounds: int) -> list[Row]:
    """Each way in turn, `rounds` times, after one turn to warm up."""
    rains = {name: compute(rainy) for name, compute in found.items()}
    seconds: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, compute in found.items():
            started = time.perf_counter()
            compute(rainy)
            seconds[name].append(time.perf_counter() - started)
    medians = {name: float(np.median(times)) for name, times in seconds.items()}
    side = rainy.shape[2]
    gflop = GFLOP_AT_512 * (side / 512) ** 2
    return [
        Row(
            way=name,
            side_px=side,
            seconds=median,
            ratio=medians["plain fp32"] / median,
            gflops=gflop / median,
            psnr_to_plain=psnr(rains[name], rains["plain fp32"]),
        )
        for name, median in medians.items()
    ]


def psnr(found: Floats, expected: Floats) -> float:
    """Peak signal-to-noise ratio, dB, of values in [0, 1]."""
    error = float(np.square(found - expected).mean())
    return float("inf") if error == 0 else float(-10 * np.log10(error))


def matmul_gflops(dtype: torch.dtype) -> float:
    """What this machine's matrix product reaches, 1e9 operations a second."""
    a = torch.randn(MATMUL_SIDE, MATMUL_SIDE).to(dtype)
    torch.mm(a, a)
    started = time.perf_counter()
    torch.mm(a, a)
    return 2 * MATMUL_SIDE**3 / (time.perf_counter() - started) / 1e9


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", nargs="+", type=int, default=[256, 512])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    card = catalog.find("auto")
    weights = catalog.load(card)
    trained = Trained(weights.arrays, card.regions, weights.sha256)
    pixels = photo.read(places.sample_photo()).pixels
    peaks = {name: matmul_gflops(getattr(torch, name)) for name in ("float32", "bfloat16")}
    print(f"Matrix product: {peaks['float32']:.0f} GFLOP/s fp32, {peaks['bfloat16']:.0f} bf16\n")
    print("| tile | way | seconds | ratio to plain | GFLOP/s | PSNR to plain, dB |")
    print("|---|---|---|---|---|---|")
    found, rows = ways(trained), []
    for side in arguments.sides:
        part = pixels[:side, :side].astype(np.float32).transpose(2, 0, 1)[None] / 255
        for row in measure(found, np.ascontiguousarray(part), arguments.rounds):
            print(
                f"| {side}² | {row.way} | {row.seconds:.3f} | {row.ratio:.2f} "
                f"| {row.gflops:.0f} | {row.psnr_to_plain:.1f} |",
                flush=True,
            )
            rows.append(asdict(row))
    if arguments.json:
        arguments.json.write_text(json.dumps({"matmul_gflops": peaks, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
