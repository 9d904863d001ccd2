"""Notices network use from Python, by the interpreter's own audit events."""

import socket
import sys
from collections.abc import Callable
from typing import Any

TALKING = {"socket.bind", "socket.connect", "socket.sendmsg", "socket.sendto"}
LOOKING_UP = {
    "socket.getaddrinfo",
    "socket.gethostbyaddr",
    "socket.gethostbyname",
    "socket.getnameinfo",
}
LOCAL = {
    getattr(socket, name)
    for name in ("AF_UNIX", "AF_NETLINK")  # the second asks the kernel
    if hasattr(socket, name)
}


def hear(report: Callable[[str], object]) -> None:
    """From now on report every connection and every name that is looked up, from any thread.

    An audit hook cannot be taken out again: this needs a separate process.
    """

    def heard(event: str, args: tuple[Any, ...]) -> None:
        is_remote = event in TALKING and args[0].family not in LOCAL
        if is_remote or event in LOOKING_UP:
            report(f"{event} {args[1:] if is_remote else args}")

    sys.addaudithook(heard)
