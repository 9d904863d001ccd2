"""Chromium without a window, moved through chromedriver's own HTTP interface (W3C WebDriver)."""

import base64
import io
import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from nledn.pixels import Bytes

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--force-device-scale-factor=1",
)  # fmt: skip


def is_there() -> bool:
    """Return whether Debian's chromium and chromium-driver are installed."""
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


class Browser:
    """One session.

    Args:
        address: of the session at the driver.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression."""
        return self._post("execute/sync", {"script": f"return {script}", "args": []})

    def open(self, path: Path) -> None:
        self._post("url", {"url": path.as_uri()})

    def box(self, selector: str) -> list[int]:
        """Left, top, width and height of an element, px."""
        box = f"document.querySelector('{selector}').getBoundingClientRect()"
        sides = self.run(f"(box => [box.left, box.top, box.width, box.height])({box})")
        return [round(side) for side in sides]

    def drag(self, selector: str, dx: int) -> None:
        """Press on the middle of an element, move in two steps, and let go."""
        left, top, width, height = self.box(selector)
        x, y = left + width // 2, top + height // 2
        move = {"type": "pointerMove", "duration": 0, "origin": "viewport", "y": y}
        actions = [
            {**move, "x": x},
            {"type": "pointerDown", "button": 0},
            {**move, "x": x + dx // 2},
            {**move, "x": x + dx},
            {"type": "pointerUp", "button": 0},
        ]
        pointer = {"type": "pointer", "id": "mouse", "actions": actions}
        self._post("actions", {"actions": [pointer]})

    def click(self, selector: str) -> None:
        """Click the middle of an element."""
        self.drag(selector, 0)

    def swipe(self, start: tuple[int, int], by: tuple[int, int]) -> None:
        """Put a finger down, move it in ten steps, and lift it."""
        (x, y), (dx, dy) = start, by
        move = {"type": "pointerMove", "duration": 20, "origin": "viewport"}
        steps = [{**move, "x": x + dx * n // 10, "y": y + dy * n // 10} for n in range(11)]
        down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        touch = {"type": "pointer", "id": "finger", "parameters": {"pointerType": "touch"}}
        actions = [steps[0], down, *steps[1:], up]
        self._post("actions", {"actions": [{**touch, "actions": actions}]})

    def resize(self, width: int, height: int = 900) -> None:
        """Show the page as a screen of that size does."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        command = {"cmd": "Emulation.setDeviceMetricsOverride", "params": size}
        self._post("goog/cdp/execute", command)

    def press(self, *keys: str) -> None:
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._post("actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def screenshot(self) -> Bytes:
        with urllib.request.urlopen(f"{self._address}/screenshot", timeout=60) as answer:
            png = base64.b64decode(json.load(answer)["value"])
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))

    def _post(self, command: str, content: dict[str, Any]) -> Any:
        return _post(f"{self._address}/{command}", content)


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A session that ends, with its driver, when the block does."""
    with subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as driver:
        try:
            assert driver.stdout is not None
            port = next(
                found[1]
                for line in driver.stdout
                if (found := re.search(r"started successfully on port (\d+)", line))
            )
            yield from _sessions(f"http://127.0.0.1:{port}", profile)
        finally:
            driver.terminate()


def _sessions(driver: str, profile: Path) -> Iterator[Browser]:
    arguments = [*FLAGS, f"--user-data-dir={profile}", "--window-size=1000,900"]
    options = {"goog:chromeOptions": {"args": arguments}}
    made = _post(f"{driver}/session", {"capabilities": {"alwaysMatch": options}})
    address = f"{driver}/session/{made['sessionId']}"
    yield Browser(address)
    urllib.request.urlopen(urllib.request.Request(address, method="DELETE"), timeout=60).close()


def _post(address: str, content: dict[str, Any]) -> Any:
    request = urllib.request.Request(address, json.dumps(content).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["value"]
