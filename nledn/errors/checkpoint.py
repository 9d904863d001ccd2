"""Errors of a model: its file of weights, its card, its id, or its download."""

from pathlib import Path

from nledn.errors.root import DerainError


class CheckpointError(DerainError):
    """A file of weights cannot be used."""

    path: Path


class CheckpointNotFound(CheckpointError):
    """File not found: {path}."""

    remedy = "Check the name, and that its disk is connected."


class CheckpointNotPermitted(CheckpointError):
    """Permission denied: {path}."""

    remedy = "Check its permissions."


class NotACheckpoint(CheckpointError):
    """{path} is not a model."""

    remedy = "Choose a .safetensors file, or a .pth file of the NLEDN authors."


class CheckpointTooLarge(CheckpointError):
    """{path} is too large for an NLEDN model."""

    size_bytes: int
    limit_bytes: int
    remedy = "Choose another file."


class CheckpointUnsafe(CheckpointError):
    """{path} contains code and was not opened."""

    detail: str  # names of what its code would call
    remedy = "Ask its author for a .safetensors file."


class CheckpointDamaged(CheckpointError):
    """{path} is damaged or incomplete."""

    detail: str
    remedy = "Get it again from its source."


class CheckpointMismatch(CheckpointError):
    """{path} is a model of another network ({difference})."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    misshapen: tuple[str, ...]
    remedy = "Choose an NLEDN model."

    @property
    def difference(self) -> str:
        """The number of weights that differ, and the first of them."""
        names = (*self.missing, *self.unexpected, *self.misshapen)
        return f"{len(names)} weights differ, first {next(iter(names), 'none')}"


class CheckpointChanged(CheckpointError):
    """{path} has changed since it was added."""

    expected: str  # by sha256, as `found`
    found: str
    remedy = "Get it again from its source, then add it again."


class CardInvalid(CheckpointError):
    """The model card {path} cannot be read ({detail})."""

    detail: str
    remedy = "Remove the model and add it again."


class UnknownCheckpoint(DerainError):
    """There is no model named {id}."""

    id: str
    known: tuple[str, ...]
    remedy = "Use one of these, or the path of a file: {known}."
    window_remedy = "Choose another model."


class CheckpointIdTaken(DerainError):
    """A model named {id} already exists."""

    id: str
    remedy = "Choose another id with --id, or remove that model first."
    window_remedy = "Remove that model first, or rename the file."


class CheckpointShipped(DerainError):
    """The model {id} came with AfterRain and cannot be removed."""

    id: str
    remedy = "Choose a model that you added."


class DownloadError(DerainError):
    """A published file cannot be downloaded."""

    url: str


class DownloadFailed(DownloadError):
    """{url} cannot be downloaded ({detail})."""

    detail: str  # of the connection or the server
    remedy = "Check the network connection, then try again."


class DownloadChanged(DownloadError):
    """{url} is not the published file."""

    expected: str  # a size, or sha256
    found: str
    remedy = "Try again, or from another network."
