"""A decoder process under attack: it tries to get out, and reports the results."""

import json
import os
import resource
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nledn.decoder import server
from nledn.errors import PhotoDamaged


def decode(path: Path, **_options: Any) -> Any:
    done = [name for name, way in ways_out(path).items() if is_open(way)]
    told = {
        "done": done,
        "no_new_privileges": "NoNewPrivs:\t1" in Path("/proc/self/status").read_text("ascii"),
        "blocks_untrusted": os.environ.get("VIPS_BLOCK_UNTRUSTED"),
        "threads": len([*Path("/proc/self/task").iterdir()]),
        "hard": {
            name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1]
            for name in ("CORE", "FSIZE", "NOFILE", "CPU", "DATA")
        },
    }
    raise PhotoDamaged(path, json.dumps(told))


def ways_out(path: Path) -> dict[str, Callable[[], object]]:
    """All of them, by name; what each leaves is looked for by the test too."""
    there, new = path.with_name("victim.txt"), path.with_name("new")
    port = int(path.with_name("port").read_text("ascii"))
    return {
        "write": lambda: there.write_bytes(b"overwritten"),
        "append": lambda: there.open("ab"),
        "truncate": lambda: os.truncate(there, 0),
        "create": new.touch,
        "remove": path.with_name("removable.txt").unlink,
        "rename": lambda: there.rename(new),
        "link": lambda: os.link(there, new),
        "symlink": lambda: new.symlink_to(there),
        "make a folder": new.mkdir,
        "make a pipe": lambda: os.mkfifo(new),
        "write in another thread": lambda: in_thread(new.touch),
        "write in a child": lambda: in_child(new),
        "temporary folder": lambda: Path("/tmp", f"prisoner-{os.getpid()}").touch(),
        "run a program": lambda: subprocess.run(["/bin/true"], check=True),
        "connect": lambda: socket.create_connection(("127.0.0.1", port), 2),
        "listen": lambda: socket.create_server(("127.0.0.1", 0)),
        "kill the owner": lambda: os.kill(os.getppid(), signal.SIGURG),  # harmless
    }


def is_open(way: Callable[[], object]) -> bool:
    try:
        way()
    except OSError:
        return False
    return True


def in_thread(way: Callable[[], object]) -> None:
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(is_open(way)))
    thread.start()
    thread.join()
    if not found[0]:
        raise PermissionError


def in_child(new: Path) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0 if is_open(new.touch) else 1)
    if os.waitpid(child, 0)[1]:
        raise PermissionError


if __name__ == "__main__":
    server.decode = decode  # type: ignore[attr-defined]  # where it is called
    server.serve()
