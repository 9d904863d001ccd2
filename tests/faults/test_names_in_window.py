"""Hard names in the window: title, lists, menus, saving, dropping, the log."""

import logging
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, Qt, QUrl
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app import names
from app.__main__ import _Lines
from app.main_window import MainWindow
from app.widgets.batch.model import BatchModel
from app.stage import Stage
from nledn.messages import printable
from tests.app.window import derain, drop, open_photo, said, stage
from tests.faults.hard_names import AT_THE_END, HARD, photos

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="its disks take only some of these names"
)
