"""Workers started here import and write only in a private folder."""

import sys
import tempfile
from pathlib import Path

import pytest

from nledn.cluster import started_here

pytestmark = pytest.mark.timeout(120)


def _paths(dask_worker: object) -> tuple[str, list[str]]:
    return str(getattr(dask_worker, "local_directory", "")), list(sys.path)


def test_workers_use_no_folder_that_was_planted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "global.lock").write_text("not to be truncated")
    (tmp_path / "dask-scratch-space").symlink_to(theirs)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with started_here(1) as cluster:
        ((scratch, path),) = cluster.client.run(_paths).values()
        private = Path(scratch)
        while private.parent != tmp_path:
            private = private.parent
        assert private.stat().st_mode & 0o777 == 0o700
        for folder in {*path, *sys.path}:
            assert theirs not in Path(folder).resolve().parents
            assert Path(folder).resolve() != theirs
    assert {file.name for file in theirs.iterdir()} == {"global.lock"}
    assert (theirs / "global.lock").read_text() == "not to be truncated"
    assert not private.exists()
