"""Real schedulers and workers, each a process, on loopback."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import psutil
import pytest
from distributed.security import Security

from nledn.batch import State, workspace
from nledn.batch.journal import Journal
from tests.batch.batches import batch_config, results

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

REPOSITORY = Path(__file__).resolve().parents[2]
WET = [f"{n}.png" for n in range(24)]
NAMES = {f"{n}_derained.png" for n in range(len(WET))}
DASK = [sys.executable, "-m", "dask"]
NO_PAGE = ["--no-dashboard", "--dashboard-address", "127.0.0.1:0"]


@pytest.fixture
def wet_size() -> tuple[int, int]:
    """Large enough that two workers share the work."""
    return (96, 128)


def command(wet: Path, dry: Path, weights: Path, *more: str, **cluster: str | int) -> list[str]:
    config = batch_config(dry.with_suffix(".toml"), threads=1, cluster=cluster)
    options = ["--weights", str(weights), "--config", str(config)]
    return [sys.executable, "-m", "nledn", "batch", str(wet), str(dry), *options, *more]


def until(stream: IO[str], pattern: str) -> str:
    """The first line that has this in it."""
    lines = []
    for line in stream:
        lines.append(line)
        if re.search(pattern, line):
            return line
    raise AssertionError(f"{pattern!r} was never said, but: {''.join(lines)}")


@contextmanager
def running(*arguments: str, own_group: bool = False) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        arguments, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, start_new_session=own_group
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def scheduler_and_workers(
    folder: Path, *tls: str, host: str = "tcp://127.0.0.1"
) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A scheduler and two worker processes without anybody to start them again."""
    with ExitStack() as stack:
        scheduler = stack.enter_context(
            running(*DASK, "scheduler", "--host", host, "--port", "0", *NO_PAGE, *tls)
        )
        assert scheduler.stderr is not None
        address = until(scheduler.stderr, "Scheduler at:").split()[-1]
        options = ["--nthreads", "2", "--no-nanny", "--memory-limit", "0", *NO_PAGE]
        options += ["--local-directory", str(folder)]
        workers = [
            stack.enter_context(running(*DASK, "worker", address, *options, *tls)) for _ in range(2)
        ]
        for worker in workers:
            assert worker.stderr is not None
            until(worker.stderr, "Registered to:")
        yield address, workers


def assert_all_done_once(dry: Path) -> None:
    journal = Journal(workspace.existing(dry).journal)
    try:
        rows = list(journal.rows(all_runs=True))
    finally:
        journal.close()
    assert [row.state for row in rows] == [State.DONE] * len(WET)
    assert {str(row.output) for row in rows} == results(dry) == NAMES
    assert {path.name for path in (dry / ".afterrain").iterdir()} == {"queue.sqlite"}


@pytest.mark.parametrize("conflict", ["skip", "rename"])
def test_a_worker_is_killed_midway(wet: Path, weights: Path, tmp_path: Path, conflict: str) -> None:
    far, near = tmp_path / "far", tmp_path / "near"
    with scheduler_and_workers(tmp_path) as (address, workers):
        options = ["--scheduler", address, "--on-conflict", conflict]
        with running(*command(wet, far, weights, *options)) as client:
            assert client.stderr is not None
            assert "on 2 workers" in until(client.stderr, "photos to do")
            until(client.stderr, "^4 of 24 ")
            workers[0].kill()
            said = client.stderr.read()
            assert client.wait() == 0, said
        assert "24 of 24 photos are done." in said
        assert "Traceback" not in said
    assert_all_done_once(far)
    subprocess.run(command(wet, near, weights), cwd=REPOSITORY, check=True, capture_output=True)
    for name in NAMES:
        assert (far / name).read_bytes() == (near / name).read_bytes()


def test_all_workers_are_killed_and_others_come(wet: Path, weights: Path, tmp_path: Path) -> None:
    with (
        scheduler_and_workers(tmp_path) as (address, workers),
        running(*command(wet, tmp_path / "dry", weights, "--scheduler", address)) as client,
    ):
        assert client.stderr is not None
        until(client.stderr, "^4 of 24 ")
        for worker in workers:
            worker.kill()
        options = ["--nthreads", "2", "--no-nanny", "--local-directory", str(tmp_path)]
        with running(*DASK, "worker", address, *options, *NO_PAGE):
            said = client.stderr.read()
            assert client.wait() == 0, said
    assert_all_done_once(tmp_path / "dry")


def test_over_tls(wet: Path, weights: Path, tmp_path: Path) -> None:
    keys = Security.temporary()
    files = {
        "--tls-ca-file": keys.tls_ca_file,
        "--tls-cert": keys.tls_client_cert,
        "--tls-key": keys.tls_client_key,
    }
    tls, named = [], {}
    for option, content in files.items():
        path = tmp_path / f"{option}.pem"
        path.write_text(str(content))
        tls += [option, str(path)]
        named[option.removeprefix("--").replace("-", "_")] = str(path)
    with scheduler_and_workers(tmp_path, *tls, host="tls://127.0.0.1") as (address, _):
        assert address.startswith("tls://")
        stranger = command(wet, tmp_path / "dry", weights, "--scheduler", address)
        refused = subprocess.run(
            stranger, cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 1
        assert "TLS" in refused.stderr
        assert "Traceback" not in refused.stderr
        known = command(wet, tmp_path / "dry", weights, "--scheduler", address, **named)
        subprocess.run(known, cwd=REPOSITORY, check=True, capture_output=True)
    assert_all_done_once(tmp_path / "dry")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_cluster_started_here_is_stopped_and_goes_on(
    wet: Path, weights: Path, tmp_path: Path, number: int
) -> None:
    dry = tmp_path / "dry"
    here = command(wet, dry, weights, local_workers=2)
    with running(*here, own_group=True) as client:
        assert client.stderr is not None
        until(client.stderr, "^4 of 24 ")
        processes = [psutil.Process(client.pid), *psutil.Process(client.pid).children(True)]
        assert_only_loopback(processes)
        if number == signal.SIGINT:
            os.killpg(client.pid, number)  # as a terminal does
            said = client.stderr.read()
            assert client.wait() == 130, said
            assert "run the same command to continue" in said
            assert "Traceback" not in said
            assert not [name for name in results(dry) if name.startswith(".")]
        else:
            client.kill()
            client.wait()
        _, alive = psutil.wait_procs(processes[1:], timeout=60)
        assert not alive
    assert 4 <= len({name for name in results(dry) if name[0] != "."}) < len(WET)
    subprocess.run(here, cwd=REPOSITORY, check=True, capture_output=True)
    assert_all_done_once(dry)


def test_ctrl_c_while_a_cluster_starts_here_stops_the_batch(
    wet: Path, weights: Path, tmp_path: Path
) -> None:
    here = command(wet, tmp_path / "dry", weights, local_workers=2)
    with running(*here, own_group=True) as client:
        assert client.stderr is not None
        while len(psutil.Process(client.pid).children()) < 2:  # a tracker, and a worker
            assert client.poll() is None
        os.killpg(client.pid, signal.SIGINT)
        said = client.stderr.read()
        assert client.wait() == 130, said
    assert "run the same command to continue" in said
    assert "Traceback" not in said


def assert_only_loopback(processes: list[psutil.Process]) -> None:
    listening = [
        connection.laddr.ip
        for process in processes
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}
