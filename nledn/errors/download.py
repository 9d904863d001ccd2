"""What can go wrong while a published file is fetched."""

from nledn.errors.root import DerainError


class DownloadError(DerainError):
    """A published file cannot be fetched."""

    def __init__(self, url: str) -> None:
        self.url = url


class DownloadUnreachable(DownloadError):
    """No network, no such server, or it takes no connection."""

    def __init__(self, url: str, detail: str) -> None:
        super().__init__(url)
        self.detail = detail


class DownloadRefused(DownloadError):
    """The server answers with an HTTP status that brings no file: 404, 403, 500."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(url)
        self.status = status


class DownloadStalled(DownloadError):
    """The connection stands, but no byte came; what came before is kept for the next try."""

    def __init__(self, url: str, timeout_s: float) -> None:
        super().__init__(url)
        self.timeout_s = timeout_s


class DownloadCutOff(DownloadError):
    """The connection ended early, again and again; what came is kept for the next try."""

    def __init__(self, url: str, received_bytes: int, size_bytes: int) -> None:
        super().__init__(url)
        self.received_bytes = received_bytes
        self.size_bytes = size_bytes


class DownloadSizeDiffers(DownloadError):
    """The server has a file of another size than the published one; nothing is kept."""

    def __init__(self, url: str, expected_bytes: int, found_bytes: int) -> None:
        super().__init__(url)
        self.expected_bytes = expected_bytes
        self.found_bytes = found_bytes


class DownloadChanged(DownloadError):
    """Right in size, other in content (by sha256); nothing is kept."""

    def __init__(self, url: str, expected: str, found: str) -> None:
        super().__init__(url)
        self.expected = expected
        self.found = found
