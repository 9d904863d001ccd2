"""From an error to words: what happened, where, and what to do about it.

One table for the command line, the batch journal and the window (which translates the templates).
Each template is filled with the error's own fields; `{path}` is shown as the person typed it.
"""

import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nledn import errors
from nledn.errors import DerainError


@dataclass(frozen=True)
class Template:
    """Words with gaps.

    Attributes:
        what: one sentence: what happened, and where.
        remedy: one sentence: what to do.
    """

    what: str
    remedy: str


@dataclass(frozen=True)
class Message:
    """Words for a person, the gaps filled."""

    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


TEMPLATES: Mapping[type[DerainError], Template] = {
    errors.PhotoNotFound: Template(
        "There is no file {path}.", "Check the name, or that its disk is connected."
    ),
    errors.PhotoIsFolder: Template(
        "{path} is a folder, not a photo.", "Name the photos in it, one by one."
    ),
    errors.PhotoIsEmpty: Template(
        "{path} is empty (0 bytes).", "Copy it again from the camera or the backup."
    ),
    errors.PhotoNotPermitted: Template(
        "The system does not let us read {path}.", "Give yourself permission to read it."
    ),
    errors.NotAPhoto: Template(
        "{path} is not a photo in a format that we know.",
        "Save it as JPEG, PNG, TIFF, WebP or BMP and try again.",
    ),
    errors.PhotoIsVideo: Template(
        "{path} is a video, and only photos can be derained.",
        "Make photos of its frames with ffmpeg -i {quoted} frames/%06d.png (the folder frames has "
        "to be there), then derain that folder.",
    ),
    errors.PhotoDamaged: Template(
        "{path} is damaged or was cut off ({detail}).",
        "Copy it again from the camera or the backup.",
    ),
    errors.PhotoTooLarge: Template(
        "{path} has {megapixels} megapixels; the limit is {limit}.",
        "Raise the limit with --max-megapixels if you trust the file and have the memory.",
    ),
    errors.PhotoNeedsReader: Template(
        "{path} is {kind}, which the optional package {package} reads.",
        "Install {package} (pip install {package}), or save the photo as TIFF or JPEG.",
    ),
    errors.PhotoUnsupported: Template(
        "{path} holds pixels of a rare kind ({detail}).",
        "Save it with 8 or 16 bits a channel, in grey or RGB.",
    ),
    errors.PhotoTakesMemory: Template(
        "{path} takes more memory to be decoded than there is, or than a photo of its size may.",
        "Close other programs. If that is not it, the file is damaged: copy it again.",
    ),
    errors.PhotoTakesTooLong: Template(
        "{path} could not be decoded within {limit_s} seconds.",
        "The file is most likely damaged, or its disk does not answer: copy it again.",
    ),
    errors.PhotoCrashesDecoder: Template(
        "The decoder crashed at {path} ({detail}); nothing else was harmed.",
        "The file is most likely damaged: copy it again, or save it anew with another program.",
    ),
    errors.PhotoDecoderMissing: Template(
        "{path} was not opened: the process that decodes photos does not start ({detail}).",
        "Close other programs and try again; if it stays so, install AfterRain anew.",
    ),
    errors.WouldReplaceSource: Template(
        "{path} is the source photo itself ({source}), and a source is never replaced.",
        "Choose another name or folder.",
    ),
    errors.OutputExists: Template(
        "{path} is there already.",
        "Choose another name, or add --overwrite to replace a result of an earlier run.",
    ),
    errors.OutputNotPermitted: Template(
        "The system does not let us write {path}.", "Choose a folder that you may write to."
    ),
    errors.OutputFolderMissing: Template(
        "The folder of {path} is not there.", "Make it first, or choose another."
    ),
    errors.OutputNameTooLong: Template(
        "The name of {path} is longer than its disk allows.", "Choose a shorter one."
    ),
    errors.OutputFormatUnknown: Template(
        "{path} ends in {suffix}, which we cannot write.",
        "Use .jpg, .png, .tif, .webp or .bmp.",
    ),
    errors.OutputTooLarge: Template(
        "{path} cannot hold this photo: {detail}.", "Use .png or .tif instead."
    ),
    errors.OutputDiskFull: Template(
        "The disk is full; {path} was not written, and nothing half-written is left.",
        "Make room or choose another disk, then run the same again.",
    ),
    errors.OutputFailed: Template(
        "{path} could not be written ({detail}).", "Choose another folder."
    ),
    errors.CheckpointNotFound: Template(
        "There is no file {path}.", "Check the name, or that its disk is connected."
    ),
    errors.CheckpointNotPermitted: Template(
        "The system does not let us read {path}.", "Give yourself permission to read it."
    ),
    errors.CheckpointTooLarge: Template(
        "{path} is too large for a checkpoint ({size_bytes} bytes; the limit is {limit_bytes}).",
        "Only NLEDN checkpoints can be used.",
    ),
    errors.NotACheckpoint: Template(
        "{path} is not a checkpoint.",
        "Give a .safetensors file of ours or a .pth file in the layout of the paper's authors.",
    ),
    errors.CheckpointUnsafe: Template(
        "{path} holds more than weights and could run code when opened ({detail}).",
        "It was not opened. Ask its maker for a .safetensors file.",
    ),
    errors.CheckpointDamaged: Template(
        "{path} is damaged or was cut off ({detail}).", "Get it again from where it came from."
    ),
    errors.CheckpointMismatch: Template(
        "{path} holds the weights of another network ({difference}).",
        "Only NLEDN checkpoints can be used.",
    ),
    errors.CheckpointNotFinite: Template(
        "{path} holds numbers that are not finite (in {tensor}).",
        "Its training failed, or the file is damaged; get another.",
    ),
    errors.CheckpointChanged: Template(
        "{path} has changed since it was added (sha256 {found}, expected {expected}).",
        "Get it again from where it came from, and add it anew.",
    ),
    errors.CardInvalid: Template(
        "The card {path} cannot be read ({detail}).", "Remove the checkpoint and add it again."
    ),
    errors.UnknownCheckpoint: Template(
        "There is no checkpoint {id}.", "Known: {known}. For a file, give its path."
    ),
    errors.CheckpointIdTaken: Template(
        "There is a checkpoint {id} already.", "Choose another with --id, or remove that one."
    ),
    errors.CheckpointShipped: Template(
        "The checkpoint {id} came with the program and cannot be removed.",
        "Only those that you added can be.",
    ),
    errors.DeviceUnavailable: Template(
        "The device {device} cannot be used: {reason}.", "Use --device auto or --device cpu."
    ),
    errors.BackendUnavailable: Template(
        "The backend {backend} cannot be used: {reason}.", "Use --backend auto."
    ),
    errors.EngineFaulty: Template(
        "OpenVINO, the engine of this edition, does not work on this processor: {problem}.",
        "Install the edition of AfterRain with PyTorch.",
    ),
    errors.PrecisionUnavailable: Template(
        "The precision {precision} cannot be used: {reason}.", "Use --precision auto."
    ),
    errors.OutOfMemory: Template(
        "There is too little memory on {device}, even for tiles of {tile_px} px.",
        "Close other programs, choose --tile 128, or use --device cpu.",
    ),
    errors.NoNumbers: Template(
        "Computing with {checkpoint} on {device} gave results that are no numbers.",
        "Choose another checkpoint.",
    ),
    errors.PairsFolderNotFound: Template(
        "There is no folder {path}, or it cannot be listed.", "Check its name."
    ),
    errors.NoPairs: Template(
        "{path} holds no pairs of rainy and clean photos (found: {found}).",
        "Known layouts: {layouts}.",
    ),
    errors.DataSetWrong: Template(
        "{path} is not the whole of {title}. Expected: {expected}. Found: {found}.",
        "Download what is missing; the set is published at {url}.",
    ),
    errors.PairTooSmall: Template(
        "{path} is too small to be compared ({size}).",
        "SSIM needs {limit_px} pixels a side at least.",
    ),
    errors.PairSizesDiffer: Template(
        "{path}: the rainy photo is {rainy_size}, the clean one {clean_size}.",
        "Both must be the same picture at the same size.",
    ),
    errors.BatchInputNotFound: Template(
        "There is no folder or list of photos {path}, or it cannot be read.", "Check its name."
    ),
    errors.BatchInputIsPhoto: Template(
        "{path} is one photo, not a folder or a list of photos.", "Use nledn derain for it."
    ),
    errors.BatchInputEmpty: Template(
        "There is no photo in {path}.",
        "Add --recursive if they lie in its subfolders, or check --pattern.",
    ),
    errors.BatchBusy: Template(
        "Another run works on {path} already (process {pid} on {host}).",
        "Wait for it or stop it; one that died without a word is taken over after a minute.",
    ),
    errors.JournalFailed: Template(
        "The journal of the batch, {path}, cannot be used ({detail}).",
        "Check its disk and run the same again; if it is damaged, delete it.",
    ),
    errors.PhotoFailed: Template(
        "{path} failed in a way that nobody foresaw ({detail}).",
        "Run it alone with --verbose and report what is said.",
    ),
    errors.ClusterNotInstalled: Template(
        "The package that talks to clusters, distributed, is not installed.",
        "Install it (pip install '.[cluster]' where AfterRain's sources are).",
    ),
    errors.SchedulerUnreachable: Template(
        "There is no scheduler at {address} that answers us ({detail}).",
        "Check the address, that dask scheduler runs there, and the TLS files.",
    ),
    errors.SchedulerLost: Template(
        "The connection to the scheduler at {address} was lost.",
        "Once it runs again, the same command goes on.",
    ),
    errors.ClusterFailed: Template(
        "The cluster at {address} cannot do what we ask ({detail}).",
        "Install the same version of AfterRain, with its extra cluster, on all of its machines.",
    ),
    errors.NoWorkers: Template(
        "The scheduler at {address} has had no worker for {waited_s} seconds.",
        "Start some (dask worker {address}), then run the same command again.",
    ),
    errors.WorkerUnfit: Template(
        "The worker {worker} cannot take part ({reason}).",
        "Mend or stop that worker, then run the same command again.",
    ),
    errors.DownloadUnreachable: Template(
        "{url} cannot be reached ({detail}).", "Check the connection, then try again."
    ),
    errors.DownloadRefused: Template(
        "The server does not give {url} (HTTP status {status}).",
        "Try again later. If you have the file, import it with nledn weights add FILE.",
    ),
    errors.DownloadStalled: Template(
        "No byte of {url} came for {timeout_s} seconds.",
        "Try again; what came already is kept.",
    ),
    errors.DownloadCutOff: Template(
        "The connection ended after {received_bytes} of {size_bytes} bytes of {url}.",
        "Try again; what came already is kept.",
    ),
    errors.DownloadSizeDiffers: Template(
        "{url} has another size than was published ({found_bytes} bytes, not {expected_bytes}).",
        "Nothing was kept. Something on the way may have put a page in its place; try elsewhere.",
    ),
    errors.DownloadChanged: Template(
        "{url} brought other bytes than were published (sha256 {found}, expected {expected}).",
        "Nothing was kept. Try again, or from another network.",
    ),
    errors.OptionInvalid: Template("{found} is not a value for --{option}.", "It takes {allowed}."),
}

NOTES: Mapping[str, str] = {
    "frames": "Only the first of its {count} frames or pages is taken.",
    "mpo": "It holds several pictures (MPO): the main one is taken, the rest is dropped.",
    "gain-map": "Its gain map for HDR screens does not fit the result and is dropped.",
    "extended-xmp": "The part of its XMP beyond 64 kB is dropped.",
    "iptc": "Its old IPTC block is dropped; what XMP repeats of it stays.",
    "palette": "Its palette became RGB.",
    "bilevel": "Pure black and white became 8-bit grey.",
    "cmyk": "CMYK became sRGB.",
    "raw": "Developed from RAW with the camera's white balance, to 16-bit sRGB.",
    "extra-channels": "Channels beyond colour and alpha are dropped.",
    "colour-untagged": "Its colour space is not told by an ICC profile, and is not taken along.",
    "bad-icc": "Its colour profile is damaged and dropped.",
    "bad-exif": "Its EXIF is damaged and dropped.",
    "bad-xmp": "Its XMP is damaged and dropped.",
}
"""What `nledn.photo.Note` says in a word, as a sentence."""

# Embeddings, overrides and isolates of Unicode's bidirectional algorithm; the marks that Arabic and
# Hebrew names do hold are none of them.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_COMPUTED = ("=", "+", "-", "@")

FETCH_TERMS = (
    "The authors of the paper published these weights at github.com/AlexHex7/NLEDN and stated no "
    "licence. AfterRain may not pass them on; it can only get them for you from there. Without a "
    "licence nobody has promised that you may use them for more than trying them yourself: for "
    "anything else, ask the authors."
)
"""What a person should know before the authors' weights are fetched."""

NO_LICENCES = (
    "AfterRain is free software under the MIT licence. The packages that it uses are installed "
    "beside it, each with a licence of its own. A bundle carries them itself, and lists them here."
)
"""What stands for the list of licences where there is no bundle."""


def explain_note(note: str) -> str:
    """The sentence for one of `Photo.notes`."""
    word, _, count = note.partition(":")
    return NOTES[word].format(count=count)


def explain(error: DerainError) -> Message:
    """The words for an error."""
    template = TEMPLATES[type(error)]
    fields = words_of(error)
    return Message(template.what.format(**fields), template.remedy.format(**fields))


def words_of(error: DerainError) -> dict[str, str]:
    """The error's fields, each as it reads in a sentence."""
    fields = {name: _word(value) for name, value in vars(error).items()}
    if isinstance(error, errors.CheckpointMismatch):
        fields["difference"] = _difference(error)
    if isinstance(error, errors.PhotoIsVideo):
        fields["quoted"] = _word(error.quoted)
    return fields


def printable(text: str | Path) -> str:
    r"""A name as any terminal and file can show it.

    Bytes that are no UTF-8 become `\xNN`; so do control characters, since a name may hold line ends
    and commands to a terminal, and what would turn the direction of the text around it.
    """
    try:
        raw = os.fsencode(text)
    except UnicodeEncodeError:  # half a letter of UTF-16, as JSON may hold
        raw = os.fspath(text).encode("utf-8", "backslashreplace")
    readable = raw.decode("utf-8", "backslashreplace")
    return "".join(letter if _is_shown(letter) else _escaped(letter) for letter in readable)


def in_cell(value: object) -> object:
    """A value for a cell of a CSV table: programs that show tables compute what begins like `=…`.

    What begins so is the name of a file, and `./` in front of it changes nothing.
    """
    return f"./{value}" if isinstance(value, str) and value.startswith(_COMPUTED) else value


def _is_shown(letter: str) -> bool:
    return letter not in _DIRECTIONS and unicodedata.category(letter) not in ("Cc", "Zl", "Zp")


def _escaped(letter: str) -> str:
    number = ord(letter)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def _word(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    if isinstance(value, tuple):
        if len(value) == 2 and all(isinstance(side, int) for side in value):
            return f"{value[0]}×{value[1]}"
        return ", ".join(str(item) for item in value) or "none"
    return printable(value) if isinstance(value, str | Path) else str(value)


def _difference(error: errors.CheckpointMismatch) -> str:
    kinds = {
        "missing": error.missing,
        "unknown": error.unexpected,
        "of another shape": error.misshapen,
    }
    return "; ".join(
        f"{len(names)} tensors {kind}, first {names[0]}" for kind, names in kinds.items() if names
    )
