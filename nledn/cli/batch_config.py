"""The file of `nledn batch --config`: rarely used settings, as TOML (docs/batch.md)."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from nledn.errors import OptionInvalid
from nledn.options import LIMIT_MEGAPIXELS, Options

_FILE = ((Path, str), "the path of a file")
_NUMBER = ((int,), "a whole number")
_TEXT = ((str,), "a text")
KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "pattern": ((list,), "a list of texts"),
    "max_megapixels": ((int, float), "a number"),
    "truth": ((Path, str), "the path of a folder"),
    "log_json": _FILE,
    "backend": _TEXT,
    "precision": _TEXT,
    "tile": ((str, int), "a text or a whole number"),
    "overlap": _NUMBER,
    "threads": _NUMBER,
    "cluster.local_workers": _NUMBER,
    "cluster.tls_ca_file": _FILE,
    "cluster.tls_cert": _FILE,
    "cluster.tls_key": _FILE,
}
"""The keys that a file may have, with the types of their values; `cluster.…` in its table."""

_OPTIONS = ("backend", "precision", "tile", "overlap", "threads")  # of the command line elsewhere


@dataclass(frozen=True)
class Config:
    """The settings of a file, as docs/batch.md explains them.

    Attributes:
        options: those of the command line, completed.
    """

    options: Options
    pattern: tuple[str, ...] = ()
    max_megapixels: float = LIMIT_MEGAPIXELS
    truth: Path | None = None
    log_json: Path | None = None
    local_workers: int = 0
    tls_ca_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def tls(self) -> tuple[Path, ...]:
        """The files for TLS, as far as they are named."""
        files = (self.tls_ca_file, self.tls_cert, self.tls_key)
        return tuple(path for path in files if path is not None)

    def check_cluster(self, scheduler: str | None) -> None:
        """Check the place of the work.

        Raises:
            BadParameter: a scheduler and workers started here, an address without a protocol, half
                of the files for TLS, files without TLS, or files that are missing.
        """
        if self.local_workers < 0:
            raise typer.BadParameter("local_workers takes 0 or more.")
        if scheduler is not None and self.local_workers:
            raise typer.BadParameter("Give either --scheduler or local_workers, not both.")
        if scheduler is not None and "://" not in scheduler:
            raise typer.BadParameter("--scheduler takes an address as in tcp://HOST:8786.")
        if self.tls and not (scheduler or "").startswith("tls://"):
            raise typer.BadParameter("tls_… needs --scheduler tls://HOST:PORT.")
        for path in self.tls:
            if not path.is_file():
                raise typer.BadParameter(f"File not found: {path}, named by tls_….")
        if len(self.tls) not in (0, 3):
            raise typer.BadParameter("Give tls_ca_file, tls_cert and tls_key, or none of them.")


def read_config(path: Path | None, options: Options) -> Config:
    """Read and check a file; None gives the defaults.

    Args:
        path: the file. Relative paths in it count from the present folder.
        options: of the command line.

    Raises:
        BadParameter: it is missing, no TOML, has an unknown key or a value out of its range.
    """
    if path is None:
        return Config(options)
    values = _values(path)
    try:
        own = {key: values.pop(key) for key in _OPTIONS if key in values}
        options = replace(options, overlap_px=own.pop("overlap", None), **own)
    except OptionInvalid as error:
        raise _refusal(path, f"{error.option} takes {error.allowed}, not {error.found}") from error
    return Config(options, **{key.removeprefix("cluster."): values[key] for key in values})


def _values(path: Path) -> dict[str, Any]:
    """Return the values by `KINDS`' keys, each of its type."""
    try:
        values = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise _refusal(path, error.strerror or str(error)) from error
    except ValueError as error:  # TOML's and UTF-8's
        raise _refusal(path, f"not TOML: {error}") from error
    cluster = values.pop("cluster", {})
    if not isinstance(cluster, dict):
        raise _refusal(path, "cluster takes a table, [cluster]")
    values |= {f"cluster.{key}": value for key, value in cluster.items()}
    for key, value in values.items():
        if key not in KINDS:
            raise _refusal(path, f"unknown key {key}. Known keys: {', '.join(KINDS)}")
        kinds, words = KINDS[key]
        texts = not isinstance(value, list) or all(isinstance(part, str) for part in value)
        if type(value) not in kinds or not texts:
            raise _refusal(path, f"{key} takes {words}")
        if Path in kinds:
            values[key] = Path(value) if value else None
    return values


def _refusal(path: Path, problem: str) -> typer.BadParameter:
    return typer.BadParameter(f"{path}: {problem}.")
