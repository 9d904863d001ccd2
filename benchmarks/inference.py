"""Every backend and precision beside the network written the obvious way, on one tile.

    make bench
    .venv/bin/python benchmarks/inference.py [--sides 256 512] [--threads 1] [--label laptop]
        [--pairs FOLDER… --weights FILE…] [--history benchmarks/inference.json]

`plain` stands in for the authors' code, and equals it: NCHW float32, a Python loop over regions,
materialised soft-max, memory handled as the C library does of itself. All rows run in one process,
in turn, on the same pixels and weights, so that the ratio holds where the seconds do not. With one
thread the processor's time is taken, which others on the machine hardly change.

With pairs, each way's loss of PSNR-Y against `torch fp32` on them is in the table too: the mean
over all pairs, of the checkpoint that loses most.
"""

import argparse
import ctypes
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from nledn import __version__, backends, catalog, checkpoint, device, malloc, photo, places
from nledn.architecture import Regions
from nledn.backends import Trained
from nledn.backends.torch import network_of
from nledn.device import Choice
from nledn.errors import DeviceError
from nledn.machine import read_cpu_name
from nledn.metrics import psnr_y, to_uint8_cut
from nledn.network import NonLocal
from nledn.options import Options
from nledn.pairs import Pair, find_pairs
from nledn.pixels import Floats, as_floats
from nledn.regions import region_count, window_runs

GFLOP_AT_512 = 233.2  # docs/network.md: 88.4 GMAC of convolutions, 28.2 of attention
MATMUL_SIDE = 4096
PLAIN = "plain fp32"
REFERENCE = "torch fp32"
# The values that glibc reaches in a process that frees large blocks: <malloc.h>.
M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES = -3, 2**25
MMAP_MAX = 65536

Compute = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Way:
    """One way to compute a tile.

    Attributes:
        name: backend and precision.
        compute: rainy tile → rain.
        precision: of the matrix products; its peak is what the way is measured against.
        choice: how to make it with other weights; None for `plain`.
    """

    name: str
    compute: Compute
    precision: str
    choice: Choice | None = None


@dataclass(frozen=True)
class Row:
    """The figures of one way.

    Attributes:
        way: its name.
        side_px: of the square tile.
        seconds: median of the rounds.
        ratio: plain's seconds over these.
        gflops: floating-point operations a second, 1e9.
        peak_share: of the machine's matrix product at that precision.
        peak_rss_mb: highest resident memory while it ran, 1e6 bytes.
        psnr_to_plain: of the rain against plain's, dB.
        lost_db: mean PSNR-Y on the pairs below `torch fp32`'s; None where it was not asked for.
    """

    way: str
    side_px: int
    seconds: float
    ratio: float
    gflops: float
    peak_share: float
    peak_rss_mb: float
    psnr_to_plain: float
    lost_db: float | None = None


class PlainNonLocal(torch.nn.Module):
    """The same operation, a region at a time, with its matrices in memory."""

    def __init__(self, like: NonLocal) -> None:
        super().__init__()
        self.theta, self.phi, self.g, self.w = like.theta, like.phi, like.g, like.w

    def forward(self, x: Tensor, grid: int, regions: Regions) -> Tensor:
        """Enhance (B, 64, H, W)."""
        if regions == "overlapping":
            return self._in_windows(x)
        rows, columns = (region_count(side, grid, regions) for side in x.shape[2:])
        bands = [
            torch.cat([self._region(part) for part in band.chunk(columns, dim=3)], dim=3)
            for band in x.chunk(rows, dim=2)
        ]
        return torch.cat(bands, dim=2)

    def _in_windows(self, x: Tensor) -> Tensor:
        enhanced = torch.zeros_like(x)
        for down, rows in window_runs(x.shape[2]):
            for across, columns in window_runs(x.shape[3]):
                part = x[:, :, down.start : down.stop, across.start : across.stop]
                bands = [
                    torch.cat([self._region(one) for one in band.split(across.length, 3)], 3)
                    for band in part.split(down.length, 2)
                ]
                weights = torch.from_numpy(np.outer(rows, columns)).to(x.dtype)
                whole = enhanced[:, :, down.start : down.stop, across.start : across.stop]
                whole += torch.cat(bands, 2) * weights
        return enhanced

    def _region(self, x: Tensor) -> Tensor:
        theta = self.theta(x).flatten(2).transpose(1, 2)
        phi = F.max_pool2d(self.phi(x), 2).flatten(2)
        g = F.max_pool2d(self.g(x), 2).flatten(2).transpose(1, 2)
        y = torch.softmax(theta @ phi, dim=-1) @ g
        enhanced: Tensor = self.w(y.transpose(1, 2).unflatten(2, x.shape[2:])) + x
        return enhanced


@contextmanager
def unkept_memory() -> Iterator[None]:
    """The C library as it would be without us."""
    library = ctypes.CDLL(None) if malloc.keep_freed() else None
    if library is not None:
        library.mallopt(malloc.M_MMAP_MAX, MMAP_MAX)
        library.mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
        library.mallopt(malloc.M_TRIM_THRESHOLD, 2 * MMAP_THRESHOLD_BYTES)
        library.malloc_trim(0)
    yield
    malloc.keep_freed()


def plain(trained: Trained) -> Compute:
    """The obvious way."""
    network = network_of(trained)
    for block in network.children():
        if hasattr(block, "non_local"):
            block.non_local = PlainNonLocal(block.non_local)

    def compute(rainy: Floats) -> Floats:
        with unkept_memory(), torch.inference_mode():
            return np.asarray(network(torch.from_numpy(rainy)).numpy(), np.float32)

    return compute


def ways(trained: Trained, threads: int | None, precisions: list[str]) -> list[Way]:
    """Plain, and every backend and precision that this machine has."""
    machine = backends.read_machine()
    found = [Way(PLAIN, plain(trained), "fp32")]
    for backend, where in (("torch", "cpu"), ("openvino", "cpu"), ("torch", "cuda")):
        for precision in precisions:
            options = Options(backend=backend, precision=precision, device=where, threads=threads)
            try:
                choice = device.choose(options, machine)
            except DeviceError:
                continue
            name = f"{backend} {precision}" + (" (GPU)" if where == "cuda" else "")
            made = backends.create(choice, trained)
            found.append(Way(name, made.rain, precision, choice))
    return found


def measure(found: list[Way], rainy: Floats, rounds: int, threads: int | None) -> list[Row]:
    """Each way in turn, `rounds` times, after one turn to warm up."""
    clock = time.process_time if threads == 1 else time.perf_counter
    rains, memory = {}, {}
    for way in found:
        way.compute(rainy)
        malloc.give_back()
        Path("/proc/self/clear_refs").write_text("5")  # the highest is the present one
        rains[way.name] = way.compute(rainy)
        memory[way.name] = peak_rss_bytes() / 1e6
    seconds: dict[str, list[float]] = {way.name: [] for way in found}
    for _ in range(rounds):
        for way in found:
            started = clock()
            way.compute(rainy)
            seconds[way.name].append(clock() - started)
            print(f"{way.name}: {seconds[way.name][-1]:.3f} s", file=sys.stderr, flush=True)
    side = rainy.shape[2]
    gflop = GFLOP_AT_512 * (side / 512) ** 2
    medians = {name: float(np.median(times)) for name, times in seconds.items()}
    peaks = {way.precision: matmul_gflops(way.precision, clock) for way in found}
    return [
        Row(
            way=way.name,
            side_px=side,
            seconds=medians[way.name],
            ratio=medians[PLAIN] / medians[way.name],
            gflops=gflop / medians[way.name],
            peak_share=gflop / medians[way.name] / peaks[way.precision],
            peak_rss_mb=memory[way.name],
            psnr_to_plain=psnr(rains[way.name], rains[PLAIN]),
        )
        for way in found
    ]


def peak_rss_bytes() -> int:
    """Highest resident memory since it was last reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))


def psnr(found: Floats, expected: Floats) -> float:
    """Peak signal-to-noise ratio, dB, of values in [0, 1]."""
    error = float(np.square(found - expected).mean())
    return float("inf") if error == 0 else float(-10 * np.log10(error))


def matmul_gflops(precision: str, clock: Callable[[], float]) -> float:
    """The speed of this machine's matrix product, 1e9 operations a second; the best of three.

    In float32 the better of torch's and NumPy's: torch's library is slow on AMD's processors.
    """
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    a = torch.randn(MATMUL_SIDE, MATMUL_SIDE).to(dtype)
    products = [lambda: torch.mm(a, a)]
    if precision == "fp32":
        b = a.numpy()
        products.append(lambda: b @ b)
    seconds = []
    for product in products * 3:
        started = clock()
        product()
        seconds.append(clock() - started)
    return 2 * MATMUL_SIDE**3 / min(seconds) / 1e9


def losses(found: list[Way], folders: list[Path], trained: list[Trained]) -> dict[str, float]:
    """For each way its mean PSNR-Y below the reference's, of the checkpoint that loses most."""
    each = [pair for folder in folders for pair in find_pairs(folder).pairs]
    lost: dict[str, list[float]] = {}
    for weights in trained:
        means = {
            way.name: mean_psnr_y(backends.create(way.choice, weights).rain, each)
            for way in found
            if way.choice is not None
        }
        for name, mean in means.items():
            lost.setdefault(name, []).append(means[REFERENCE] - mean)
    return {name: max(values) for name, values in lost.items()}


def mean_psnr_y(compute: Compute, each: list[Pair]) -> float:
    """PSNR-Y of the derained photos, by the authors' protocol."""
    scores = []
    for pair in each:
        pixels = pair.read()
        rainy = as_floats(pixels.rainy)
        rain = compute(np.ascontiguousarray(rainy.transpose(2, 0, 1)[None]))
        derained = to_uint8_cut(rainy - rain[0].transpose(1, 2, 0))
        scores.append(psnr_y(derained, pixels.clean))
    return float(np.mean(scores))


def table(rows: list[Row]) -> str:
    """As Markdown."""
    lines = [
        "| tile | way | seconds | ratio to plain | GFLOP/s | of the matmul peak | peak RSS, MB "
        "| PSNR to plain, dB | PSNR-Y lost, dB |",
        "|---" * 9 + "|",
    ]
    for row in rows:
        lost = "" if row.lost_db is None else f"{row.lost_db:.3f}"
        lines.append(
            f"| {row.side_px}² | {row.way} | {row.seconds:.3f} | {row.ratio:.2f} "
            f"| {row.gflops:.0f} | {row.peak_share:.0%} | {row.peak_rss_mb:.0f} "
            f"| {row.psnr_to_plain:.1f} | {lost} |"
        )
    return "\n".join(lines)


def remember(path: Path, label: str, threads: int | None, rows: list[Row]) -> None:
    """Add a run to the history."""
    history = json.loads(path.read_text()) if path.exists() else []
    history.append(
        {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "label": label,
            "cpu": read_cpu_name(),
            "threads": threads or os.cpu_count(),
            "torch": torch.__version__,
            "afterrain": __version__,
            "rows": [asdict(row) for row in rows],
        }
    )
    path.write_text(json.dumps(history, indent=1) + "\n")


def of_file(path: Path) -> Trained:
    """A checkpoint by its file, with our region layout."""
    weights = checkpoint.read(path)
    return Trained(weights.arrays, "fixed")


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", nargs="+", type=int, default=[256, 512])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--precisions", nargs="+", default=["fp32", "bf16", "fp16"])
    parser.add_argument("--label", default="")
    parser.add_argument("--pairs", nargs="+", type=Path, default=[])
    parser.add_argument("--weights", nargs="+", type=Path, default=[])
    parser.add_argument("--history", type=Path)
    asked = parser.parse_args()
    card = catalog.find("auto")
    weights = catalog.load(card)
    trained = Trained(weights.arrays, card.regions)
    torch.set_num_threads(asked.threads or len(os.sched_getaffinity(0)))
    found = ways(trained, asked.threads, asked.precisions)
    pixels = photo.read(places.sample_photo()).pixels
    rows = []
    for side in asked.sides:
        part = pixels[:side, :side].astype(np.float32).transpose(2, 0, 1)[None] / 255
        rows += measure(found, np.ascontiguousarray(part), asked.rounds, asked.threads)
    if asked.pairs:
        lost = losses(found, asked.pairs, [trained, *map(of_file, asked.weights)])
        rows = [replace(row, lost_db=lost.get(row.way)) for row in rows]
    print(table(rows))
    if asked.history:
        remember(asked.history, asked.label, asked.threads, rows)


if __name__ == "__main__":
    main()
