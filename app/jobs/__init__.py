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
from app.jobs.comparing import (
    AttachJob,
    Begun,
    CompareJob,
    ErrorMapJob,
    Exported,
    ExportJob,
    FindTruthJob,
    MeasureJob,
    Results,
    TilingJob,
    VoteJob,
)
from app.jobs.deraining import DerainJob, Engines, LoadJob, MachineJob, Started
from app.jobs.dragging import DragFolders, DragJob
from app.jobs.fetching import FetchJob, Received
from app.jobs.gathering import (
    Gathered,
    GatherJob,
    KeepQueueJob,
    ReadQueueJob,
    Stamp,
    StampJob,
    results_folder,
)
from app.jobs.keeping import DiscardJob, KeepJob, RestoreJob, ScanJob, SettleJob, SpillJob
from app.jobs.lane_engine import LaneEngine
from app.jobs.opening import Opened, OpenJob, PasteJob
from app.jobs.reviewing import Reviewed, ReviewJob, ThumbnailJob
from app.jobs.saving import CopyJob, Saved, SaveJob
from app.jobs.screen import DesktopProfileJob, ProfileJob
from app.jobs.watching import UnwatchJob, WatchJob

__all__ = [
    "Asked",
    "AttachJob",
    "BatchJob",
    "Begun",
    "CompareJob",
    "CopyJob",
    "DerainJob",
    "DesktopProfileJob",
    "DiscardJob",
    "DragFolders",
    "DragJob",
    "Ended",
    "Engines",
    "Entry",
    "ErrorMapJob",
    "ExportJob",
    "Exported",
    "FetchJob",
    "FindTruthJob",
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
    "MeasureJob",
    "OpenJob",
    "Opened",
    "PasteJob",
    "Paused",
    "ProfileJob",
    "ReadQueueJob",
    "Received",
    "ReportJob",
    "RestoreJob",
    "Results",
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
    "TilingJob",
    "UnwatchJob",
    "VoteJob",
    "WatchJob",
    "added",
    "results_folder",
    "updated",
]
