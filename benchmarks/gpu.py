"""AfterRain on a graphics card: parity, memory, running out of it, speeds, whole photos.

    python -m benchmarks.gpu                      # on the card, within ten minutes
    python -m benchmarks.gpu --rehearse           # on the processor, small, what it can

Each section writes benchmarks/gpu.json (or --output) when it ends, and none begins after --seconds.
A combination that fails leaves its error in place of its figures, and the others go on.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from nledn import Derainer, Options, backends, catalog, device, photo, places
from nledn.backends import Trained, self_test
from nledn.backends import torch as torch_backend
from nledn.backends.recovering import Recovering
from nledn.checkpoint.names import ours
from nledn.device import Choice
from nledn.machine import Machine
from nledn.pixels import Bytes, Floats
from tests.test_network import formula_weights

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
GOLDEN_SIZES = ("64x64", "61x83", "112x144", "130x97")
PRECISIONS = ("fp16", "bf16", "fp32")
LAYOUTS = ("fixed", "overlapping")
MEGAPIXELS = ((12, 3000, 4000), (48, 6000, 8000), (100, 8660, 11547))
SECONDS = 540  # of the ten minutes that a card is lent for

Figures = dict[str, Any]


@dataclass
class Bench:
    """What the sections share.

    Attributes:
        place: `cuda:0`, or `cpu` in a rehearsal.
        scale: of all sides; 1 on a card.
        deadline: nothing begins after it, as `time.monotonic` counts.
        machine: as the program sees it.
        trained: the shipped weights.
        pixels: a rainy photo.
        found: the figures, by section.
    """

    place: str
    scale: float
    deadline: float
    machine: Machine = field(default_factory=backends.read_machine)
    trained: Trained = field(default_factory=lambda: _shipped())
    pixels: Bytes = field(default_factory=lambda: _sample())
    found: Figures = field(default_factory=dict)

    @property
    def is_card(self) -> bool:
        """Whether there is a card to ask."""
        return self.place.startswith("cuda")

    def side(self, px: int) -> int:
        """A side, rehearsed smaller; a multiple of 16, so that every layout takes it."""
        return max(int(px * self.scale) // 16 * 16, 16)

    def choice(self, precision: str, *, graph: bool = False) -> Choice:
        """Compute with torch, in that precision."""
        return Choice(self.place, "torch", precision, self.machine.cores, ("",) * 3, graph=graph)

    def backend(self, precision: str, *, graph: bool = False) -> backends.Backend:
        """The program's own, with the shipped weights."""
        return backends.create(self.choice(precision, graph=graph), self.trained)

    def tile(self, px: int, count: int = 1) -> Floats:
        """A square of the photo, so many times."""
        side = self.side(px)
        repeats = (-(-side // self.pixels.shape[0]), -(-side // self.pixels.shape[1]), 1)
        square = np.tile(self.pixels, repeats)[:side, :side].astype(np.float32) / np.float32(255)
        return np.repeat(square.transpose(2, 0, 1)[None], count, axis=0)

    def synchronize(self) -> None:
        """Wait for the card."""
        if self.is_card:
            torch.cuda.synchronize()

    def seconds(self, run: Callable[[], object], rounds: int = 1) -> float:
        """Of one run, the mean of several."""
        self.synchronize()
        began = time.perf_counter()
        for _ in range(rounds):
            run()
        self.synchronize()
        return round((time.perf_counter() - began) / rounds, 5)

    def milliseconds(self, run: Callable[[], object]) -> float:
        """Of one run, after two that nobody counts."""
        self.seconds(run, 2)
        return round(1e3 * self.seconds(run, 6 if self.is_card else 1), 2)

    def tried(self, run: Callable[[], object]) -> object:
        """Return its figures, or why there are none."""
        if time.monotonic() > self.deadline:
            return "no time"
        try:
            return run()
        except Exception as error:  # noqa: BLE001  # the figure of a combination that fails
            words = f"{type(error).__name__}: {error}"[:200]
        torch_backend.release_kept()
        return words


def _shipped() -> Trained:
    card = catalog.find("auto")
    weights = catalog.load(card)
    return Trained(weights.arrays, card.regions, weights.sha256)


def _sample() -> Bytes:
    return photo.read(places.resources() / "samples" / "street-rain.jpg").pixels.astype(np.uint8)


def apart(found: Floats, exact: Floats) -> Figures:
    """Root mean square and largest difference."""
    difference = np.abs(found.astype(np.float64) - exact)
    return {"rms": float(np.sqrt((difference**2).mean())), "max": float(difference.max())}


def machine(bench: Bench) -> Iterator[tuple[str, object]]:
    """What the program finds, decides, and thinks of the card."""
    yield "read_s", bench.seconds(backends.read_machine)
    yield "machine", asdict(bench.machine)
    yield "choice", asdict(device.choose(Options(), bench.machine))
    yield "torch", torch.__version__
    if bench.is_card:
        yield "cudnn", torch.backends.cudnn.version()
        yield "archs", torch.cuda.get_arch_list()
    for precision in PRECISIONS:
        yield (
            f"self-test {precision}",
            bench.tried(lambda p=precision: self_test.compared(bench.choice(p), bench.machine)),
        )
    gains = bench.tried(lambda: self_test.gains_by_graph(bench.choice("fp16"), bench.machine))
    yield "graph gains", gains


def golden(bench: Bench) -> Iterator[tuple[str, object]]:
    """How far from the authors' network (tests/golden); more than 1e-3 in fp32 means TF32."""
    arrays = ours(formula_weights())
    trained = Trained(arrays, "grid", "")
    with np.load(GOLDEN / "formula_weights.npz") as kept:
        for size in GOLDEN_SIZES if bench.is_card else GOLDEN_SIZES[:2]:
            rainy, exact = kept[f"rainy_{size}"][None], kept[f"rain_{size}"][None]
            for precision in PRECISIONS:

                def off(precision: str = precision) -> Figures:
                    backend = backends.create(bench.choice(precision), trained)
                    return apart(backend.rain(rainy), exact)

                yield f"{size} {precision}", bench.tried(off)


def shipped(bench: Bench) -> Iterator[tuple[str, object]]:
    """A tile with shipped weights: from the processor, twice, in a batch, by a graph."""
    tile, three = bench.tile(448), bench.tile(448, 3)
    for regions in LAYOUTS:
        bench.trained = replace(bench.trained, regions=regions)  # type: ignore[arg-type]
        exact = backends.create(bench.choice("fp32").reference, bench.trained).rain(tile)
        for precision in PRECISIONS:

            def same(precision: str = precision) -> Figures:
                backend = bench.backend(precision)
                one, batch = backend.rain(tile), backend.rain(three)
                figures = apart(one, exact)
                figures["same again"] = bool(np.array_equal(backend.rain(tile), one))
                figures["same in a batch"] = bool(np.array_equal(batch[2], batch[0]))
                figures["batch from one"] = apart(batch[2], one[0])["max"]
                if bench.is_card:
                    graph = bench.backend(precision, graph=True)
                    runs = [graph.rain(tile) for _ in range(3)]
                    figures["same by graph"] = all(np.array_equal(run, one) for run in runs)
                return figures

            yield f"{regions} {precision}", bench.tried(same)
    bench.trained = _shipped()


def attention(bench: Bench) -> Iterator[tuple[str, object]]:
    """Each kernel: rms off, seconds of a shape's first run, milliseconds later."""
    count, keys = max(int(4096 * bench.scale), 64), max(int(1024 * bench.scale), 16)
    generator = torch.Generator().manual_seed(0)
    query, key, value = (
        torch.randn(16, 1, length, 32, generator=generator) * gain
        for length, gain in ((count, 3), (keys, 3), (keys, 1))
    )
    scores = query[:2].double() @ key[:2].double().transpose(2, 3)
    exact = (torch.softmax(scores, -1) @ value[:2].double()).numpy()
    kernels = (
        SDPBackend.FLASH_ATTENTION,
        SDPBackend.EFFICIENT_ATTENTION,
        SDPBackend.CUDNN_ATTENTION,
        SDPBackend.MATH,
    )
    for precision in PRECISIONS:
        dtype = torch_backend.DTYPES[precision]
        inputs = [part.to(bench.place, dtype) for part in (query, key, value)]
        for kernel in kernels if bench.is_card else kernels[-1:]:

            def run(inputs: list[torch.Tensor] = inputs) -> torch.Tensor:
                return F.scaled_dot_product_attention(*inputs, scale=1.0)

            def measured(run: Callable[[], torch.Tensor] = run) -> Figures:
                first_s = bench.seconds(run)
                off = apart(run()[:2].float().cpu().numpy(), exact)
                return {**off, "first_s": first_s, "ms": bench.milliseconds(run)}

            with sdpa_kernel(kernel):
                yield f"{kernel.name} {precision}", bench.tried(measured)


def memory(bench: Bench) -> Iterator[tuple[str, object]]:
    """MiB of a tile: predicted, most allocated, most reserved."""
    for precision in PRECISIONS:
        for px in (256, 384, 512, 1024, 2048):
            side = bench.side(px)

            def peak(precision: str = precision, px: int = px, side: int = side) -> Figures:
                backend = bench.backend(precision)
                predicted = side * side * device.TILE_BYTES_PER_PX[precision] >> 20
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

            yield f"{precision} {side}", bench.tried(peak)


class Tight:
    """A card with room for so many pixels at a time; it rehearses what ballast does to a card."""

    def __init__(self, backend: backends.Backend, most_px: float) -> None:
        self._backend, self._most_px = backend, most_px

    def rain(self, rainy: Floats) -> Floats:
        """See `nledn.backends.Backend`."""
        if rainy[:, 0].size > self._most_px:
            raise device.OutOfMemory("cpu", max(rainy.shape[2:]))
        return self._backend.rain(rainy)


@contextmanager
def ballast(keep_bytes: int) -> Iterator[None]:
    """Take the card's memory but for so much."""
    torch_backend.release_kept()
    free, _ = torch.cuda.mem_get_info()
    taken = torch.empty(max(free - keep_bytes, 0), dtype=torch.uint8, device="cuda")
    try:
        yield
    finally:
        del taken
        torch_backend.release_kept()


def out_of_memory(bench: Bench) -> Iterator[tuple[str, object]]:
    """Planned with all memory, then all but a share of a tile's need is taken by others."""
    height, width = bench.side(712), bench.side(712)
    pixels = bench.pixels[:height, :width].copy()
    exact = derainer(bench, "auto", "auto").derain(pixels).rain()
    for share in (1.2, 0.6, 0.3, 0.1, 0.03):

        def run(share: float = share) -> Figures:
            engine = derainer(bench, "auto", bench.side(512) if not bench.is_card else "auto")
            layer = engine.start((height, width))
            if bench.is_card:
                bytes_of_tile = 512**2 * device.TILE_BYTES_PER_PX["fp16"]
                with ballast(int(share * bytes_of_tile)):
                    taken_s = bench.seconds(lambda: engine.derain(pixels, into=layer))
            else:
                inner = engine._backend
                inner._backend = Tight(inner._backend, share * bench.side(512) ** 2)
                taken_s = bench.seconds(lambda: engine.derain(pixels, into=layer))
            return {"s": taken_s, **apart(layer.rain(), exact), "notes": layer.record.notes}

        yield str(share), bench.tried(run)


def derainer(bench: Bench, precision: str, tile: str | int) -> Derainer:
    """The engine as the program makes it, on the device that is measured."""
    tile = max(tile, 64) if isinstance(tile, int) else tile
    options = Options(device=bench.place, precision=precision, tile=tile)
    choice = self_test.checked(options, backends.read_machine())

    def create(wanted: Choice) -> backends.Backend:
        return backends.create(wanted, bench.trained)

    card = catalog.find("auto")
    return Derainer(options, card, choice, backends.read_machine(), create(choice), create)


class Timed:
    """A backend, and the seconds that are spent in it."""

    def __init__(self, inner: Recovering) -> None:
        self._rain, self.seconds, self.calls = inner.rain, 0.0, 0
        inner.rain = self.rain  # type: ignore[method-assign]

    def rain(self, rainy: Floats, note: Callable[[str], None]) -> Floats:
        """See `Recovering.rain`."""
        began = time.perf_counter()
        rain = self._rain(rainy, note)
        self.seconds += time.perf_counter() - began
        self.calls += 1
        return rain


def photos(bench: Bench) -> Iterator[tuple[str, object]]:
    """Whole photos, as the program does them; `waits` is what the host adds to the card."""
    for megapixels, height, width in MEGAPIXELS:
        height, width = bench.side(height), bench.side(width)
        repeats = (height // bench.pixels.shape[0] + 1, width // bench.pixels.shape[1] + 1, 1)
        pixels = np.tile(bench.pixels, repeats)[:height, :width].copy()
        for precision in PRECISIONS if bench.is_card else ("auto",):

            def run(precision: str = precision, pixels: Bytes = pixels) -> Figures:
                engine = derainer(bench, precision, "auto")
                engine.derain(pixels[: pixels.shape[0] // 2, : pixels.shape[1] // 2])
                spent = Timed(engine._backend)
                layer = engine.start(pixels.shape[:2])
                taken_s = bench.seconds(lambda: engine.derain(pixels, into=layer))
                return {
                    "s": taken_s,
                    "tiles": len(layer.tiling.tiles),
                    "batches": spent.calls,
                    "in backend s": round(spent.seconds, 3),
                    "waits s": round(taken_s - spent.seconds, 3),
                    "graph": engine.choice.graph,
                }

            yield f"{megapixels} {precision}", bench.tried(run)


def speed(bench: Bench) -> Iterator[tuple[str, object]]:
    """Milliseconds a tile by side, precision and batch, plain and as a CUDA graph."""
    for px in (448, 512, 256):
        for precision in PRECISIONS:
            for count in (1, 2, 4):
                tiles = bench.tile(px, count)

                def rated(
                    precision: str = precision, tiles: Floats = tiles, *, graph: bool = False
                ) -> float:
                    backend = bench.backend(precision, graph=graph)
                    return round(bench.milliseconds(lambda: backend.rain(tiles)) / len(tiles), 2)

                name = f"{precision} {tiles.shape[2]} x{count}"
                yield name, bench.tried(rated)
                if bench.is_card:
                    yield f"{name} graph", bench.tried(lambda rated=rated: rated(graph=True))


def choices(bench: Bench) -> Iterator[tuple[str, object]]:
    """What was decided without a figure: the order of pixels, TF32, cuDNN's search, pooling."""
    rainy = torch.from_numpy(bench.tile(448)).to(bench.place)
    for precision in PRECISIONS:
        for layout in (torch.channels_last, torch.contiguous_format):
            network = torch_backend.network_of(bench.trained)
            network.to(memory_format=layout)  # type: ignore[call-overload]
            network.to(bench.place, torch_backend.DTYPES[precision])
            network.to_rain.float()

            def run(network: torch.nn.Module = network, layout: Any = layout) -> float:
                x = rainy.contiguous(memory_format=layout)
                return bench.milliseconds(lambda: network(x))

            name = f"{precision} {'NHWC' if layout is torch.channels_last else 'NCHW'}"
            for setting in ("allow_tf32", "benchmark") if bench.is_card else ():
                setattr(torch.backends.cudnn, setting, True)
                yield f"{name} {setting}", bench.tried(run)
                setattr(torch.backends.cudnn, setting, False)
            yield name, bench.tried(run)
    keys = torch.rand(64, 32, bench.side(64), bench.side(64), device=bench.place)
    keys = keys.to(memory_format=torch.channels_last)
    split = (2, keys.shape[2] // 2, 2)
    yield "max_pool2d ms", bench.milliseconds(lambda: F.max_pool2d(keys, 2))
    halves = keys.unflatten(3, (split[1], 2)).unflatten(2, (split[1], 2))
    yield "amax ms", bench.milliseconds(lambda: halves.amax((3, 5)))


SECTIONS = (
    machine, golden, shipped, out_of_memory, memory, photos, speed, attention, choices,
)  # fmt: skip


def main() -> None:
    """Measure, section by section."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--rehearse", action="store_true", help="on the processor, and small")
    parser.add_argument("--scale", type=float, default=1 / 16, help="of sides, in a rehearsal")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "gpu.json")
    arguments = parser.parse_args()
    if not arguments.rehearse and not torch.cuda.is_available():
        raise SystemExit("No card can be used here; --rehearse runs on the processor.")
    place, scale = ("cpu", arguments.scale) if arguments.rehearse else ("cuda:0", 1.0)
    bench = Bench(place, scale, time.monotonic() + arguments.seconds)
    bench.found = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "place": place,
        "rehearsed": arguments.rehearse,
    }
    for section in SECTIONS:
        began, figures = time.monotonic(), bench.found.setdefault(section.__name__, {})
        failed = bench.tried(lambda s=section, f=figures: f.update(s(bench)))
        figures |= {"failed": failed} if failed else {}
        figures["took_s"] = round(time.monotonic() - began, 1)
        arguments.output.write_text(json.dumps(bench.found, indent=1, default=str) + "\n", "utf-8")
        print(section.__name__, figures["took_s"], failed or "", file=sys.stderr)


if __name__ == "__main__":
    main()
