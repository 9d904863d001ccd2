"""Everything that can go wrong through no fault of the program's, in one tree.

    DerainError
    ├── PhotoError(path)                      reading a photo
    │   ├── PhotoNotFound
    │   ├── PhotoIsFolder
    │   ├── PhotoIsEmpty
    │   ├── PhotoNotPermitted
    │   ├── NotAPhoto                         no format known here
    │   ├── PhotoIsVideo
    │   ├── PhotoDamaged(detail)              truncated or corrupt
    │   ├── PhotoTooLarge(megapixels, limit)
    │   ├── PhotoNeedsReader(kind, package)   RAW, HEIC or AVIF without its reader
    │   ├── PhotoUnsupported(detail)          a rare kind of pixels: float, 32-bit, …
    │   ├── PhotoTakesMemory                  more than there is, or than a decoder may take
    │   ├── PhotoTakesTooLong(limit_s)        a decoder that does not come to an end
    │   ├── PhotoCrashesDecoder(detail)       the process that decoded it died
    │   └── PhotoDecoderMissing(detail)       that process cannot be started
    ├── WriteError(path)                      writing a result
    │   ├── WouldReplaceSource(source)
    │   ├── OutputExists
    │   ├── OutputNotPermitted
    │   ├── OutputFolderMissing
    │   ├── OutputNameTooLong
    │   ├── OutputFormatUnknown(suffix)
    │   ├── OutputTooLarge(detail)            more than the format can hold
    │   ├── OutputDiskFull
    │   └── OutputFailed(detail)              any other word of the operating system
    ├── CheckpointError(path)                 weights
    │   ├── CheckpointNotFound
    │   ├── CheckpointNotPermitted
    │   ├── NotACheckpoint
    │   ├── CheckpointTooLarge(size_bytes, limit_bytes)
    │   ├── CheckpointUnsafe(detail)          a pickle that asks for code
    │   ├── CheckpointDamaged(detail)         truncated or corrupt
    │   ├── CheckpointMismatch(missing, unexpected, misshapen)
    │   ├── CheckpointNotFinite(tensor)       NaN or infinity
    │   ├── CheckpointChanged(expected, found) not the bytes its card names
    │   └── CardInvalid(detail)
    ├── UnknownCheckpoint(id, known)          no card of that id
    ├── CheckpointIdTaken(id)
    ├── CheckpointShipped(id)                 a shipped one cannot be removed
    ├── DeviceError                           where it computes
    │   ├── DeviceUnavailable(device, reason)
    │   ├── BackendUnavailable(backend, reason)
    │   ├── EngineFaulty(problem)             no torch here, and OpenVINO is wrong here
    │   ├── PrecisionUnavailable(precision, reason)
    │   ├── OutOfMemory(device, tile_px)      even the smallest tile did not fit
    │   └── NoNumbers(device, checkpoint)     NaN or infinity where rain should be
    ├── PairsError(path)                      rainy and clean photos that belong together
    │   ├── PairsFolderNotFound
    │   ├── NoPairs(layouts, found)
    │   ├── DataSetWrong(title, expected, found, url)  a published set, not whole
    │   ├── PairSizesDiffer(rainy_size, clean_size)
    │   └── PairTooSmall(size, limit_px)      too few pixels for SSIM's window
    ├── BatchError(path)                      a queue of many photos
    │   ├── BatchInputNotFound                no such folder or list
    │   ├── BatchInputIsPhoto                 one photo instead of a folder or a list
    │   ├── BatchInputEmpty                   no photo in it
    │   ├── BatchBusy(host, pid)              another run works on the same output folder
    │   ├── JournalFailed(detail)             the queue's journal cannot be read or written
    │   └── PhotoFailed(detail)               a photo failed in a way that nobody foresaw
    ├── ClusterError                          workers on other machines
    │   ├── ClusterNotInstalled               the package that talks to them is missing
    │   ├── SchedulerUnreachable(address, detail)
    │   ├── SchedulerLost(address)            the connection ended meanwhile
    │   ├── ClusterFailed(address, detail)    it could not begin what we sent
    │   ├── NoWorkers(address, waited_s)
    │   └── WorkerUnfit(worker, reason)       it would not do what is asked
    ├── DownloadError(url)                    fetching a published file
    │   ├── DownloadUnreachable(detail)       no connection, or no such server
    │   ├── DownloadRefused(status)           the server answers, but not with the file
    │   ├── DownloadStalled(timeout_s)        no byte came for so long
    │   ├── DownloadCutOff(received_bytes, size_bytes)
    │   ├── DownloadSizeDiffers(expected_bytes, found_bytes)
    │   └── DownloadChanged(expected, found)  other bytes than were published
    └── OptionInvalid(option, found, allowed) a setting out of its range

An error carries data; `nledn.messages` has the words. `Cancelled` stands outside: a person asked
for it, so nothing is reported.
"""

from pathlib import Path

# Names that are passed on; isort would give each a statement of its own.
# isort: off
from nledn.errors.batch import (
    BatchBusy as BatchBusy,
    BatchError as BatchError,
    BatchInputEmpty as BatchInputEmpty,
    BatchInputIsPhoto as BatchInputIsPhoto,
    BatchInputNotFound as BatchInputNotFound,
    JournalFailed as JournalFailed,
    PhotoFailed as PhotoFailed,
)
from nledn.errors.cluster import (
    ClusterError as ClusterError,
    ClusterFailed as ClusterFailed,
    ClusterNotInstalled as ClusterNotInstalled,
    NoWorkers as NoWorkers,
    SchedulerLost as SchedulerLost,
    SchedulerUnreachable as SchedulerUnreachable,
    WorkerUnfit as WorkerUnfit,
)
from nledn.errors.device import (
    BackendUnavailable as BackendUnavailable,
    DeviceError as DeviceError,
    DeviceUnavailable as DeviceUnavailable,
    EngineFaulty as EngineFaulty,
    NoNumbers as NoNumbers,
    OutOfMemory as OutOfMemory,
    PrecisionUnavailable as PrecisionUnavailable,
)
from nledn.errors.download import (
    DownloadChanged as DownloadChanged,
    DownloadCutOff as DownloadCutOff,
    DownloadError as DownloadError,
    DownloadRefused as DownloadRefused,
    DownloadSizeDiffers as DownloadSizeDiffers,
    DownloadStalled as DownloadStalled,
    DownloadUnreachable as DownloadUnreachable,
)
from nledn.errors.pairs import (
    DataSetWrong as DataSetWrong,
    NoPairs as NoPairs,
    PairSizesDiffer as PairSizesDiffer,
    PairTooSmall as PairTooSmall,
    PairsError as PairsError,
    PairsFolderNotFound as PairsFolderNotFound,
)
from nledn.errors.photo import (
    NotAPhoto as NotAPhoto,
    PhotoCrashesDecoder as PhotoCrashesDecoder,
    PhotoDamaged as PhotoDamaged,
    PhotoDecoderMissing as PhotoDecoderMissing,
    PhotoError as PhotoError,
    PhotoIsEmpty as PhotoIsEmpty,
    PhotoIsFolder as PhotoIsFolder,
    PhotoIsVideo as PhotoIsVideo,
    PhotoNeedsReader as PhotoNeedsReader,
    PhotoNotFound as PhotoNotFound,
    PhotoNotPermitted as PhotoNotPermitted,
    PhotoTakesMemory as PhotoTakesMemory,
    PhotoTakesTooLong as PhotoTakesTooLong,
    PhotoTooLarge as PhotoTooLarge,
    PhotoUnsupported as PhotoUnsupported,
)
from nledn.errors.root import DerainError as DerainError
from nledn.errors.writing import (
    OutputDiskFull as OutputDiskFull,
    OutputExists as OutputExists,
    OutputFailed as OutputFailed,
    OutputFolderMissing as OutputFolderMissing,
    OutputFormatUnknown as OutputFormatUnknown,
    OutputNameTooLong as OutputNameTooLong,
    OutputNotPermitted as OutputNotPermitted,
    OutputTooLarge as OutputTooLarge,
    WouldReplaceSource as WouldReplaceSource,
    WriteError as WriteError,
)
# isort: on


class CheckpointError(DerainError):
    """A file of weights cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path


class CheckpointNotFound(CheckpointError):
    """There is no file of that name."""


class CheckpointNotPermitted(CheckpointError):
    """The operating system does not let us read it."""


class NotACheckpoint(CheckpointError):
    """Neither safetensors nor a PyTorch file: a folder, an empty file, anything else."""


class CheckpointTooLarge(CheckpointError):
    """More bytes than this network's weights can take; refused before it is read."""

    def __init__(self, path: Path, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(path)
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class CheckpointUnsafe(CheckpointError):
    """A pickle that asks for more than tensors: opening it would run its code."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail


class CheckpointDamaged(CheckpointError):
    """A known format, but truncated or corrupt."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail


class CheckpointMismatch(CheckpointError):
    """Weights of another network: names or shapes differ from NLEDN's."""

    def __init__(
        self,
        path: Path,
        missing: tuple[str, ...],
        unexpected: tuple[str, ...],
        misshapen: tuple[str, ...],
    ) -> None:
        super().__init__(path)
        self.missing = missing
        self.unexpected = unexpected
        self.misshapen = misshapen


class CheckpointNotFinite(CheckpointError):
    """NaN or infinity among the weights."""

    def __init__(self, path: Path, tensor: str) -> None:
        super().__init__(path)
        self.tensor = tensor


class CheckpointChanged(CheckpointError):
    """The file is not the one its card names."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        super().__init__(path)
        self.expected = expected
        self.found = found


class CardInvalid(CheckpointError):
    """A card (`<id>.toml`) that cannot be read; `path` is the card's."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail


class UnknownCheckpoint(DerainError):
    """No checkpoint of that id is shipped or imported."""

    def __init__(self, id: str, known: tuple[str, ...]) -> None:
        self.id = id
        self.known = known


class CheckpointIdTaken(DerainError):
    """Another checkpoint has that id already."""

    def __init__(self, id: str) -> None:
        self.id = id


class CheckpointShipped(DerainError):
    """A checkpoint that came with the program cannot be removed."""

    def __init__(self, id: str) -> None:
        self.id = id


class OptionInvalid(DerainError):
    """A setting outside its range."""

    def __init__(self, option: str, found: str, allowed: str) -> None:
        self.option = option
        self.found = found
        self.allowed = allowed


class Cancelled(Exception):
    """The work was cancelled between two tiles; what was done is kept where it was put."""
