"""What runs off the main thread: frozen requests, and frozen answers."""

from app.jobs.catalogue import ImportJob, ShelfJob
from app.jobs.deraining import DerainJob, Engines, LoadJob, MachineJob, Started
from app.jobs.fetching import FetchJob, Received
from app.jobs.keeping import DiscardJob, KeepJob, RestoreJob, ScanJob, SettleJob, SpillJob
from app.jobs.opening import Opened, OpenJob, PasteJob
from app.jobs.saving import CopyJob, DragJob, Result, Saved, SaveJob
from app.jobs.screen import DesktopProfileJob, ProfileJob

__all__ = [
    "CopyJob",
    "DerainJob",
    "DesktopProfileJob",
    "DiscardJob",
    "DragJob",
    "Engines",
    "FetchJob",
    "ImportJob",
    "KeepJob",
    "LoadJob",
    "MachineJob",
    "OpenJob",
    "Opened",
    "PasteJob",
    "ProfileJob",
    "Received",
    "RestoreJob",
    "Result",
    "SaveJob",
    "Saved",
    "ScanJob",
    "SettleJob",
    "ShelfJob",
    "SpillJob",
    "Started",
]
