"""Errors of devices and settings, of a batch, and of a batch on a cluster."""

from pathlib import Path

from nledn.errors.root import DerainError


class DeviceError(DerainError):
    """The computation cannot run on the requested device."""


class DeviceUnavailable(DeviceError):
    """The device {device} is not available: {reason}."""

    device: str
    reason: str  # a clause, as everywhere
    remedy = "Use --device auto or --device cpu."
    window_remedy = "Choose Automatic in Settings."


class BackendUnavailable(DeviceError):
    """The backend {backend} is not available: {reason}."""

    backend: str
    reason: str
    remedy = "Use the backend auto."
    window_remedy = "Choose Automatic in Settings."


class EngineFaulty(DeviceError):
    """OpenVINO does not work on this processor ({problem})."""

    problem: str
    remedy = "Install the edition of AfterRain with PyTorch."


class PrecisionUnavailable(DeviceError):
    """The precision {precision} is not available: {reason}."""

    precision: str
    reason: str
    remedy = "Use the precision auto."
    window_remedy = "Choose Automatic in Settings."


class OutOfMemory(DeviceError):
    """Not enough memory on {device}, even for tiles of {tile_px} px."""

    device: str
    tile_px: int
    remedy = "Close other programs, or use tile 128 or device cpu."
    window_remedy = "Close other programs, or choose smaller tiles in Settings."


class DeviceFailed(DeviceError):
    """The graphics card {device} failed: {reason}."""

    device: str
    reason: str
    remedy = "Use --device cpu."
    window_remedy = "Choose the processor in Settings."


class NoNumbers(DeviceError):
    """The model {checkpoint} gave an invalid result on {device}."""

    device: str
    checkpoint: str
    remedy = "Choose another model."


class OptionInvalid(DerainError):
    """Invalid {option}: {found}."""

    option: str
    found: str
    allowed: str
    remedy = "Use {allowed} for --{option}."
    window_remedy = "Use {allowed}."


class NamesAlike(OptionInvalid):
    """{found} gives several photos the same name."""

    remedy = "Add one of these to it: {allowed}."
    window_remedy = ""


class BatchError(DerainError):
    """A batch cannot continue."""

    path: Path


class InputNotFound(BatchError):
    """Folder or list not found: {path}."""

    remedy = "Check the name, and that its disk is connected."


class FolderNotFound(InputNotFound):
    """Folder not found: {path}."""


class FolderNotWatched(BatchError):
    """{path} cannot be watched ({detail})."""

    detail: str
    remedy = "Close other programs that watch folders, or try again later."


class BatchInputIsPhoto(BatchError):
    """{path} is a photo, not a folder or a list of photos."""

    remedy = "Use nledn derain for one photo."
    window_remedy = "Open it on the Photo page."


class BatchInputEmpty(BatchError):
    """There are no photos in {path}."""

    remedy = "Add --recursive for its subfolders, or check the pattern."
    window_remedy = "Choose another folder."


class BatchBusy(BatchError):
    """Another batch is running in {path} (process {pid} on {host})."""

    host: str
    pid: int
    remedy = "Wait until it ends, or stop it."


class JournalFailed(BatchError):
    """The batch journal {path} cannot be used ({detail})."""

    detail: str
    remedy = "Check its disk, or delete the journal if it is damaged."


class PhotoFailed(BatchError):
    """{path} failed unexpectedly; the original is unchanged."""

    detail: str  # the end of the traceback in the log
    remedy = "Derain it alone with --verbose and report the output."
    window_remedy = "Report it with the log, which has the details."


class ClusterError(DerainError):
    """A cluster cannot be used, or was lost."""


class ClusterNotInstalled(ClusterError):
    """The package distributed is not installed."""

    remedy = "Run pip install '.[cluster]' in the folder of AfterRain's sources."
    window_remedy = "Install AfterRain with its cluster extra."


class SchedulerUnreachable(ClusterError):
    """No scheduler answers at {address} ({detail})."""

    address: str
    detail: str
    remedy = "Check the address, the TLS files and that a scheduler runs there."


class SchedulerLost(ClusterError):
    """The connection to the scheduler at {address} was lost."""

    address: str
    remedy = "Start the batch again to continue."


class ClusterFailed(ClusterError):
    """The cluster at {address} failed ({detail})."""

    address: str
    detail: str
    remedy = "Install the same version of AfterRain on all its machines."


class NoWorkers(ClusterError):
    """The scheduler at {address} had no workers for {waited_s} seconds."""

    address: str
    waited_s: float
    remedy = "Run dask worker {address}, then the same command again."
    window_remedy = "Start workers for it, then start the batch again."


class WorkerUnfit(ClusterError):
    """The worker {worker} cannot be used: {reason}."""

    worker: str
    reason: str
    remedy = "Correct or stop that worker, then start the batch again."


class PhotoKillsWorkers(ClusterError):
    """{workers} workers ended while they derained {path}."""

    path: Path
    workers: int
    remedy = "Derain it alone on one machine."
