"""The options that all deraining commands share, declared once."""

import inspect
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, fields
from functools import partial, wraps
from typing import Annotated, Any, get_args

import typer

from nledn.cli.console import err, exit_on_error, log_each_step, say_version
from nledn.errors import OptionInvalid
from nledn.naming import DEFAULT_TEMPLATE
from nledn.options import AUTO, Options, parse_tile
from nledn.photo.model import Strip


def _option(flag: str, explanation: str) -> Any:
    return typer.Option(flag, help=explanation, rich_help_panel="How to derain")


OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Replace files that AfterRain did not write.")
]
ConflictOption = Annotated[
    str, typer.Option(help="If a file of that name exists: skip, overwrite or rename.")
]


@dataclass(frozen=True)
class ResultOptions:
    """The options for results that commands share; see `nledn derain --help`."""

    name: str = DEFAULT_TEMPLATE
    format: str = "keep"
    quality: int = 95
    record: bool = True
    strip: Strip = "none"
    keep_times: bool = False
    damaged: bool = False


def _format(name: str) -> str:
    """The name of a format for the other one that people type."""
    return {"tif": "tiff", "jpeg": "jpg"}.get(name, name)


# By the names of the fields of `Options` and `ResultOptions`.
_SHARED: dict[str, Any] = {
    "weights": Annotated[str, _option("--weights", "Model: a name, a file, or auto.")],
    "strength": Annotated[
        float, _option("--strength", "Share of the rain to remove, 0 to 1.5; 0.7 is 70 %.")
    ],
    "keep_brightness": Annotated[
        bool, _option("--keep-brightness", "Give back the light that goes with the rain.")
    ],
    "device": Annotated[str, _option("--device", "auto, cpu, cuda, cuda:N or mps.")],
    "backend": Annotated[str, _option("--backend", "auto, torch or openvino.")],
    "precision": Annotated[str, _option("--precision", "auto, fp32, bf16 or fp16.")],
    "tile": Annotated[str, _option("--tile", "auto, whole, or a tile's side in px.")],
    "overlap_px": Annotated[int | None, _option("--overlap", "Pixels that tiles share.")],
    "threads": Annotated[int | None, _option("--threads", "Processor threads; all by default.")],
    "name": Annotated[
        str,
        typer.Option(help="Name of results: {stem} {ext} {checkpoint} {strength} {n}, or {n:03}."),
    ],
    "format": Annotated[
        str,
        typer.Option(
            callback=_format, help="Format of the results: keep, jpg, png, tiff, webp or jxl."
        ),
    ],
    "quality": Annotated[int, typer.Option(min=1, max=100, help="Of JPEG, WebP and JPEG XL.")],
    "record": Annotated[
        bool, typer.Option("--record/--no-record", help="Note in the XMP how a result was made.")
    ],
    "strip": Annotated[Strip, typer.Option(help="Metadata to leave out: none, location or all.")],
    "keep_times": Annotated[
        bool, typer.Option("--keep-times", help="Give results the times of their sources.")
    ],
    "damaged": Annotated[
        bool, typer.Option("--damaged", help="Open damaged photos as far as they can be read.")
    ],
}
RESULTS = ("name", "format", "quality", "record", "strip", "keep_times")


# Taken by every command, listed by `nledn --help` alone, where they may stand too.
_EVERYWHERE: dict[str, Any] = {
    "quiet": Annotated[bool, typer.Option("-q", "--quiet", hidden=True)],
    "verbose": Annotated[bool, typer.Option("--verbose", hidden=True)],
    "version": Annotated[
        bool, typer.Option("--version", callback=say_version, is_eager=True, hidden=True)
    ],
}

Command = Callable[..., None]


def taking(*names: str, hidden: Sequence[str] = ()) -> Callable[[Command], Command]:
    """Give a command some of the shared options, as `options: Options`, `results: ResultOptions`.

    Errors of the whole command are turned into sentences and exit codes here, and each command
    takes `--quiet`, `--verbose` and `--version`.

    Typer reads a command's signature, so the wrapper shows the command's own parameters and
    then the shared ones. A parameter of the command's own stands in for the shared one of its name.

    Args:
        names: of fields; the others keep their defaults.
        hidden: more of them, which its help does not list.
    """
    return partial(_taking, names, hidden)


def _taking(names: Sequence[str], hidden: Sequence[str], command: Command) -> Command:
    signature = inspect.signature(command, eval_str=True)
    shared_names = [name for name in (*names, *hidden) if name not in signature.parameters]
    kinds = {"options": Options, "results": ResultOptions}
    received = {name: kind for name, kind in kinds.items() if name in signature.parameters}

    @wraps(command)
    def wrapper(**arguments: Any) -> None:
        err.quiet |= arguments.pop("quiet", False)
        if arguments.pop("verbose", False):
            log_each_step()
        arguments.pop("version", None)
        chosen = {name: arguments.pop(name) for name in shared_names}
        if "tile" in chosen:
            chosen["tile"] = parse_tile(chosen["tile"])
        with exit_on_error():
            for name, kind in received.items():
                own = {field.name for field in fields(kind)}.intersection(chosen)
                arguments[name] = kind(**{field: chosen[field] for field in own})
            command(**arguments)

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        parameter.replace(kind=keyword)
        for name, parameter in signature.parameters.items()
        if name not in received
    ]
    defaults = {field.name: field.default for kind in kinds.values() for field in fields(kind)}
    for name in shared_names:
        annotation = _hidden(_SHARED[name]) if name in hidden else _SHARED[name]
        default = defaults[name]
        parameters.append(inspect.Parameter(name, keyword, default=default, annotation=annotation))
    for name, annotation in _EVERYWHERE.items():
        parameters.append(inspect.Parameter(name, keyword, default=False, annotation=annotation))
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {item.name: item.annotation for item in parameters}
    return wrapper


def _hidden(annotation: Any) -> Any:
    kind, option = get_args(annotation)
    option = copy(option)
    option.hidden = True
    return Annotated[kind, option]


def require_model(weights: str) -> None:
    """Refuse `auto` where models are measured: it is not a model.

    Raises:
        OptionInvalid: it is `auto`.
    """
    if weights == AUTO:
        raise OptionInvalid("weights", AUTO, "the name of a model, such as afterrain,")


takes_all_options = taking(*_SHARED)
"""Gives a command all shared options."""

takes_options = taking(
    *(field.name for field in fields(Options) if field.name != "keep_brightness")
)
"""Gives a command the shared options of what the network finds."""
