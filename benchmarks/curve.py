"""The curve of a training as a picture: held-out PSNR against processor hours.

.venv/bin/python benchmarks/curve.py docs/afterrain-lighter-training.csv CURVE.svg
"""

import csv
import sys
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 720, 320, 48
SERIES = (
    ("psnr_derained", "rainy photos, derained", "#1f6feb"),
    ("psnr_dry", "photos without rain", "#2da44e"),
)
STEP_DB = 5

Points = list[tuple[float, float]]


def read(path: Path, field: str) -> Points:
    """(processor hours, dB) of each validation."""
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row[field]]
    return [(float(row["cpu_seconds"]) / 3600, float(row[field])) for row in rows]


def svg(series: dict[str, Points]) -> str:
    """A line a series, a grid line every 5 dB, hours below."""
    every = [point for points in series.values() for point in points]
    hours = max(x for x, _ in every)
    low = min(y for _, y in every) // STEP_DB * STEP_DB
    high = (max(y for _, y in every) // STEP_DB + 1) * STEP_DB

    def place(x: float, y: float) -> tuple[float, float]:
        across = MARGIN + x / hours * (WIDTH - 2 * MARGIN)
        return across, HEIGHT - MARGIN - (y - low) / (high - low) * (HEIGHT - 2 * MARGIN)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for level in range(int(low), int(high) + 1, STEP_DB):
        y = place(0, level)[1]
        lines.append(f'<path d="M{MARGIN} {y:.1f}H{WIDTH - MARGIN}" stroke="#d0d7de"/>')
        lines.append(f'<text x="{MARGIN - 8}" y="{y + 4:.1f}" text-anchor="end">{level}</text>')
    lines.append(f'<text x="{MARGIN}" y="24">PSNR, dB, on 30 photos kept out of training</text>')
    lines.append(
        f'<text x="{WIDTH - MARGIN}" y="{HEIGHT - 16}" text-anchor="end">'
        f"processor hours (to {hours:.1f})</text>"
    )
    for (field, title, colour), offset in zip(SERIES, (0, 18), strict=True):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*p) for p in series[field]))
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines.append(
            f'<text x="{WIDTH - MARGIN}" y="{24 + offset}" text-anchor="end" fill="{colour}">'
            f"{title}</text>"
        )
    return "\n".join([*lines, "</svg>", ""])


def main() -> None:
    """Read the log, write the picture."""
    log, picture = map(Path, sys.argv[1:3])
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(svg({field: read(log, field) for field, _, _ in SERIES}))


if __name__ == "__main__":
    main()
