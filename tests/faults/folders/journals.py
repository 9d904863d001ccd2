"""Journals by another user: attacks on SQLite, and requests in their rows."""

import itertools
import os
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from nledn.batch import preview
from tests.batch.batches import make_photo, request, results
from tests.faults.folders.victims import Victim, refused

MAGIC = bytes.fromhex("d9d505f920a163d7")
PENDING_PAGE = 262_145


def super_journal(named: Path, pages: int = 1) -> bytes:
    """A rollback journal after whose replay SQLite deletes the file that it names."""
    head = MAGIC + struct.pack(">IIIII", 0, 0, pages, 512, 4096)
    name = os.fsencode(named)
    tail = name + struct.pack(">II", len(name), sum(name)) + MAGIC
    return head.ljust(512, b"\0") + struct.pack(">I", PENDING_PAGE) + tail


def _deletes_a_file(folder: Path) -> None:
    victim = Victim(folder)
    pages = victim.journal.stat().st_size // 4096
    rollback = victim.journal.with_name("queue.sqlite-journal")
    for door in ("preview", "all"):
        rollback.write_bytes(super_journal(victim.file, pages))
        if door == "all":
            assert victim.tried()
        else:
            with refused():
                preview(request(victim.wet, victim.dry))
            victim.is_safe()
            assert rollback.exists(), "a preview writes nothing"


def _fills_the_disk(folder: Path) -> None:
    victim = Victim(folder)
    head = MAGIC + struct.pack(">IIIII", 0, 0, 2**31, 512, 65536)
    victim.journal.with_name("queue.sqlite-journal").write_bytes(head.ljust(512, b"\0"))
    victim.tried()
    assert victim.journal.stat().st_size < 1 << 24


def _has(companion: str, folder: Path) -> None:
    victim = Victim(folder)
    victim.journal.with_name(f"queue.sqlite-{companion}").write_bytes(bytes(4096))
    assert victim.tried()


def _has_a_log(folder: Path) -> None:
    victim = Victim(folder)
    victim.execute("PRAGMA journal_mode = WAL")
    assert victim.tried()


def _schema(*statements: str) -> Callable[[Path], None]:
    """A journal with more than our tables is refused, and never read."""

    def attack(folder: Path) -> None:
        victim = Victim(folder)
        secret = os.fsencode(victim.photo).hex()
        filled = [statement.replace("PRIVATE", f"X'{secret}'") for statement in statements]
        victim.execute(*filled)
        assert len(victim.tried()) == 4
        assert not [name for name in results(victim.dry) if "photo" in name]

    return attack


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT"
AS_PHOTO = ", ".join(
    f"x AS {name}"
    for name in [
        "source",
        "n",
        "base",
        "state",
        "settings",
        "checkpoint_sha256",
        "seen",
        "output",
        "output_seen",
        "present",
        "seconds",
        "device",
        "kind",
        "sentence",
        "figures",
        "scores",
    ]
)
SCHEMAS = {
    "a trigger that plans a private photo": _schema(
        "CREATE TRIGGER t AFTER UPDATE OF state ON photo BEGIN SELECT 1; END",
        "CREATE TRIGGER u AFTER INSERT ON photo WHEN NEW.n = 1 BEGIN INSERT OR REPLACE INTO photo "
        "SELECT PRIVATE, 9, X'photo', 'planned', settings, checkpoint_sha256, NULL, NULL, NULL, "
        "NULL, 0.0, '', '', '', NULL, NULL FROM photo LIMIT 1; END".replace(
            "X'photo'", "X'70686f746f'"
        ),
    ),
    "an endless view": _schema(
        "DROP TABLE photo", f"CREATE VIEW photo AS {ENDLESS} {AS_PHOTO} FROM n"
    ),
    "endless small pictures": _schema(
        "DROP TABLE thumbnail",
        f"CREATE VIEW thumbnail AS {ENDLESS} x AS source, x AS before, x AS after FROM n",
    ),
    "a generated column": _schema("ALTER TABLE photo ADD COLUMN g AS (length(source))"),
    "a table more": _schema("CREATE TABLE other (x)"),
    "an index of an expression": _schema("CREATE INDEX i ON photo (length(source))"),
    "a column without a type": _schema(
        "DROP TABLE thumbnail", "CREATE TABLE thumbnail (source, before, after)"
    ),
    "no table at all, but our version": _schema("DROP TABLE photo", "DROP TABLE thumbnail"),
    "a version below none": _schema("PRAGMA user_version = -1"),
}


def _goes_in_circles(folder: Path) -> None:
    """Every inner page of the table leads to the same leaf."""
    victim = Victim(folder)
    victim.execute(
        "WITH RECURSIVE n(x) AS (SELECT 3 UNION ALL SELECT x + 1 FROM n WHERE x < 3000) "
        "INSERT INTO photo SELECT CAST('/' || x AS BLOB), 0, base, state, settings, "
        "checkpoint_sha256, seen, output, output_seen, present, seconds, device, kind, sentence, "
        "figures, scores FROM n, (SELECT * FROM photo LIMIT 1)"
    )
    data = bytearray(victim.journal.read_bytes())
    for page in range(1, len(data) // 4096):
        start = page * 4096
        if data[start] in (2, 5):  # an inner page
            (count,) = struct.unpack_from(">H", data, start + 3)
            cells = struct.unpack_from(f">{count}H", data, start + 12)
            for cell in cells:
                data[start + cell : start + cell + 4] = data[
                    start + cells[0] : start + cells[0] + 4
                ]
    victim.journal.write_bytes(data)
    victim.tried()


def _row(change: str, *values: object, state: str = "done") -> Callable[[Path], None]:
    """A row that leads elsewhere, or is none, changes nothing there."""

    def attack(folder: Path) -> None:
        victim = Victim(folder)
        victim.execute(f"UPDATE photo SET state = '{state}', {change}", values=values)
        victim.tried(strength=1.0)
        if state == "running":
            victim.tried(strength=1.0, conflict="overwrite")

    return attack


def _shows_a_private_photo(output: bytes) -> Callable[[Path], None]:
    def attack(folder: Path) -> None:
        victim = Victim(folder)
        victim.execute("UPDATE photo SET output = ?", values=(output,))
        victim.tried(strength=1.0)

    return attack


def _behind_a_link(folder: Path) -> None:
    victim = Victim(folder)
    (victim.dry / "sub").symlink_to(victim.photo.parent)
    (victim.dry / "photo.png").symlink_to(victim.photo)
    for output in (b"sub/photo.png", b"photo.png"):
        victim.execute("UPDATE photo SET output = ?", values=(output,))
        victim.tried(strength=1.0)


def _lists_a_private_photo(state: str, folder: Path) -> None:
    victim = Victim(folder)
    victim.execute(
        "INSERT INTO photo SELECT ?, 1, base, ?, settings, checkpoint_sha256, seen, output, "
        "output_seen, present, seconds, device, kind, sentence, figures, scores FROM photo LIMIT 1",
        values=(os.fsencode(victim.photo), state),
    )
    victim.tried(strength=1.0)
    assert len(results(victim.dry)) == 2


def _overwrites_by_base(base: str, folder: Path) -> None:
    """A photo that was begun is done again under its earlier name, and that leads out."""
    victim = Victim(folder)
    outside = make_photo(folder / "private" / "photo_derained.png", seed=5)
    before = outside.read_bytes()
    victim.execute(
        "UPDATE photo SET state = 'running', present = '[]', base = ? WHERE n = 1",
        values=(os.fsencode(base.replace("PRIVATE", str(outside.parent))),),
    )
    for conflict in ("skip", "overwrite"):
        with refused():
            victim.run(conflict=conflict)
    assert outside.read_bytes() == before


def _is_another_programs(folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    theirs = folder / "theirs.sqlite"
    with closing(sqlite3.connect(theirs)) as database:
        database.execute("CREATE TABLE accounts (name)")
        database.commit()
    before = theirs.read_bytes()
    for link in (Path.symlink_to, Path.hardlink_to, None):
        victim.journal_folder()
        victim.journal.unlink(missing_ok=True)
        if link is None:
            victim.journal.write_bytes(before)
        else:
            link(victim.journal, theirs)
        assert len(victim.tried()) == 4
        assert theirs.read_bytes() == before
    assert victim.journal.read_bytes() == before


WRONG = {
    "n": "'first'",
    "state": "'asleep'",
    "seconds": "'long'",
    "seen": "'{'",
    "seen ": "'[1]'",
    "output_seen": "'{\"size_bytes\": 1}'",
    "output_seen ": '\'{"size_bytes": "1", "mtime_ns": 1}\'',
    "figures": '\'{"change": {"taken": NaN, "brightness": 1e999}}\'',
    "figures ": "replace(figures, '32', '\"wide\"')",
    "scores": "'{\"truth\": 7}'",
    "device": "X'00'",
    "sentence": "zeroblob(40000000)",
    "settings": "X'FF'",
    "output": "X''",
    "output ": "X'6100'",
    "output  ": "'text'",
    "base": "X'2f6574632f706173737764'",
    "source": "X'72656c6174697665' || n",
}
NESTED = "'" + "[" * 100_000 + "'"

ATTACKS: dict[str, Callable[[Path], None]] = {
    "a rollback journal that deletes a file": _deletes_a_file,
    "a rollback journal that fills the disk": _fills_the_disk,
    "a write-ahead log": partial(_has, "wal"),
    "its shared memory": partial(_has, "shm"),
    "a database that makes such a log": _has_a_log,
    **SCHEMAS,
    "a tree that goes in circles": _goes_in_circles,
    "another program's database": _is_another_programs,
    **{
        f"a row with {column.strip()} = {value[:20]}": _row(f"{column} = {value}")
        for column, value in itertools.chain(WRONG.items(), [("seen", NESTED)])
    },
    **{
        f"a result at {output.decode()}": _shows_a_private_photo(output)
        for output in (b"../private/photo.png", b"x/../../private/photo.png")
    },
    "a result behind links": _behind_a_link,
    **{
        f"a private photo that is {state}": partial(_lists_a_private_photo, state)
        for state in ("planned", "running", "done")
    },
    **{
        f"a result begun at {base}": partial(_overwrites_by_base, base)
        for base in ("../private/photo", "x/../../private/photo", "PRIVATE/photo")
    },
}
