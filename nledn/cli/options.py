"""The options that all deraining commands share, declared once."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import partial, wraps
from typing import Annotated, Any, Literal

import typer

from nledn import __version__
from nledn.cli.console import err, exit_on_error, out
from nledn.errors import OptionInvalid
from nledn.options import AUTO, Options, parse_tile


def _option(flag: str, explanation: str) -> Any:
    return typer.Option(flag, help=explanation, rich_help_panel="How to derain")


OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Replace files that AfterRain did not write.")
]
NameOption = Annotated[
    str,
    typer.Option(help="Name of results: {stem} {ext} {checkpoint} {strength} {n}, or {n:03}."),
]


def _format(name: str) -> str:
    """The name of a format for the other one that people type."""
    return {"tif": "tiff", "jpeg": "jpg"}.get(name, name)


FormatOption = Annotated[
    str,
    typer.Option(
        callback=_format, help="Format of the results: keep, jpg, png, tiff, webp or jxl."
    ),
]
ConflictOption = Annotated[
    str, typer.Option(help="If a file of that name exists: skip, overwrite or rename.")
]
QualityOption = Annotated[int, typer.Option(min=1, max=100, help="Of JPEG, WebP and JPEG XL.")]
RecordOption = Annotated[
    bool, typer.Option("--record/--no-record", help="Note in the XMP how a result was made.")
]
StripOption = Annotated[
    Literal["none", "location", "all"],
    typer.Option(help="Metadata to leave out: none, location or all."),
]
KeepTimesOption = Annotated[
    bool, typer.Option("--keep-times", help="Give results the times of their sources.")
]

# By the names of `Options`' fields.
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
}


def say_version(wanted: bool) -> None:
    """Print the version, which ends the program."""
    if wanted:
        out.print(f"nledn {__version__}")
        raise typer.Exit


# Taken by every command, listed by `nledn --help` alone, where they may stand too.
_EVERYWHERE: dict[str, Any] = {
    "quiet": Annotated[bool, typer.Option("-q", "--quiet", hidden=True)],
    "version": Annotated[
        bool, typer.Option("--version", callback=say_version, is_eager=True, hidden=True)
    ],
}

Command = Callable[..., None]


def taking(*names: str) -> Callable[[Command], Command]:
    """Give a command some of the shared options; it receives them as one `options: Options`.

    Errors of the whole command are turned into sentences and exit codes here, and each command
    takes `--quiet` and `--version`.

    Typer reads a command's signature, so the wrapper shows the command's own parameters and
    then the shared ones. A parameter of the command's own stands in for the shared one of its name.

    Args:
        names: of `Options`' fields; the others keep their defaults. A command without any
            receives no `options`.
    """
    return partial(_taking, names)


def _taking(names: tuple[str, ...], command: Command) -> Command:
    signature = inspect.signature(command, eval_str=True)
    shared_names = [name for name in names if name not in signature.parameters]
    has_options = "options" in signature.parameters

    @wraps(command)
    def wrapper(**arguments: Any) -> None:
        err.quiet |= arguments.pop("quiet", False)
        arguments.pop("version", None)
        chosen = {name: arguments.pop(name) for name in shared_names}
        if "tile" in chosen:
            chosen["tile"] = parse_tile(chosen["tile"])
        with exit_on_error():
            if has_options:
                arguments["options"] = Options(**chosen)
            command(**arguments)

    own = [parameter for parameter in signature.parameters.values() if parameter.name != "options"]
    defaults = {field.name: field.default for field in fields(Options)}
    shared = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=defaults[name], annotation=_SHARED[name]
        )
        for name in shared_names
    ]
    shared += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
        for name, kind in _EVERYWHERE.items()
    ]
    keyword_own = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in own]
    parameters = [*keyword_own, *shared]
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {item.name: item.annotation for item in parameters}
    return wrapper


def require_model(weights: str) -> None:
    """Refuse `auto` where models are measured: it is not a model.

    Raises:
        OptionInvalid: it is `auto`.
    """
    if weights == AUTO:
        raise OptionInvalid("weights", AUTO, "the name of a model, such as afterrain,")


takes_all_options = taking(*_SHARED)
"""Gives a command all shared options."""

takes_options = taking(*(name for name in _SHARED if name != "keep_brightness"))
"""Gives a command the shared options of what the network finds."""
