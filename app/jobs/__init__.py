"""What runs off the main thread: frozen requests, and frozen answers."""

from app.jobs.batching import (
    Asked,
    BatchJob,
    Ended,
    Entry,
    ForeseeJob,
    Listed,
    Paused,
    ReportJob,
    added,
    updated,
)
from app.jobs.catalogue import ImportJob, ShelfJob
from app.jobs.deraining import DerainJob, Engines, LoadJob, MachineJob, Started
from app.jobs.fetching import FetchJob, Received
from app.jobs.gathering import (
    Gathered,
    GatherJob,
    KeepQueueJob,
    ReadQueueJob,
    Stamp,
    StampJob,
)
from app.jobs.keeping import DiscardJob, KeepJob, RestoreJob, ScanJob, SettleJob, SpillJob
from app.jobs.lane_engine import LaneEngine
from app.jobs.opening import Opened, OpenJob, PasteJob
from app.jobs.reviewing import Reviewed, ReviewJob, ThumbnailJob
from app.jobs.saving import CopyJob, DragJob, Result, Saved, SaveJob
from app.jobs.screen import DesktopProfileJob, ProfileJob
from app.jobs.watching import UnwatchJob, WatchJob

__all__ = [
    "Asked",
    "BatchJob",
    "CopyJob",
    "DerainJob",
    "DesktopProfileJob",
    "DiscardJob",
    "DragJob",
    "Ended",
    "Engines",
    "Entry",
    "FetchJob",
    "ForeseeJob",
    "GatherJob",
    "Gathered",
    "ImportJob",
    "KeepJob",
    "KeepQueueJob",
    "LaneEngine",
    "Listed",
    "LoadJob",
    "MachineJob",
    "OpenJob",
    "Opened",
    "PasteJob",
    "Paused",
    "ProfileJob",
    "ReadQueueJob",
    "Received",
    "ReportJob",
    "RestoreJob",
    "Result",
    "ReviewJob",
    "Reviewed",
    "SaveJob",
    "Saved",
    "ScanJob",
    "SettleJob",
    "ShelfJob",
    "SpillJob",
    "Stamp",
    "StampJob",
    "Started",
    "ThumbnailJob",
    "UnwatchJob",
    "WatchJob",
    "added",
    "updated",
]
