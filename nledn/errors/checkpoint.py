"""Errors of a model: its file of weights, its card, its id, or its download."""

from pathlib import Path

from nledn.errors.root import DerainError


class CheckpointError(DerainError):
    """A file of weights cannot be used."""

    path: Path


class CheckpointNotFound(CheckpointError):
    """The file is missing."""

    sentence = "File not found: {path}."
    remedy = "Check the name, and that its disk is connected."


class CheckpointNotPermitted(CheckpointError):
    """The operating system does not allow reading it."""

    sentence = "Permission denied: {path}."
    remedy = "Check its permissions."


class NotACheckpoint(CheckpointError):
    """Neither safetensors nor a PyTorch file: a folder, an empty file, anything else."""

    sentence = "{path} is not a model."
    remedy = "Choose a .safetensors file, or a .pth file of the NLEDN authors."


class CheckpointTooLarge(CheckpointError):
    """More bytes than this network's weights can take; refused before it is read."""

    size_bytes: int
    limit_bytes: int
    sentence = "{path} is too large for an NLEDN model."
    remedy = "Choose another file."


class CheckpointUnsafe(CheckpointError):
    """A pickle that asks for more than tensors; `detail` names what its code would call."""

    detail: str
    sentence = "{path} contains code and was not opened."
    remedy = "Ask its author for a .safetensors file."


class CheckpointDamaged(CheckpointError):
    """Truncated or corrupt, or with weights that are no finite numbers."""

    detail: str
    sentence = "{path} is damaged or incomplete."
    remedy = "Get it again from its source."


class CheckpointMismatch(CheckpointError):
    """Weights of another network: names or shapes differ from NLEDN's."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    misshapen: tuple[str, ...]
    sentence = "{path} is a model of another network ({difference})."
    remedy = "Choose an NLEDN model."

    @property
    def difference(self) -> str:
        """The number of weights that differ, and the first of them."""
        names = (*self.missing, *self.unexpected, *self.misshapen)
        return f"{len(names)} weights differ, first {next(iter(names), 'none')}"


class CheckpointChanged(CheckpointError):
    """The file is not the one its card names; `expected` and `found` are sha256."""

    expected: str
    found: str
    sentence = "{path} has changed since it was added."
    remedy = "Get it again from its source, then add it again."


class CardInvalid(CheckpointError):
    """A card (`<id>.toml`) that cannot be read; `path` is the card's."""

    detail: str
    sentence = "The model card {path} cannot be read ({detail})."
    remedy = "Remove the model and add it again."


class UnknownCheckpoint(DerainError):
    """No model of that id is shipped or imported."""

    id: str
    known: tuple[str, ...]
    sentence = "There is no model named {id}."
    remedy = "Use one of these, or the path of a file: {known}."
    window_remedy = "Choose another model."


class CheckpointIdTaken(DerainError):
    """Another model has that id."""

    id: str
    sentence = "A model named {id} already exists."
    remedy = "Choose another id with --id, or remove that model first."
    window_remedy = "Remove that model first, or rename the file."


class CheckpointShipped(DerainError):
    """A model that came with the program cannot be removed."""

    id: str
    sentence = "The model {id} came with AfterRain and cannot be removed."
    remedy = "Choose a model that you added."


class DownloadError(DerainError):
    """A published file cannot be downloaded."""

    url: str


class DownloadUnreachable(DownloadError):
    """No network, no such server, or no connection to it."""

    detail: str
    sentence = "{url} cannot be reached ({detail})."
    remedy = "Check the network connection, then try again."


class DownloadRefused(DownloadError):
    """The server answers with an HTTP status that brings no file: 404, 403, 500."""

    status: int
    sentence = "The server refused {url} (HTTP status {status})."
    remedy = "Try again later, or add the file with nledn weights add."
    window_remedy = "Try again later, or import the file if you have it."


class DownloadCutOff(DownloadError):
    """The connection ended early or stalled, again and again."""

    received_bytes: int
    size_bytes: int
    sentence = "The download of {url} stopped at {received_bytes} of {size_bytes} bytes."
    remedy = "Try again later."


class DownloadChanged(DownloadError):
    """Another size or other content (by sha256) than published; nothing is kept."""

    expected: str
    found: str
    sentence = "{url} is not the published file."
    remedy = "Try again, or from another network."
