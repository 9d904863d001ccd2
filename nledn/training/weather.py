"""Kinds of rain: combinations of layers of streaks.

Near drops give few, long, wide streaks; far ones many, short, thin and faint.
"""

from collections.abc import Callable

import numpy as np

from nledn.training.streaks import Streaks


def light_rain(rng: np.random.Generator) -> list[Streaks]:
    """A single layer of streaks far apart, some with a faint one behind."""
    angle = _fall(rng)
    near = Streaks(
        angle_deg=angle,
        spread_deg=rng.uniform(0, 4),
        length_px=rng.uniform(8, 60),
        width_px=rng.uniform(0.5, 1.6),
        density=10 ** rng.uniform(-3.6, -2.5),
        peak=rng.uniform(0.15, 0.9),
        beading=rng.uniform(0, 0.7),
    )
    return [near, _behind(near, rng)] if rng.random() < 0.5 else [near]


def steady_rain(rng: np.random.Generator) -> list[Streaks]:
    """Two or three depths of one direction, the far ones shorter, thinner and more."""
    near = Streaks(
        angle_deg=_fall(rng),
        spread_deg=rng.uniform(0, 5),
        length_px=rng.uniform(15, 70),
        width_px=rng.uniform(0.6, 2.2),
        density=10 ** rng.uniform(-3.2, -2.2),
        peak=rng.uniform(0.2, 0.9),
        beading=rng.uniform(0, 0.7),
    )
    middle = _behind(near, rng)
    return [near, middle] if rng.random() < 0.5 else [near, middle, _behind(middle, rng)]


def heavy_rain(rng: np.random.Generator) -> list[Streaks]:
    """Dense streaks of one to five directions."""
    directions = int(rng.integers(1, 6))
    main = _fall(rng)
    return [
        Streaks(
            angle_deg=main if i == 0 else _fall(rng),
            spread_deg=rng.uniform(0, 3),
            length_px=rng.uniform(15, 80),
            width_px=rng.uniform(0.5, 1.8),
            density=10 ** rng.uniform(-2.9, -2.0) / np.sqrt(directions),
            peak=rng.uniform(0.25, 0.95),
            beading=rng.uniform(0, 0.5),
        )
        for i in range(directions)
    ]


def faint_rain(rng: np.random.Generator) -> list[Streaks]:
    """One to four translucent layers, from sharp and far to wide and out of focus."""
    angle = _fall(rng)
    return [
        Streaks(
            angle_deg=angle + rng.normal(0, 3),
            spread_deg=rng.uniform(0, 6),
            length_px=10 ** rng.uniform(1.0, 2.1),
            width_px=10 ** rng.uniform(-0.3, 0.6),
            density=10 ** rng.uniform(-3.6, -2.2),
            peak=10 ** rng.uniform(-1.3, -0.25),
            beading=rng.uniform(0, 0.9),
        )
        for _ in range(int(rng.integers(1, 5)))
    ]


def close_rain(rng: np.random.Generator) -> list[Streaks]:
    """Drops near the lens, up to three depths behind them; some layers waver, some do not."""
    near = Streaks(
        angle_deg=_fall(rng),
        spread_deg=rng.uniform(0, 4),
        length_px=10 ** rng.uniform(1.3, 2.3),
        width_px=10 ** rng.uniform(-0.1, 0.6),
        density=10 ** rng.uniform(-4.2, -3.0),
        peak=rng.uniform(0.15, 0.85),
        beading=rng.uniform(0, 0.6),
        swing=rng.uniform(0, 1.2),
    )
    layers = [near]
    for _ in range(int(rng.integers(0, 4))):
        layers.append(_behind(layers[-1], rng))
    return layers


def curtain_rain(rng: np.random.Generator) -> list[Streaks]:
    """One to three layers so dense that their streaks run together to a directed grain."""
    angle = _fall(rng)
    layers = []
    for _ in range(int(rng.integers(1, 4))):
        length_px = 10 ** rng.uniform(0.9, 2.1)
        width_px = 10 ** rng.uniform(-0.3, 0.45)
        coverage = 10 ** rng.uniform(-0.4, 0.8)
        size = (length_px, width_px)
        layers.append(_dense(angle, size, coverage, 5, (-1.4, -0.5), 0.6, rng))
    return layers


def drop_rain(rng: np.random.Generator) -> list[Streaks]:
    """Drops that stand almost still, in one or two depths."""
    width_px = 10 ** rng.uniform(-0.15, 0.55)
    near = Streaks(
        angle_deg=_fall(rng),
        spread_deg=rng.uniform(0, 8),
        length_px=max(width_px * rng.uniform(2, 8), 4),
        width_px=width_px,
        density=10 ** rng.uniform(-1.5, -0.3) / (10 * width_px**2),
        peak=rng.uniform(0.3, 1.0),
        beading=rng.uniform(0, 0.4),
        unevenness=rng.uniform(0, 0.8),
    )
    return [near, _behind(near, rng)] if rng.random() < 0.6 else [near]


def fine_rain(rng: np.random.Generator) -> list[Streaks]:
    """One or two layers of short, thin, sharp streaks close together: far rain in a sharp photo."""
    angle = _fall(rng)
    layers = []
    for _ in range(int(rng.integers(1, 3))):
        length_px = 10 ** rng.uniform(0.65, 1.5)
        width_px = rng.uniform(0.4, 1.3)
        coverage = 10 ** rng.uniform(-1.1, 0.3)
        size = (length_px, width_px)
        layers.append(_dense(angle, size, coverage, 6, (-1.0, -0.15), 0.5, rng))
    return layers


def hard_rain(rng: np.random.Generator) -> list[Streaks]:
    """Sparse, short drops with hard edges, in one or two depths."""
    length_px = rng.uniform(4, 20)
    width_px = rng.uniform(0.4, 1.5)  # 1 to 3.8 px from edge to edge
    near = Streaks(
        angle_deg=_fall(rng),
        spread_deg=rng.uniform(0, 6),
        length_px=length_px,
        width_px=width_px,
        density=10 ** rng.uniform(-2.7, -1.0) / (2.5 * length_px * width_px),
        peak=rng.uniform(0.1, 0.7),
        beading=rng.uniform(0, 0.4),
        unevenness=rng.uniform(0, 0.8),
        hard=True,
    )
    return [near, _behind(near, rng)] if rng.random() < 0.4 else [near]


def _fall(rng: np.random.Generator) -> float:
    # Mostly near the vertical; wind and a tilted camera give the rest.
    return float(np.clip(rng.normal(0, 22), -75, 75))


def _dense(  # noqa: PLR0913, PLR0917  # what two kinds of rain differ in
    angle_deg: float,
    size_px: tuple[float, float],
    coverage: float,
    spread_deg: float,
    peak_decades: tuple[float, float],
    beading: float,
    rng: np.random.Generator,
) -> Streaks:
    """A layer whose streaks overlap `coverage` times; the three after it are limits."""
    length_px, width_px = size_px
    return Streaks(
        angle_deg=angle_deg + rng.normal(0, 2),
        spread_deg=rng.uniform(0, spread_deg),
        length_px=length_px,
        width_px=width_px,
        density=min(coverage / (2.5 * length_px * width_px), 0.1),
        # Where n streaks overlap, their spread, about sqrt(n), is seen as rain.
        peak=10 ** rng.uniform(*peak_decades) / max(1, np.sqrt(coverage)),
        beading=rng.uniform(0, beading),
        unevenness=rng.uniform(0, 0.9),
    )


def _behind(near: Streaks, rng: np.random.Generator) -> Streaks:
    farther = rng.uniform(1.5, 3)
    return Streaks(
        angle_deg=near.angle_deg + rng.normal(0, 2),
        spread_deg=near.spread_deg,
        length_px=max(near.length_px / farther, 4),
        width_px=max(near.width_px / farther, 0.4),
        density=min(near.density * farther**2, 0.03),
        peak=near.peak * rng.uniform(0.3, 0.8),
        beading=near.beading,
        hard=near.hard,
    )


WEATHERS: dict[str, Callable[[np.random.Generator], list[Streaks]]] = {
    "light": light_rain,
    "steady": steady_rain,
    "heavy": heavy_rain,
    "faint": faint_rain,
    "close": close_rain,
    "curtain": curtain_rain,
    "drops": drop_rain,
    "fine": fine_rain,
    "hard": hard_rain,
}
