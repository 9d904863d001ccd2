"""The cost of a batch's journal: planning many files, and rows written per second.

    .venv/bin/python benchmarks/journal.py [--files 100000] [--folder FOLDER]

Empty files, so that nothing but names and journal counts. FOLDER, by default one for temporary
files, decides which disk is measured. A row is written down twice: when it is given out, and when
its outcome comes.
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

from nledn import catalog
from nledn.batch import BatchRequest, BatchSettings, Failed, Queue, in_folder
from nledn.errors import PhotoIsEmpty

WRITTEN_DOWN = 300
SYNCHRONISED = 100


def synchronise_ms(folder: Path) -> float:
    """The disk's time to make 4 kB safe."""
    with (folder / "probe").open("wb") as file:
        started = time.perf_counter()
        for _ in range(SYNCHRONISED):
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - started) / SYNCHRONISED * 1000


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        folder, out = Path(temporary, "in"), Path(temporary, "out")
        folder.mkdir()
        for n in range(arguments.files):
            (folder / f"{n:06}.jpg").touch()
        disk_ms = synchronise_ms(Path(temporary))
        started = time.perf_counter()
        asked = BatchRequest(in_folder(folder), out, BatchSettings(), catalog.find("auto"))
        with Queue.opened(asked) as queue:
            planned_s = time.perf_counter() - started
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            started = time.perf_counter()
            for _ in range(WRITTEN_DOWN):
                job = queue.take()
                assert job is not None
                queue.finish(job, Failed(PhotoIsEmpty(job.source)))
            rate = WRITTEN_DOWN / (time.perf_counter() - started)
    print("| files | planned in, s | peak RSS, MB | written down a second | disk, ms a sync |")
    print("|---|---|---|---|---|")
    print(
        f"| {arguments.files:,} | {planned_s:.0f} | {memory / 1e6:.0f} "
        f"| {rate:.0f} | {disk_ms:.1f} |"
    )


if __name__ == "__main__":
    main()
