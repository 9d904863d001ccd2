"""Faults of the window, found by logs, Qt's messages and the network."""

import logging
import sys
import threading
import traceback
import warnings
from collections import Counter
from typing import TextIO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from nledn.errors import DerainError
from tests.soak import network

HARMLESS = "This plugin does not support "
"""Qt's offscreen platform says so of what only a real screen can do."""
STACK_LINES = 8
KEPT_ONCE = "Callback with id .* already exists for watch"
"""A new folder in a new folder reaches watchdog 7.1 twice; pyproject.toml ignores it for pytest."""
TALKATIVE = "pyvips"
"""Warns of every broken file, before we raise what it means."""


class Faults(logging.Handler):
    """Notes what must not happen, from any thread.

    Attributes:
        found: one text a fault.
        refused: errors that the program has words for, by class: a broken file ends in one.
        journal: where each is written as it comes.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []
        self.refused: Counter[str] = Counter()
        self.journal: TextIO | None = None
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def listen(self) -> None:
        """Begin; nothing of this can be taken back, so it needs a separate process."""
        qInstallMessageHandler(self._take_qt)
        network.hear(lambda what: self.add(f"network: {what}"))
        sys.unraisablehook = lambda args: self.add(f"unraisable: {args.exc_value!r} {args.object}")
        threading.excepthook = lambda args: self.add(f"a thread ended: {args.exc_value!r}")

    def listen_to_logs(self) -> None:
        """Begin, once the program has set up its own log."""
        logging.getLogger().addHandler(self)
        warnings.filterwarnings("ignore", KEPT_ONCE, RuntimeWarning)
        logging.captureWarnings(True)

    def add(self, fault: str) -> None:
        """Note one."""
        self.found.append(fault)
        where = "".join(traceback.format_stack(limit=STACK_LINES)[:-2])
        for stream in (sys.stderr, self.journal):
            if stream is not None:
                print(f"FAULT {fault}\nnoticed in\n{where}", file=stream, flush=True)

    def emit(self, record: logging.LogRecord) -> None:
        """A warning that explains a known error is as it should be; any other is not."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, DerainError) and record.levelno < logging.ERROR:
            self.refused[type(error).__name__] += 1
        elif record.name != TALKATIVE or record.levelno >= logging.ERROR:
            self.add(self.format(record))

    def _take_qt(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and HARMLESS not in text:
            self.add(f"Qt: {text}")
