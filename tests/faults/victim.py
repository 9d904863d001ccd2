"""A program to be killed: `python -m tests.faults.victim KIND FOLDER`.

KIND is derain, batch or save (of the window). The photos in FOLDER/wet are derained into FOLDER/dry
at full and at half strength in turn, each time over what is there. The first victim of a kind
keeps both results in FOLDER/expected. After the first results it says "ready": from then on it may
be killed at any moment.
"""

import shutil
import sys
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tests.batch.batches import batch_config, engine

STRENGTHS = (1.0, 0.5)
ROUNDS = 1000  # some minutes: far longer than any killer waits, but not for ever

Round = Callable[[float], None]


def deraining(folder: Path) -> Round:
    """`nledn derain` of all photos."""
    photos = [str(path) for path in sorted((folder / "wet").iterdir())]
    arguments = ["derain", *photos, "-o", str(folder / "dry"), "--overwrite", "--precision", "fp32"]
    return lambda strength: nledn(folder, strength, arguments)


def batching(folder: Path) -> Round:
    """`nledn batch` of the folder."""
    arguments = ["batch", str(folder / "wet"), str(folder / "dry"), "--on-conflict", "overwrite"]
    config = ["--config", str(batch_config(folder / "batch.toml"))]
    return lambda strength: nledn(folder, strength, [*arguments, *config])


def nledn(folder: Path, strength: float, arguments: list[str]) -> None:
    from nledn.cli.main import program

    arguments = [*arguments, "--weights", str(folder / "ten.safetensors")]
    code = program()(args=[*arguments, "--strength", str(strength)], standalone_mode=False)
    assert not code, code


def saving(folder: Path) -> Round:
    """Open, derain and save in the window."""
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow
    from app.photo.document import Document
    from app.photo.state import PhotoState
    from app.shell.engines import Engines
    from app.shell.settings import Preferences, store
    from app.tasks import Tasks
    from nledn.photo import WriteSettings

    QApplication.instance() or QApplication(sys.argv[:1])
    tasks = Tasks()
    document = Document(Preferences(store()).settings.options)
    window = MainWindow(document, Engines(engine), tasks, Preferences(store()))
    window.show()
    controller, saving = window.controller, window.controller.saving
    controller.look_for_recovery()

    def save(path: Path, strength: float) -> None:
        waiting(document.photo_opened, lambda: controller.read(path))
        document.set_strength(strength)
        controller.derain()
        while document.status.state is not PhotoState.DONE:
            waiting(document.status_changed)
        target = folder / "dry" / f"{path.stem}_derained{path.suffix}"
        written = WriteSettings(overwrite=True)
        latest = document.latest
        assert latest is not None
        waiting(saving.saved, lambda: saving.write(latest, target, written))

    def save_all(strength: float) -> None:
        for path in sorted((folder / "wet").iterdir()):
            save(path, strength)

    return save_all


def waiting(signal: Any, act: Callable[[], None] = lambda: None) -> None:
    """Act, then run Qt until the signal comes."""
    from PySide6.QtCore import QEventLoop

    loop = QEventLoop()
    signal.connect(loop.quit)
    act()
    loop.exec()
    signal.disconnect(loop.quit)


KINDS: dict[str, Callable[[Path], Round]] = {
    "derain": deraining,
    "batch": batching,
    "save": saving,
}


def main(kind: str, folder: Path) -> None:
    (folder / "dry").mkdir(exist_ok=True)
    ready = sys.stdout
    sys.stdout = sys.stderr  # results are printed; only one line is for the killer
    act = KINDS[kind](folder)
    is_first = not (folder / "expected").exists()
    for strength in STRENGTHS if is_first else STRENGTHS[:1]:
        act(strength)
        if is_first:
            kept = folder / "expected" / str(strength)
            shutil.copytree(folder / "dry", kept, ignore=shutil.ignore_patterns(".*"))
    print("ready", file=ready, flush=True)
    for strength in islice(cycle(STRENGTHS), ROUNDS):
        act(strength)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
