"""The file of `nledn batch --config`: rarely used settings, as TOML (docs/batch.md)."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from nledn.errors import OptionInvalid
from nledn.options import LIMIT_MEGAPIXELS, Options

KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "pattern": ((list,), "a list of texts"),
    "max_megapixels": ((int, float), "a number"),
    "truth": ((str,), "the path of a folder"),
    "log_json": ((str,), "the path of a file"),
    "backend": ((str,), "a text"),
    "precision": ((str,), "a text"),
    "tile": ((str, int), "a text or a whole number"),
    "overlap": ((int,), "a whole number"),
    "threads": ((int,), "a whole number"),
    "cluster.local_workers": ((int,), "a whole number"),
    "cluster.tls_ca_file": ((str,), "the path of a file"),
    "cluster.tls_cert": ((str,), "the path of a file"),
    "cluster.tls_key": ((str,), "the path of a file"),
}
"""The keys that a file may have, with the types of their values; `cluster.…` in its table."""


@dataclass(frozen=True)
class Config:
    """The settings of a file.

    Attributes:
        options: those of the command line, completed.
        pattern: only photos that match one of these.
        max_megapixels: larger photos are refused.
        truth: folder of the same photos without rain.
        log_json: file for an object a photo.
        local_workers: processes of a cluster to start here; 0 for none.
        tls: certificate authority, certificate and key, for a scheduler with TLS.
    """

    options: Options
    pattern: tuple[str, ...] = ()
    max_megapixels: float = LIMIT_MEGAPIXELS
    truth: Path | None = None
    log_json: Path | None = None
    local_workers: int = 0
    tls: tuple[Path | None, Path | None, Path | None] = (None, None, None)


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

    def file(key: str) -> Path | None:
        return Path(values[key]) if values.get(key) else None

    try:
        options = replace(
            options,
            backend=values.get("backend", options.backend),
            precision=values.get("precision", options.precision),
            tile=values.get("tile", options.tile),
            overlap_px=values.get("overlap", options.overlap_px),
            threads=values.get("threads", options.threads),
        )
    except OptionInvalid as error:
        raise _refusal(path, f"{error.option} takes {error.allowed}, not {error.found}") from error
    return Config(
        options=options,
        pattern=tuple(values.get("pattern", ())),
        max_megapixels=float(values.get("max_megapixels", LIMIT_MEGAPIXELS)),
        truth=file("truth"),
        log_json=file("log_json"),
        local_workers=values.get("cluster.local_workers", 0),
        tls=(file("cluster.tls_ca_file"), file("cluster.tls_cert"), file("cluster.tls_key")),
    )


def _values(path: Path) -> dict[str, Any]:
    """Return the values by `KINDS`' keys, each of its type."""
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
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
    return values


def _refusal(path: Path, problem: str) -> typer.BadParameter:
    return typer.BadParameter(f"{path}: {problem}.")
