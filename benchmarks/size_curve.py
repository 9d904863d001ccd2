"""Seconds and memory against the size of the photo, as a picture of two lines.

.venv/bin/python benchmarks/size_curve.py docs/size.csv docs/images/size.svg

The file has the columns megapixels, processor_s and peak_gb, as benchmarks/memory.py prints them.
"""

import csv
import sys
from pathlib import Path

PANEL_PX, HEIGHT_PX, MARGIN_PX = 360, 300, 52
PANELS = (
    ("processor_s", "processor seconds", "#1f6feb"),
    ("peak_gb", "peak memory, GB", "#2da44e"),
)

Points = list[tuple[float, float]]


def read(path: Path, field: str) -> Points:
    """(megapixels, value) of each size."""
    with path.open(newline="") as file:
        return [(float(row["megapixels"]), float(row[field])) for row in csv.DictReader(file)]


def panel(points: Points, title: str, colour: str, left_px: int) -> list[str]:
    """One diagram from zero, with its highest value written at the line's end."""
    right, top = max(x for x, _ in points), max(y for _, y in points)
    across, up = PANEL_PX - 2 * MARGIN_PX, HEIGHT_PX - 2 * MARGIN_PX
    places = [
        (left_px + MARGIN_PX + x / right * across, HEIGHT_PX - MARGIN_PX - y / top * up)
        for x, y in points
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    corner = f"M{left_px + MARGIN_PX} {MARGIN_PX}V{HEIGHT_PX - MARGIN_PX}h{across}"
    return [
        f'<path d="{corner}" fill="none" stroke="#8c959f"/>',
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places),
        f'<text x="{left_px + MARGIN_PX}" y="28" fill="{colour}">{title}</text>',
        f'<text x="{places[-1][0]:.1f}" y="{places[-1][1] - 8:.1f}" text-anchor="end">'
        f"{points[-1][1]:g}</text>",
        f'<text x="{left_px + PANEL_PX - MARGIN_PX}" y="{HEIGHT_PX - 28}" text-anchor="end">'
        f"megapixels (to {right:g})</text>",
    ]


def main() -> None:
    """Read the table, write the picture."""
    table, picture = map(Path, sys.argv[1:3])
    width = PANEL_PX * len(PANELS)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT_PX}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{HEIGHT_PX}" fill="#ffffff"/>',
    ]
    for n, (field, title, colour) in enumerate(PANELS):
        lines += panel(read(table, field), title, colour, n * PANEL_PX)
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text("\n".join([*lines, "</svg>", ""]))


if __name__ == "__main__":
    main()
