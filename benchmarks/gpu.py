"""AfterRain on a graphics card: parity, memory, running out of it, speeds, whole photos.

    python -m benchmarks.gpu                      # on the card, within ten minutes
    python -m benchmarks.gpu --rehearse           # on the processor, small, what it can

The figures go to benchmarks/gpu.json, those of a rehearsal to out/gpu-rehearsal.json, after each
section; none begins after --seconds.
A combination that fails leaves its error in place of its figures, and the others continue.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from benchmarks.gpu_bench import (
    Bench,
    Figures,
    Tight,
    Timed,
    apart,
    ballast,
    derainer,
    shipped_weights,
)
from nledn import Options, backends, device
from nledn.backends import Trained, self_test
from nledn.backends import torch as torch_backend
from nledn.pixels import Bytes, Floats
from tests.test_network import network_with_formula

Section = Callable[[Bench], Iterator[tuple[str, object]]]

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
GOLDEN_SIZES = ("64x64", "61x83", "112x144", "130x97")
PRECISIONS = ("fp16", "bf16", "fp32")
LAYOUTS = ("fixed", "overlapping")
MEGAPIXELS = ((12, 3000, 4000), (48, 6000, 8000), (100, 8660, 11547))
KERNELS = (
    SDPBackend.FLASH_ATTENTION,
    SDPBackend.EFFICIENT_ATTENTION,
    SDPBackend.CUDNN_ATTENTION,
    SDPBackend.MATH,
)
REHEARSED_TILE_PX = 128
SECONDS = 540  # of the ten minutes that a card is lent for


def machine(bench: Bench) -> Iterator[tuple[str, object]]:
    """The program's facts, decisions and self-tests of the card."""
    yield "read_s", bench.seconds(backends.read_machine)
    yield "machine", asdict(bench.machine)
    yield "choice", asdict(device.choose(Options(), bench.machine))
    yield "torch", torch.__version__
    if bench.is_card:
        yield "cudnn", torch.backends.cudnn.version()
        yield "archs", torch.cuda.get_arch_list()
    for precision in PRECISIONS:
        found = bench.tried(self_test.compared, bench.choice(precision), bench.machine)
        yield f"self-test {precision}", found
    gains = bench.tried(self_test.gains_by_graph, bench.choice("fp16"), bench.machine)
    yield "graph gains", gains


def golden(bench: Bench) -> Iterator[tuple[str, object]]:
    """The difference from the authors' network (tests/golden); above 1e-3 in fp32 means TF32."""
    weights = network_with_formula("grid").state_dict()
    trained = Trained({name: part.numpy() for name, part in weights.items()}, "grid")

    def off(precision: str, rainy: Floats, exact: Floats) -> Figures:
        return apart(backends.create(bench.choice(precision), trained).rain(rainy), exact)

    with np.load(GOLDEN / "formula_weights.npz") as kept:
        for size in GOLDEN_SIZES if bench.is_card else GOLDEN_SIZES[:2]:
            rainy, exact = kept[f"rainy_{size}"][None], kept[f"rain_{size}"][None]
            for precision in PRECISIONS:
                yield f"{size} {precision}", bench.tried(off, precision, rainy, exact)


def shipped(bench: Bench) -> Iterator[tuple[str, object]]:
    """A tile with shipped weights: from the processor, twice, in a batch, by a graph."""
    tile, three = bench.tile(448), bench.tile(448, 3)

    def same(precision: str, exact: Floats) -> Figures:
        backend = bench.backend(precision)
        one, batch = backend.rain(tile), backend.rain(three)
        figures = apart(one, exact)
        figures["same again"] = bool(np.array_equal(backend.rain(tile), one))
        figures["same in a batch"] = bool(np.array_equal(batch[2], batch[0]))
        figures["batch from one"] = apart(batch[2], one[0])["max"]
        if bench.is_card:
            graph = bench.backend(precision, graph=True)
            figures["same by graph"] = all(np.array_equal(graph.rain(tile), one) for _ in range(3))
        return figures

    for regions in LAYOUTS:
        bench.trained = replace(bench.trained, regions=regions)
        exact = backends.create(bench.choice("fp32").reference, bench.trained).rain(tile)
        for precision in PRECISIONS:
            yield f"{regions} {precision}", bench.tried(same, precision, exact)
    bench.trained = shipped_weights()


def out_of_memory(bench: Bench) -> Iterator[tuple[str, object]]:
    """Planned with all memory, then all but a share of a tile's need is taken by others."""
    side = bench.side(712) if bench.is_card else 144
    pixels = bench.photo(side, side)
    tile: str | int = "auto" if bench.is_card else REHEARSED_TILE_PX
    exact = derainer(bench, "auto", tile).derain(pixels).rain()

    def run(share: float) -> Figures:
        engine = derainer(bench, "auto", tile)
        layer = engine.start((side, side))
        if bench.is_card:
            room = ballast(int(share * 512**2 * device.TILE_BYTES_PER_PX["fp16"]))
        else:
            inner = engine._backend
            inner._backend = Tight(inner._backend, share * REHEARSED_TILE_PX**2)
            room = nullcontext()
        with room:
            taken_s = bench.seconds(lambda: engine.derain(pixels, into=layer))
        return {"s": taken_s, **apart(layer.rain(), exact), "notes": layer.record.notes}

    for share in (1.2, 0.6, 0.3, 0.1, 0.03):
        yield str(share), bench.tried(run, share)


def memory(bench: Bench) -> Iterator[tuple[str, object]]:
    """MiB of a tile: predicted, most allocated, most reserved."""

    def peak(precision: str, px: int) -> Figures:
        backend = bench.backend(precision)
        predicted = bench.side(px) ** 2 * device.TILE_BYTES_PER_PX[precision] >> 20
        if not bench.is_card:
            backend.rain(bench.tile(px))
            return {"predicted": predicted}
        torch_backend.release_kept()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        backend.rain(bench.tile(px))
        return {
            "predicted": predicted,
            "allocated": (torch.cuda.max_memory_allocated() - before) >> 20,
            "reserved": torch.cuda.max_memory_reserved() >> 20,
        }

    for precision in PRECISIONS:
        for px in (256, 384, 512, 1024, 2048):
            yield f"{precision} {bench.side(px)}", bench.tried(peak, precision, px)


def photos(bench: Bench) -> Iterator[tuple[str, object]]:
    """Whole photos, as the program does them; `waits` is what the host adds to the card."""

    def run(precision: str, pixels: Bytes) -> Figures:
        engine = derainer(bench, precision, "auto")
        engine.derain(pixels[: pixels.shape[0] // 2, : pixels.shape[1] // 2])
        spent = Timed(engine._backend)
        layer = engine.start((pixels.shape[0], pixels.shape[1]))
        taken_s = bench.seconds(lambda: engine.derain(pixels, into=layer))
        return {
            "s": taken_s,
            "tiles": len(layer.tiling.tiles),
            "batches": spent.calls,
            "in backend s": round(spent.seconds, 3),
            "waits s": round(taken_s - spent.seconds, 3),
            "graph": engine.choice.graph,
        }

    for megapixels, height, width in MEGAPIXELS:
        pixels = bench.photo(bench.side(height), bench.side(width))
        for precision in PRECISIONS if bench.is_card else ("auto",):
            yield f"{megapixels} {precision}", bench.tried(run, precision, pixels)


def speed(bench: Bench) -> Iterator[tuple[str, object]]:
    """Milliseconds a tile by side, precision and batch, plain and as a CUDA graph."""

    def rated(precision: str, tiles: Floats, graph: bool) -> float:
        backend = bench.backend(precision, graph=graph)
        return round(bench.milliseconds(lambda: backend.rain(tiles)) / len(tiles), 2)

    for px in (448, 512, 256):
        for precision in PRECISIONS:
            for count in (1, 2, 4):
                tiles, name = bench.tile(px, count), f"{precision} {bench.side(px)} x{count}"
                yield name, bench.tried(rated, precision, tiles, False)
                if bench.is_card:
                    yield f"{name} graph", bench.tried(rated, precision, tiles, True)


def attention(bench: Bench) -> Iterator[tuple[str, object]]:
    """Each kernel: off from float64, seconds of a shape's first run, milliseconds later."""
    count, keys = max(int(4096 * bench.scale), 64), max(int(1024 * bench.scale), 16)
    generator = torch.Generator().manual_seed(0)
    query, key, value = (
        torch.randn(16, 1, length, 32, generator=generator) * gain
        for length, gain in ((count, 3), (keys, 3), (keys, 1))
    )
    scores = query[:2].double() @ key[:2].double().transpose(2, 3)
    exact = (torch.softmax(scores, -1) @ value[:2].double()).numpy()

    def measured(kernel: SDPBackend, precision: str) -> Figures:
        dtype = torch_backend.DTYPES[precision]
        inputs = [part.to(bench.place, dtype) for part in (query, key, value)]

        def run() -> torch.Tensor:
            return F.scaled_dot_product_attention(*inputs, scale=1.0)

        with sdpa_kernel(kernel):
            first_s = bench.seconds(run)
            off = apart(run()[:2].float().cpu().numpy(), exact)
            return {**off, "first_s": first_s, "ms": bench.milliseconds(run)}

    for precision in PRECISIONS:
        for kernel in KERNELS if bench.is_card else KERNELS[-1:]:
            yield f"{kernel.name} {precision}", bench.tried(measured, kernel, precision)


def choices(bench: Bench) -> Iterator[tuple[str, object]]:
    """Decisions made without a figure: the order of pixels, TF32, cuDNN's search, pooling."""
    rainy = torch.from_numpy(bench.tile(448)).to(bench.place)

    def run(precision: str, layout: torch.memory_format, setting: str) -> float:
        network = torch_backend.network_of(bench.trained)
        network.to(memory_format=layout).to(bench.place, torch_backend.DTYPES[precision])
        network.to_rain.float()
        x = rainy.contiguous(memory_format=layout)
        if setting:
            setattr(torch.backends.cudnn, setting, True)
        try:
            return bench.milliseconds(lambda: network(x))
        finally:
            if setting:
                setattr(torch.backends.cudnn, setting, False)

    orders = {"NHWC": torch.channels_last, "NCHW": torch.contiguous_format}
    for precision in PRECISIONS:
        for order, layout in orders.items():
            for setting in ("", "allow_tf32", "benchmark") if bench.is_card else ("",):
                name = f"{precision} {order} {setting}".strip()
                yield name, bench.tried(run, precision, layout, setting)
    side = bench.side(64)
    keys = torch.rand(64, 32, side, side, device=bench.place)
    keys = keys.to(memory_format=torch.channels_last)
    windows = keys.unflatten(3, (side // 2, 2)).unflatten(2, (side // 2, 2))
    yield "max_pool2d ms", bench.milliseconds(lambda: F.max_pool2d(keys, 2))
    yield "amax ms", bench.milliseconds(lambda: windows.amax((3, 5)))


SECTIONS: tuple[Section, ...] = (
    machine, golden, shipped, out_of_memory, memory, photos, speed, attention, choices,
)  # fmt: skip


def _filled(figures: Figures, section: Section, bench: Bench) -> None:
    figures.update(section(bench))


def main() -> None:
    """Measure, section by section."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--rehearse", action="store_true", help="on the processor, and small")
    parser.add_argument("--scale", type=float, default=1 / 16, help="of sides, in a rehearsal")
    parser.add_argument("--output", type=Path, help="by default benchmarks/gpu.json")
    arguments = parser.parse_args()
    if not arguments.rehearse and not torch.cuda.is_available():
        raise SystemExit("No card can be used here; --rehearse runs on the processor.")
    kept = ROOT / ("out/gpu-rehearsal.json" if arguments.rehearse else "benchmarks/gpu.json")
    output: Path = arguments.output or kept
    output.parent.mkdir(exist_ok=True)
    place, scale = ("cpu", arguments.scale) if arguments.rehearse else ("cuda:0", 1.0)
    bench = Bench(place, scale, time.monotonic() + arguments.seconds)
    bench.found = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "place": place,
        "rehearsed": arguments.rehearse,
    }
    for section in SECTIONS:
        began, figures = time.monotonic(), bench.found.setdefault(section.__name__, {})
        failed = bench.tried(_filled, figures, section, bench)
        figures |= {"failed": failed} if failed else {}
        figures["took_s"] = round(time.monotonic() - began, 1)
        output.write_text(json.dumps(bench.found, indent=1, default=str) + "\n", "utf-8")
        print(section.__name__, figures["took_s"], failed or "", file=sys.stderr)


if __name__ == "__main__":
    main()
