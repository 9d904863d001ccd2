"""Errors of downloading a published file."""

from nledn.errors.root import DerainError


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
