"""Structures drawn over a photo before the rain: windows in rows, brick, railings, rings.

Rain in front of a facade is the hardest: mullions and rails are as straight, thin and bright as
streaks. Photos of nature and of people hardly have any, so a network trained only on those
removes some of them, and leaves the streaks between them. Here each patch's structure is new;
colours, light and texture are the photo's own. (That drawn patterns can teach restoration is known
from dead leaves: Achddou, Gousseau and Ladjal, "Synthetic images as a regularity prior for image
restoration neural networks", 2021.)
"""

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

FINER = 2  # drawn twice as fine, then reduced: edges as a lens gives them
UPRIGHT_DEG = 12  # standard deviation: people hold a camera nearly straight
CONVERGENCE = 0.35  # shift of a corner of the square in perspective, as a share of its side
ROUND_SHARE = 0.12  # domes, wheels, arches: rings and spokes
GRILLE_SHARE = 0.4  # only lines, and the photo between them
PARTLY_SHARE = 0.4  # of the patches: built up to an edge only
GREY_SHARE = 0.35  # concrete, steel, glass
TONES = 64


class Ground(NamedTuple):
    """The place of each pixel on a wall, both (H, W) float32, in px of the wall."""

    along: Plane
    up: Plane


def build_on(photo: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Draw a structure into a photo, (H, W, 3) float32 in [0, 1]."""
    size = (photo.shape[0], photo.shape[1])
    wall = _seen(size, rng)
    if rng.random() < ROUND_SHARE:
        wall = _wound(wall, rng)
    is_grille = rng.random() < GRILLE_SHARE
    built = photo if is_grille else _panelled(photo, wall, rng)
    if is_grille or rng.random() < 0.5:
        lines = _reduced(_rails(wall, rng), size)[:, :, None]
        built = built * (1 - lines) + _colour(photo, rng) * lines
    if rng.random() < PARTLY_SHARE:
        edge = rng.uniform(wall.along.min(), wall.along.max())
        inside = _reduced(wall.along < edge, size)[:, :, None]
        built = built * inside + photo * (1 - inside)
    if rng.random() < 0.5:
        return _limited(cv2.GaussianBlur(built, (0, 0), rng.uniform(0.2, 1.0)))
    return _limited(built)


def _limited(built: npt.NDArray[Any]) -> FloatImage:
    return np.asarray(np.clip(built, 0, 1), np.float32)


def _seen(size: tuple[int, int], rng: np.random.Generator) -> Ground:
    """A wall before a camera: turned a little, and in perspective."""
    height, width = size[0] * FINER, size[1] * FINER
    corners = np.array([[0, 0], [size[1], 0], [size[1], size[0]], [0, size[0]]], np.float32)
    away = rng.uniform(-CONVERGENCE, CONVERGENCE, (4, 2)) * rng.random() * max(size)
    turn = np.radians(rng.normal(0, UPRIGHT_DEG))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    place = ((corners + away) @ rotation.T + rng.uniform(0, 1000, 2)).astype(np.float32)
    to_wall = cv2.getPerspectiveTransform(corners * FINER, place)
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    along, up, scale = np.tensordot(to_wall, np.stack([x, y, np.ones_like(x)]), 1)
    return Ground((along / scale).astype(np.float32), (up / scale).astype(np.float32))


def _wound(wall: Ground, rng: np.random.Generator) -> Ground:
    """The same wound around a point: rows become rings, columns spokes."""
    x = wall.along - rng.uniform(wall.along.min(), wall.along.max())
    y = wall.up - rng.uniform(wall.up.min(), wall.up.max())
    radius = np.hypot(x, y)
    return Ground((np.arctan2(y, x) * rng.uniform(20, 200)).astype(np.float32), radius)


def _panelled(photo: FloatImage, wall: Ground, rng: np.random.Generator) -> FloatImage:
    """Windows, bricks or tiles in rows, in the photo's colours and with its light and grain."""
    size = (photo.shape[0], photo.shape[1])
    wide = 10 ** rng.uniform(0.8, 1.9)
    high = wide * 10 ** rng.uniform(-0.4, 0.4)
    row, in_row = np.divmod(wall.up / high, 1)
    shift = 0.5 * (row % 2) if rng.random() < 0.2 else 0  # bricks
    column, in_column = np.divmod(wall.along / wide + shift, 1)
    pane = (np.abs(in_column - 0.5) < rng.uniform(0.15, 0.45)) & (
        np.abs(in_row - 0.5) < rng.uniform(0.15, 0.45)
    )
    pane &= ~_mullions(in_column, wide, rng) & ~_mullions(in_row, high, rng)
    tones = (1 + rng.normal(0, rng.uniform(0, 0.3), (TONES, TONES))).astype(np.float32)
    tone = tones[row.astype(np.int64) % TONES, column.astype(np.int64) % TONES]
    panes, toned = _reduced(pane, size)[:, :, None], _reduced(pane * tone, size)[:, :, None]
    built = _colour(photo, rng) * (1 - panes) + _colour(photo, rng) * toned
    light = cv2.GaussianBlur(photo, (0, 0), max(size) / 6)
    grain = photo - cv2.GaussianBlur(photo, (0, 0), 3)
    lit = built * (light / max(float(light.mean()), 0.05)) ** rng.random()
    return np.asarray(lit + grain * rng.random(), np.float32)


def _mullions(place: Plane, period_px: float, rng: np.random.Generator) -> Mask:
    """Lines that part each period evenly, or none; `place` is the position in it, 0 to 1."""
    parts, half_px = int(rng.integers(1, 5)), rng.uniform(0.25, 1.2)
    part_px = period_px / parts
    near_px = part_px * (0.5 - np.abs(place * parts % 1 - 0.5))
    return np.asarray(near_px < half_px if parts > 1 else np.zeros_like(place, bool))


def _rails(wall: Ground, rng: np.random.Generator) -> Mask:
    """Bars at one distance, some with bars across: railings, blinds, wires, scaffolding."""
    bars = _bars(wall.along if rng.random() < 0.7 else wall.up, rng)
    if rng.random() < 0.4:
        bars |= _bars(wall.up, rng)
    return bars


def _bars(place: Plane, rng: np.random.Generator) -> Mask:
    period_px = 10 ** rng.uniform(0.6, 1.8)
    width_px = min(rng.uniform(0.5, 3.5), period_px * 0.6)
    return np.asarray(place % period_px < width_px)


def _reduced(finer: npt.NDArray[np.generic], size: tuple[int, int]) -> Plane:
    shown = (size[1], size[0])
    reduced = cv2.resize(finer.astype(np.float32), shown, interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.float32)


def _colour(photo: FloatImage, rng: np.random.Generator) -> FloatImage:
    """A grey from black to white, or a colour of the photo's, darker, brighter or paler."""
    if rng.random() < GREY_SHARE:
        return np.full(3, rng.random(), np.float32)
    y, x = rng.integers(0, photo.shape[0]), rng.integers(0, photo.shape[1])
    grey = rng.random()
    own = photo[y, x] * (1 - grey) + photo[y, x].mean() * grey
    return np.asarray(own * rng.uniform(0.2, 1.0) + rng.uniform(0, 0.6) * rng.random(), np.float32)
