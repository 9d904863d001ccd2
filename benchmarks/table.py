"""The time of a repaint while a batch is scrolled: `python -m benchmarks.table`.

A Batch page with 5,000 photos (or as many as --rows says), all of them links to the sample, in a
window of 1280×800. A step is what one turn of the wheel brings about: the scrolling and the repaint
that follows, on the thread that draws, by the clock and as that thread's processor time, which a
busy machine does not lengthen. Between steps, pictures that were made meanwhile arrive, as they do
between two turns. The aim is a p95 of 16 ms.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.batch.jobs import Entry
from app.batch.page import BatchList
from app.batch.state import BatchState, BatchStatus
from app.batch.table import PICTURE
from app.shell import theme
from app.shell.thumbnails import Thumbnails
from app.tasks import Tasks
from nledn import places
from nledn.errors import PhotoDamaged

WINDOW_PX = (976, 640)  # what the page has of a window of 1280×800
STEPS = 240
PAUSE_MS = 15  # between two turns of the wheel
STATES = ("done", "done", "done", "failed", "running", "planned", "skipped")


def entries(folder: Path, rows: int) -> list[Entry]:
    """So many photos in all states."""
    sample = places.sample_photo()
    made = []
    for number in range(rows):
        path = folder / f"IMG_{number:05}.jpg"
        path.symlink_to(sample)
        state = STATES[number % len(STATES)]
        error = PhotoDamaged(path, "image file is truncated") if state == "failed" else None
        made.append(
            Entry(path, f"wedding/{path.name}", state, 12.5, error, path, share=0.4, moved=8)
        )
    return made


def measured(page: BatchList, step_px: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each step through the table, ascending: by the clock, and of the thread."""
    bar = page.table.verticalScrollBar()
    bar.setValue(0)
    QTest.qWait(50)
    clock, thread = [], []
    for step in range(1, STEPS + 1):
        QTest.qWait(PAUSE_MS)
        begin = (time.perf_counter(), time.thread_time())
        bar.setValue(step * step_px)
        QApplication.sendEvent(page.window(), QEvent(QEvent.Type.UpdateRequest))
        clock.append((time.perf_counter() - begin[0]) * 1e3)
        thread.append((time.thread_time() - begin[1]) * 1e3)
    return sorted(clock), sorted(thread)


def told(taken: list[float]) -> str:
    """Median, p95 and longest."""
    middle, late = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
    return f"median {middle:5.1f}  p95 {late:5.1f}  longest {taken[-1]:5.1f} ms"


def main() -> None:
    """Measure, and print a line for each way of scrolling."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    rows = parser.parse_args().rows
    app = QApplication([])
    theme.apply(app, "dark")
    tasks = Tasks()
    page = BatchList()
    thumbnails = Thumbnails(tasks, PICTURE)
    page.model.picture_wanted.connect(thumbnails.want)
    made = 0

    def take(path: Path, image: QImage) -> None:
        nonlocal made
        made += 1
        page.model.set_picture(path, image)

    thumbnails.made.connect(take)
    page.resize(*WINDOW_PX)
    page.show()
    QTest.qWaitForWindowExposed(page)
    with tempfile.TemporaryDirectory() as folder:
        listed = entries(Path(folder), rows)
        begin = time.perf_counter()
        page.model.set_entries(listed)
        page.show_status(BatchStatus(BatchState.READY, total=rows, planned=rows))
        page.grab()
        print(f"{rows} rows are there after {(time.perf_counter() - begin) * 1e3:.0f} ms")
        whole_px = page.table.verticalScrollBar().maximum() // STEPS
        for title, step_px in (("wheel", 156), ("handle, all rows", whole_px)):
            before = made
            clock, thread = measured(page, step_px)
            print(f"{title}, {made - before} pictures came meanwhile")
            print(f"  by the clock    {told(clock)}\n  processor time  {told(thread)}")
        tasks.close()


if __name__ == "__main__":
    main()
