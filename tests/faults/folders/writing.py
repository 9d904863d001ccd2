"""Attacks on what is written into folders that other users can write to too.

Each takes an empty folder, and fails by an AssertionError where the attack works. `ATTACKS` has all
of them. Those that need another user need root, and are skipped without it.
"""

import os
import stat
import threading
import unittest
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from nledn import atomic, photo, report
from nledn.cli import main
from nledn.cli.batch_progress import LOG_MARK
from nledn.errors import DerainError
from nledn.photo import Photo
from nledn.report import Report
from nledn.temporary_files import TEMPORARY_SUFFIX
from tests.batch.batches import batch_config, even_weights, make_photo

Attack = Callable[[Path], None]
STRANGER, OWNER = 65534, 65533
SECRET = b"what the user would miss"
LOG = "log_json"  # a key of the file for `--config`; in a command it stands for such a file


def _victim(folder: Path) -> Path:
    """A file of the user's outside of the folder that is shared."""
    path = folder / "home" / ".bashrc"
    path.parent.mkdir()
    path.write_bytes(SECRET)
    return path


def _shared(folder: Path, mode: int = 0o1777, owner: int | None = None) -> Path:
    shared = folder / "shared"
    shared.mkdir()
    shared.chmod(mode)
    if owner is not None:
        os.chown(shared, owner, -1)
    return shared


def _link_of_a_stranger(link: Path, target: Path) -> None:
    if os.name == "nt" or os.geteuid() != 0:
        raise unittest.SkipTest("only root can act as another user")
    link.symlink_to(target)
    os.chown(link, STRANGER, -1, follow_symlinks=False)


def _refused(write: Callable[[], object]) -> None:
    try:
        write()
    except DerainError:
        return
    raise AssertionError("it was written")


def _code(arguments: Sequence[object]) -> int:
    words = [*map(str, arguments)]
    if LOG in words:
        at = words.index(LOG)
        log = Path(words[at + 1])
        words[at : at + 2] = [
            "--config",
            str(batch_config(log.with_suffix(".toml"), log_json=str(log))),
        ]
    try:
        main(words)
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("unreachable: the program exits")


def _photo(folder: Path) -> Photo:
    return photo.read(make_photo(folder / "wet.png"))


def link_at_the_place_of_a_result(folder: Path) -> None:
    """A stranger's link, whole and dangling, for every kind of file that is written."""
    victim, shared = _victim(folder), _shared(folder)
    rainy = _photo(folder)
    for missing in (False, True):
        target = victim.with_name("new") if missing else victim
        for suffix in (".png", ".html", ".csv", ".json", ".jsonl"):
            _link_of_a_stranger(shared / f"{missing}{suffix}", target)
        rules = photo.WriteSettings(overwrite=True)
        _refused(lambda: photo.write(rainy, shared / f"{missing}.png", rules))  # noqa: B023
        for suffix in (".html", ".csv", ".json"):
            path = shared / f"{missing}{suffix}"
            _refused(lambda: report.write(Report("", (), ()), path, overwrite=True))  # noqa: B023
        path = shared / f"{missing}.jsonl"
        _refused(lambda: atomic.appending(path, sources=(), mark=LOG_MARK))  # noqa: B023
    assert victim.read_bytes() == SECRET
    assert [path.name for path in victim.parent.iterdir()] == [".bashrc"]


def link_on_the_way(folder: Path) -> None:
    """A stranger's link in the middle of the path, to a folder of the user's."""
    victim, shared = _victim(folder), _shared(folder)
    _link_of_a_stranger(shared / "results", victim.parent)
    for path in (shared / "results" / "new.csv", shared / "results" / ".." / "home" / "new.csv"):
        _refused(lambda: report.write(Report("", (), ()), path))  # noqa: B023
    _refused(lambda: atomic.make_folder(shared / "results" / "below"))
    assert [path.name for path in victim.parent.iterdir()] == [".bashrc"]


def links_of_the_user_and_of_the_folders_owner_are_followed(folder: Path) -> None:
    """Links that must keep working."""
    victim, shared = _victim(folder), _shared(folder, owner=None)
    if os.name == "nt" or os.geteuid() != 0:
        raise unittest.SkipTest("only root can act as another user")
    os.chown(shared, OWNER, -1)
    (shared / "mine").symlink_to(victim.parent)
    (shared / "theirs").symlink_to(victim.parent)
    os.chown(shared / "theirs", OWNER, -1, follow_symlinks=False)
    for name in ("mine", "theirs"):
        report.write(Report("", (), ()), shared / name / f"{name}.csv")
        assert (victim.parent / f"{name}.csv").exists()


def unfinished_file_exchanged(folder: Path) -> None:
    """The unfinished file becomes a link while it is flushed, in a folder without a sticky bit."""
    victim, shared = _victim(folder), _shared(folder, 0o777)
    victim.chmod(0o600)
    (shared / "a").write_bytes(b"old")
    (shared / "a").chmod(0o666)

    def exchange() -> None:
        (temporary,) = shared.glob(f".a.*{TEMPORARY_SUFFIX}")
        temporary.unlink()
        temporary.symlink_to(victim)

    def write() -> None:
        with atomic.replacing(shared / "a", overwrite=True) as file:
            file.write(b"first half")
            exchange()
            file.write(b"second half")

    _refused(write)
    assert victim.read_bytes() == SECRET
    assert stat.S_IMODE(victim.stat().st_mode) == 0o600
    assert (shared / "a").read_bytes() == b"old"
    assert not (shared / "a").is_symlink()


def folder_exchanged(folder: Path) -> None:
    """The folder of the result becomes a link to another folder while the result is written."""
    victim, shared = _victim(folder), _shared(folder, 0o777)
    results = shared / "results"
    results.mkdir()
    with atomic.replacing(results / ".bashrc", overwrite=True) as file:
        results.rename(shared / "moved")
        results.symlink_to(victim.parent)
        file.write(b"a result")
    assert victim.read_bytes() == SECRET
    assert (shared / "moved" / ".bashrc").read_bytes() == b"a result"


def names_of_unfinished_files_planted(folder: Path) -> None:
    """Links where the unfinished file would be."""
    victim, shared = _victim(folder), _shared(folder)
    planted = shared / f".a.{os.getpid()}{TEMPORARY_SUFFIX}"
    planted.symlink_to(victim)
    with atomic.replacing(shared / "a") as file:
        file.write(b"a result")
    assert (shared / "a").read_bytes() == b"a result"
    assert victim.read_bytes() == SECRET


def set_user_id_planted(folder: Path) -> None:
    """An earlier result that would give its set-user-id bit to ours."""
    shared = _shared(folder)
    (shared / "a").write_bytes(b"old")
    (shared / "a").chmod(0o4777)
    with atomic.replacing(shared / "a", overwrite=True) as file:
        file.write(b"new")
    assert not stat.S_IMODE((shared / "a").stat().st_mode) & 0o7000


def _commands(folder: Path) -> dict[str, tuple[Sequence[object], str]]:
    """Every option of the command line that names a file to write, and how that must be called."""
    weights = even_weights(folder / "ten.safetensors")
    wet = make_photo(folder / "wet" / "1.png").parent
    make_photo(folder / "pairs" / "rainy" / "1.png")
    make_photo(folder / "pairs" / "clean" / "1.png", seed=1)
    options = ("--weights", weights, "--precision", "fp32", "--threads", 1)
    batch = ("batch", wet, folder / "dry", "--weights", weights)
    compare = ("compare", wet / "1.png", *options)
    return {
        "report html": ((*batch, "--report"), ".html"),
        "report csv": ((*batch, "--report"), ".csv"),
        "report json": ((*batch, "--report"), ".json"),
        "log": ((*batch, LOG), ".jsonl"),
        "sheet": ((*compare, "-o"), ".png"),
        "page": ((*compare, "-o"), ".html"),
        "figures": ((*compare, "--json"), ".json"),
        "table": ((*compare, "-o"), ".csv"),
        "contest": (("compare", folder / "pairs", *options, "--json"), ".json"),
        "scores": (("evaluate", "--pairs", folder / "pairs", *options, "--json"), ".json"),
        "result": (("derain", wet / "1.png", *options, "-o"), ".png"),
        "rain": (
            ("derain", wet / "1.png", *options, "-o", folder / "d.png", "--rain-layer"),
            ".tif",
        ),
        "both": (
            ("derain", wet / "1.png", *options, "-o", folder / "e.png", "--side-by-side"),
            ".jpg",
        ),
    }


def unrelated_files_named_as_outputs(folder: Path) -> None:
    """An option names a file that is none of ours, or a photo; then our own file once more."""
    for name, (command, suffix) in _commands(folder).items():
        accounts = folder / f"accounts {name}{suffix}"
        accounts.write_bytes(SECRET)
        assert _code((*command, accounts)) != 0, name
        assert accounts.read_bytes() == SECRET, name
        if name in ("result", "rain", "both"):
            continue
        own = folder / f"own {name}{suffix}"
        for _ in range(2):
            assert _code((*command, own)) == 0, name
        if name != "log":
            assert _code((*command, accounts, "--overwrite")) == 0, name
            assert accounts.read_bytes() != SECRET, name


def sources_named_as_outputs(folder: Path) -> None:
    """An option names the photo itself, or the list of photos, with `--overwrite`."""
    for name, (command, suffix) in _commands(folder).items():
        source = folder / "wet" / "1.png"
        if name in ("contest", "scores"):
            source = folder / "pairs" / "clean" / "1.png"
        alias = folder / f"alias of {name}{suffix}"
        os.link(source, alias)
        before = source.read_bytes()
        more = () if name == "log" else ("--overwrite",)
        assert _code((*command, alias, *more)) != 0, name
        assert source.read_bytes() == before, name
    listed = folder / "list.txt"
    listed.write_text(f"{folder / 'wet' / '1.png'}\n")
    weights = folder / "ten.safetensors"
    batch = ("batch", listed, folder / "dry", "--weights", weights)
    assert _code((*batch, LOG, listed)) != 0
    assert listed.read_text().endswith("1.png\n")


def pipes_named_as_outputs(folder: Path) -> None:
    """An option names a pipe without a reader: the program may not wait for it."""
    for name, (command, suffix) in _commands(folder).items():
        pipe = folder / f"pipe {name}{suffix}"
        os.mkfifo(pipe)
        codes: list[int] = []
        # Not by a signal: what hangs, hangs in a call of the system.
        ended = threading.Thread(target=lambda: codes.append(_unhandled(command, pipe)))  # noqa: B023
        ended.daemon = True
        ended.start()
        ended.join(60)
        assert codes and codes[0] != 0, name
        assert stat.S_ISFIFO(pipe.stat().st_mode), name


def _unhandled(command: Sequence[object], last: Path) -> int:
    """The exit code, away from the main thread, where no signals can be handled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("signal.signal", lambda *_: None)
        return _code((*command, last))


def log_of_something_else(folder: Path) -> None:
    """`log_json` appends to its own logs alone."""
    command, _ = _commands(folder)["log"]
    for content in (b'{"other": 1}\n', SECRET, LOG_MARK[:-3]):
        other = folder / "other.jsonl"
        other.write_bytes(content)
        assert _code((*command, other)) != 0
        assert other.read_bytes() == content
    own = folder / "empty.jsonl"
    own.touch()
    for n in (1, 2):
        elsewhere = (*command[:2], folder / f"dry {n}", *command[3:])
        assert _code((*elsewhere, own)) == 0
        assert own.read_bytes().count(LOG_MARK) == n


ATTACKS: dict[str, Attack] = {
    attack.__name__.replace("_", " "): attack
    for attack in (
        link_at_the_place_of_a_result,
        link_on_the_way,
        links_of_the_user_and_of_the_folders_owner_are_followed,
        unfinished_file_exchanged,
        folder_exchanged,
        names_of_unfinished_files_planted,
        set_user_id_planted,
        unrelated_files_named_as_outputs,
        sources_named_as_outputs,
        pipes_named_as_outputs,
        log_of_something_else,
    )
}
