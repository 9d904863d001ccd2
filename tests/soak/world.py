"""The files that a monkey plays with: photos of every kind, broken ones, changing folders."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from nledn import photo, places
from nledn.photo import Photo, WriteSettings
from tests.soak.traces import SECRET

SIZES = ((1, 1), (7, 300), (64, 64), (120, 160), (333, 217), (480, 640))
"""Height and width: from a single pixel to several tiles; larger ones make a run no harder."""


@dataclass
class World:
    """Folders below one temporary folder.

    Attributes:
        folder: everything is in it.
        good: photos that open.
        bad: files and folders that do not.
        churning: a folder whose files come, change and go.
        out: where results may go.
        checkpoints: files that are weights, and files that are not.
    """

    folder: Path
    good: list[Path] = field(default_factory=list)
    bad: list[Path] = field(default_factory=list)
    checkpoints: list[Path] = field(default_factory=list)

    @property
    def churning(self) -> Path:
        return self.folder / "churning"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def folders(self) -> list[Path]:
        return [self.folder / name for name in ("photos", "bad", "churning", "empty", "deep")]


def make_world(folder: Path) -> World:
    """The same files for every run."""
    world = World(folder)
    for each in (*world.folders, world.out):
        each.mkdir(parents=True)
    _make_photos(world)
    _make_bad(world)
    for path in world.good[:2]:
        shutil.copy(path, world.churning)
        shutil.copy(path, folder / "deep")
    (folder / "deep" / "er").mkdir()
    shutil.copy(world.good[3], folder / "deep" / "er" / "雨 の日 🌧.png")
    _make_checkpoints(world)
    return world


def stir(world: World, rng: Random) -> str:
    """Let a file come, change or go, as other programs do; what was done."""
    files = sorted(each for each in world.churning.iterdir() if each.is_file())
    what = rng.choice(("come", "come", "change", "cut", "go", "move"))
    if what == "come" or len(files) < 2:
        source = rng.choice(world.good)
        target = world.churning / f"{rng.randrange(12):02}{source.suffix}"
        shutil.copyfile(source, target)
        return f"come {target.name}"
    path = rng.choice(files)
    if what == "change":
        shutil.copyfile(rng.choice(world.good), path)
    elif what == "cut":
        os.truncate(path, path.stat().st_size // 2)
    elif what == "go":
        path.unlink()
    else:
        path.rename(path.with_stem(f"moved-{rng.randrange(4)}"))
    return f"{what} {path.name}"


def tidy(world: World) -> None:
    """Remove results: a run of hours would fill a disk, and slow every look into a folder."""
    for folder in (world.folder, world.folder / "photos", world.folder / "bad"):
        kept = {*world.good, *world.bad}
        for path in folder.iterdir():
            if path.is_file() and not path.is_symlink() and path not in kept:
                path.unlink()
    for folder in (world.out, *world.folder.rglob("derained")):
        shutil.rmtree(folder, ignore_errors=True)
    world.out.mkdir(exist_ok=True)


def _make_photos(world: World) -> None:
    rng = np.random.default_rng(11)
    kinds = ("png", "jpg", "tif", "webp", "bmp")
    for number, size in enumerate(SIZES):
        path = world.folder / "photos" / f"{number}.{kinds[number % len(kinds)]}"
        photo.write(Photo(_rainy(rng, size)), path, WriteSettings())
        world.good.append(path)
    deep = world.folder / "photos" / "deep.png"
    photo.write(Photo(_rainy(rng, (150, 200)).astype(np.uint16) * 257), deep)
    clear = world.folder / "photos" / "clear.png"
    alpha = rng.integers(0, 255, (90, 140), np.uint8, endpoint=True)
    photo.write(Photo(_rainy(rng, (90, 140)), alpha=alpha), clear)
    talking = world.folder / "photos" / "talking.png"
    told = PngInfo()
    told.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta {SECRET}")  # and it is no XMP
    told.add_text("Comment", SECRET)
    Image.fromarray(_rainy(rng, (80, 100))).save(talking, pnginfo=told)
    world.good += [deep, clear, talking]


def _rainy(rng: np.random.Generator, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """(h, w, 3): a slope of grey with noise for rain."""
    height, width = size
    slope = np.linspace(60, 190, width)[None, :, None] + np.linspace(-30, 30, height)[:, None, None]
    noise = rng.integers(0, 40, (height, width, 3))
    return np.clip(slope + noise, 0, 255).astype(np.uint8)


def _make_bad(world: World) -> None:
    folder = world.folder / "bad"
    whole = world.good[1].read_bytes()
    png = bytearray(world.good[0].read_bytes())
    png[len(png) // 2] ^= 0xFF
    for name, data in {
        "cut.jpg": whole[: len(whole) // 2],
        "empty.png": b"",
        "text.jpg": SECRET.encode() * 50,
        "flipped.png": bytes(png),
        "video.mp4": b"\0\0\0\x18ftypmp42" + bytes(64),
        "noise.tif": np.random.default_rng(3).bytes(5000),
    }.items():
        path = folder / name
        path.write_bytes(data)
        world.bad.append(path)
    (folder / "folder.png").mkdir()
    (folder / "dangling.jpg").symlink_to(folder / "gone.jpg")
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    links = [folder / name for name in ("folder.png", "dangling.jpg", "loop.jpg")]
    world.bad += [*links, folder / "missing.jpg", world.folder / "empty"]


def _make_checkpoints(world: World) -> None:
    for name, data in {"text.pth": SECRET.encode(), "noise.safetensors": bytes(range(256))}.items():
        path = world.folder / name
        path.write_bytes(data)
        world.bad.append(path)
        world.checkpoints.append(path)
    world.checkpoints.append(places.weights() / "afterrain.safetensors")
