"""Errors of devices and settings, of a batch, and of a batch on a cluster."""

from pathlib import Path

from nledn.errors.root import DerainError


class DeviceError(DerainError):
    """The computation cannot run on the requested device."""


class DeviceUnavailable(DeviceError):
    """A missing or unusable device; `reason` is a clause."""

    device: str
    reason: str
    sentence = "The device {device} is not available: {reason}."
    remedy = "Use --device auto or --device cpu."
    window_remedy = "Choose Automatic in Settings."


class BackendUnavailable(DeviceError):
    """The library that would compute is not installed, or does not run here."""

    backend: str
    reason: str
    sentence = "The backend {backend} is not available: {reason}."
    remedy = "Use the backend auto."
    window_remedy = "Choose Automatic in Settings."


class EngineFaulty(DeviceError):
    """The only backend of this edition was tested on this processor and is wrong."""

    problem: str
    sentence = "OpenVINO does not work on this processor ({problem})."
    remedy = "Install the edition of AfterRain with PyTorch."


class PrecisionUnavailable(DeviceError):
    """The device has no such arithmetic."""

    precision: str
    reason: str
    sentence = "The precision {precision} is not available: {reason}."
    remedy = "Use the precision auto."
    window_remedy = "Choose Automatic in Settings."


class OutOfMemory(DeviceError):
    """Not even the smallest tile fitted."""

    device: str
    tile_px: int
    sentence = "Not enough memory on {device}, even for tiles of {tile_px} px."
    remedy = "Close other programs, or use tile 128 or device cpu."
    window_remedy = "Close other programs, or choose smaller tiles in Settings."


class DeviceFailed(DeviceError):
    """A graphics card that does not compute; `reason` is a clause."""

    device: str
    reason: str
    sentence = "The graphics card {device} failed: {reason}."
    remedy = "Use --device cpu."
    window_remedy = "Choose the processor in Settings."


class NoNumbers(DeviceError):
    """NaN or infinity came out, in float32 too; it is never written."""

    device: str
    checkpoint: str
    sentence = "The model {checkpoint} gave an invalid result on {device}."
    remedy = "Choose another model."


class OptionInvalid(DerainError):
    """A setting outside its range."""

    option: str
    found: str
    allowed: str
    sentence = "Invalid {option}: {found}."
    remedy = "Use {allowed} for --{option}."
    window_remedy = "Use {allowed}."


class BatchError(DerainError):
    """A batch cannot continue."""

    path: Path


class InputNotFound(BatchError):
    """A missing folder or list of photos, or one that cannot be read."""

    sentence = "Folder or list not found: {path}."
    remedy = "Check the name, and that its disk is connected."


class FolderNotFound(InputNotFound):
    """A missing folder where no list of photos will do."""

    sentence = "Folder not found: {path}."


class BatchInputIsPhoto(BatchError):
    """One photo where a folder or a list was asked for."""

    sentence = "{path} is a photo, not a folder or a list of photos."
    remedy = "Use nledn derain for one photo."
    window_remedy = "Open it on the Photo page."


class BatchInputEmpty(BatchError):
    """A folder or a list without a photo."""

    sentence = "There are no photos in {path}."
    remedy = "Add --recursive for its subfolders, or check the pattern."
    window_remedy = "Choose another folder."


class BatchBusy(BatchError):
    """Another run that is alive works on the same output folder."""

    host: str
    pid: int
    sentence = "Another batch is running in {path} (process {pid} on {host})."
    remedy = "Wait until it ends, or stop it."


class JournalFailed(BatchError):
    """The journal cannot be read or written: damaged, of a newer version, or its disk is gone."""

    detail: str
    sentence = "The batch journal {path} cannot be used ({detail})."
    remedy = "Check its disk, or delete the journal if it is damaged."


class PhotoFailed(BatchError):
    """A photo that met a fault of the program; the log has the traceback, `detail` its end."""

    detail: str
    sentence = "{path} failed unexpectedly; the original is unchanged."
    remedy = "Derain it alone with --verbose and report the output."
    window_remedy = "Report it with the log, which has the details."


class ClusterError(DerainError):
    """A cluster cannot be used, or was lost."""


class ClusterNotInstalled(ClusterError):
    """The package that talks to clusters is missing."""

    sentence = "The package distributed is not installed."
    remedy = "Run pip install '.[cluster]' in the folder of AfterRain's sources."
    window_remedy = "Install AfterRain with its cluster extra."


class SchedulerUnreachable(ClusterError):
    """No answer at the address, or not with these certificates; `detail` is the system's."""

    address: str
    detail: str
    sentence = "No scheduler answers at {address} ({detail})."
    remedy = "Check the address, the TLS files and that a scheduler runs there."


class SchedulerLost(ClusterError):
    """The connection to the scheduler ended while photos were with the workers."""

    address: str
    sentence = "The connection to the scheduler at {address} was lost."
    remedy = "Start the batch again to continue."


class ClusterFailed(ClusterError):
    """Scheduler or workers could not begin the work: another version, or none."""

    address: str
    detail: str
    sentence = "The cluster at {address} failed ({detail})."
    remedy = "Install the same version of AfterRain on all its machines."


class NoWorkers(ClusterError):
    """A scheduler without a worker, for longer than one takes to start."""

    address: str
    waited_s: float
    sentence = "The scheduler at {address} had no workers for {waited_s} seconds."
    remedy = "Run dask worker {address}, then the same command again."
    window_remedy = "Start workers for it, then start the batch again."


class WorkerUnfit(ClusterError):
    """A worker with other files, weights or another program than the client."""

    worker: str
    reason: str
    sentence = "The worker {worker} cannot be used: {reason}."
    remedy = "Correct or stop that worker, then start the batch again."


class PhotoKillsWorkers(ClusterError):
    """A photo whose workers ended, one after the other."""

    path: Path
    workers: int
    sentence = "{workers} workers ended while they derained {path}."
    remedy = "Derain it alone on one machine."
