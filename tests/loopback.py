"""A server on this machine that behaves as badly as a test asks it to."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Manners:
    """The manners of the server.

    Attributes:
        content: of its only file.
        status: of every answer, if not that of a file.
        cut_after_bytes: by request: how much of each answer is sent before the connection ends.
        says_length: whether it tells how much will come.
        stall_after_bytes: how much is sent before nothing more comes.
        pause_s: before each piece of `piece_bytes`.
        requests: how many came.
    """

    content: bytes
    status: int = 200
    cut_after_bytes: list[int] = field(default_factory=list)
    says_length: bool = True
    stall_after_bytes: int | None = None
    pause_s: float = 0.0
    piece_bytes: int = 65_536
    requests: int = 0
    over: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    manners: Manners

    def do_GET(self) -> None:
        manners, body = self.manners, self.manners.content
        manners.requests += 1
        if manners.status != 200:
            self.send_error(manners.status)
            return
        self.send_response(200)
        if manners.says_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if manners.cut_after_bytes:
            body = body[: manners.cut_after_bytes.pop(0)]
        for at in range(0, len(body), manners.piece_bytes):
            if manners.stall_after_bytes is not None and at >= manners.stall_after_bytes:
                manners.over.wait(30)
                return
            time.sleep(manners.pause_s)
            try:
                self.wfile.write(body[at : at + manners.piece_bytes])
            except ConnectionError:
                return  # the client has seen enough

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


@contextmanager
def serving(manners: Manners) -> Iterator[str]:
    """The address of a server's only file, for as long as the block lasts."""
    handler = type("Handler", (_Handler,), {"manners": manners})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/net.pth"
    finally:
        manners.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
