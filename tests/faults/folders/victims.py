"""Common parts of attacks: photos, private files, and the doors of the program."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from nledn.batch import BatchSettings, Ending, Queue, Row, preview, report_of
from nledn.errors import DerainError
from tests.batch.batches import OPTIONS, batch, make_photo, make_photos, request

PRECIOUS = b"a unique line\n"


class Victim:
    """A folder with photos, a batch of them, and a private file and photo outside.

    Attributes:
        wet: folder of the photos, 1.png and 2.png.
        dry: folder of the results.
        file: that no batch may change.
        photo: that no batch may show, or change.
    """

    def __init__(self, folder: Path, *, is_done: bool = True) -> None:
        self.wet, self.dry = folder / "wet", folder / "dry"
        make_photos(self.wet, ["1.png", "2.png"])
        self.file = folder / "private" / "diary.txt"
        self.photo = make_photo(folder / "private" / "photo.png", seed=99)
        self.file.write_bytes(PRECIOUS)
        self._photo = self.photo.read_bytes()
        if is_done:
            batch(self.wet, self.dry)

    @property
    def journal(self) -> Path:
        return self.dry / ".afterrain" / "queue.sqlite"

    def journal_folder(self) -> Path:
        self.journal.parent.mkdir(parents=True, exist_ok=True)
        return self.journal.parent

    def execute(self, *statements: str, values: tuple[object, ...] = ()) -> None:
        """Change the journal as another user would."""
        with closing(sqlite3.connect(self.journal)) as database:
            for statement in statements:
                database.execute(statement, values if "?" in statement else ())
            database.commit()

    def tried(self, *, strength: float = 0.5, conflict: str = "skip") -> list[str]:
        """Preview, run and report; the sentences of what was refused."""
        settings = BatchSettings(options=replace(OPTIONS, strength=strength), conflict=conflict)
        asked = request(self.wet, self.dry, settings)
        said: list[str] = []

        def report() -> None:
            with Queue.opened(asked, plan=False) as queue:
                rows = report_of(queue).rows
                assert {row.file.parent for row in rows} <= {self.wet}, rows
                assert not [row for row in rows if "photo" in str(row.output)], rows

        doors: tuple[Callable[[], object], ...] = (
            lambda: preview(asked),
            report,
            lambda: batch(self.wet, self.dry, options=settings.options, conflict=conflict),
            report,
        )
        for door in doors:
            try:
                door()
            except DerainError as error:
                said.append(str(error))
        self.is_safe()
        return said

    def is_safe(self) -> None:
        assert self.file.read_bytes() == PRECIOUS
        assert self.photo.read_bytes() == self._photo
        inside = {path.name for path in self.file.parent.iterdir()}
        assert inside == {self.file.name, self.photo.name}, inside

    def run(self, **changes: object) -> tuple[Ending, list[Row]]:
        return batch(self.wet, self.dry, **changes)


@contextmanager
def refused() -> Iterator[None]:
    """A refusal in words is as good as a result."""
    with suppress(DerainError):
        yield
