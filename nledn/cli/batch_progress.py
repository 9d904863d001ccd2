"""The progress of a batch, for a terminal and for a log file."""

import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from rich.progress import BarColumn, Progress, TextColumn

from nledn.auto import explained
from nledn.batch import Update
from nledn.cli.console import err
from nledn.errors import WriteError, write_errors
from nledn.messages import duration, printable

LOG_MARK = b'{"log": "AfterRain batch"'
"""The start of each line of a log (`log_json`), so that nothing else is appended to."""
_STEPS = 1000  # of the bar, for each photo's share


@dataclass(eq=False)
class Log:
    """A log, whose `file` is open for appending by lines."""

    path: Path
    file: IO[str]

    def add(self, update: Update) -> None:
        """Add a line.

        Raises:
            WriteError: it could not be written; the log is closed, and later lines are left out.
        """
        if self.file.closed:
            return
        try:
            with write_errors(self.path):
                print(json.dumps(_logged(update)), file=self.file)
        except WriteError:
            with suppress(OSError):  # it still holds the line
                self.file.close()
            raise


class Shown(Progress):
    """Shows updates: a bar on a terminal, else a line a photo; each also in the log.

    Without a terminal, a bar would fill a log with escape codes; silence would look like a stop.
    """

    def __init__(self, log: Log | None = None) -> None:
        self._log = log
        self._on_terminal = sys.stderr.isatty()
        super().__init__(
            TextColumn("{task.fields[count]}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[pace]}", markup=False),
            TextColumn("{task.fields[name]}", markup=False),
            console=err,
            transient=True,
            disable=not self._on_terminal,
        )
        self._task = self.add_task("batch", count="", pace="", name="")

    def show(self, update: Update) -> None:
        """Show one update.

        Raises:
            WriteError: the log cannot be written.
        """
        is_over = update.state != "running"
        if is_over and self._log is not None:
            self._log.add(update)
        if self._on_terminal:
            self.update(
                self._task,
                total=update.total * _STEPS,
                completed=round((update.finished + update.share) * _STEPS),
                count=f"{update.finished} of {update.total}",
                pace=pace_of(update),
                name=printable(update.source.name),
            )
            if update.state == "failed":
                err.print(str(update.error), style="red")
        elif is_over:
            err.print(_line(update))
        for note in update.notes if is_over else ():
            err.print(f"{printable(update.source)}: {note}")


def _line(update: Update) -> str:
    """`12 of 60  street.jpg  0.45 MP/s, 2 min 10 s left`."""
    parts = [f"{update.finished} of {update.total}", printable(update.source)]
    if update.state != "done":
        parts.append(f"{update.state}: {update.error}")
    return "  ".join(part for part in (*parts, pace_of(update)) if part)


def pace_of(update: Update) -> str:
    """Megapixels per second and the time left, as far as they are known."""
    if update.megapixels_per_second is None or update.seconds_left is None:
        return ""
    return f"{update.megapixels_per_second:.3g} MP/s, {duration(update.seconds_left)} left"


def _logged(update: Update) -> dict[str, object]:
    figures = None if update.row is None else update.row.figures
    return {
        "log": "AfterRain batch",
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "file": printable(update.source),
        "state": str(update.state),
        "sentence": "" if update.error is None else str(update.error),
        **({} if update.error is None else update.error.to_dict()),
        "notes": update.notes,
        "n": update.finished,
        "of": update.total,
        "seconds": update.seconds,
        "checkpoint": "" if figures is None else figures.checkpoint,
        "reason": "" if figures is None else explained(figures.checkpoint, figures.reason),
        "megapixels_per_second": update.megapixels_per_second,
        "seconds_left": update.seconds_left,
    }
