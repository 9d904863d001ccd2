"""Settings kept between starts: a frozen dataclass <-> QSettings, read back with its types."""

import string
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from app.shell.names import kept
from app.shell.save_dialogs import FIRST, Preset, presets_in, texts_of
from app.shell.theme import ThemeName
from nledn import places
from nledn.errors import DerainError
from nledn.naming import DEFAULT_TEMPLATE, check_template
from nledn.options import Options, parse_tile

ViewName = Literal["before_after", "side_by_side", "single", "rain"]
StripName = Literal["none", "location", "all"]
RECENT_LIMIT = 10


@dataclass(frozen=True)
class Settings:
    """The user's choices; the defaults are those of a first start.

    Attributes:
        language: `en`, `zh_CN`, or empty for the system's.
        screen_profile: an ICC file of the screen; empty for sRGB.
        quality: of JPEG, WebP and JPEG XL, 1 to 100.
        record: write how it was made into the result's XMP.
        strip: the metadata to leave out of results: `none`, `location` or `all`.
        divider: `vertical` or `horizontal`, of before/after.
        enlarges: Fit enlarges photos that are smaller than the view.
        recent: photos opened last, newest first.
        presets: of Export, as texts.
        geometry: of the window, as Qt packs it.
    """

    checkpoint: str = "auto"
    device: str = "auto"
    backend: str = "auto"
    precision: str = "auto"
    tile: str = "auto"
    theme: ThemeName = "dark"
    language: str = ""
    screen_profile: str = ""
    name_template: str = DEFAULT_TEMPLATE
    quality: int = 95
    record: bool = True
    strip: StripName = "none"
    keep_times: bool = False
    view: ViewName = "before_after"
    divider: str = "vertical"
    enlarges: bool = False
    recent: tuple[str, ...] = ()
    presets: tuple[str, ...] = texts_of(FIRST)
    started: bool = False
    geometry: bytes = b""

    @property
    def export_presets(self) -> tuple[Preset, ...]:
        """The presets of Export."""
        return presets_in(self.presets)

    @property
    def options(self) -> Options:
        """The options for the engine.

        Raises:
            OptionInvalid: a value outside its range.
        """
        return Options(
            weights=self.checkpoint,
            device=self.device,
            backend=self.backend,
            precision=self.precision,
            tile=parse_tile(self.tile),
        )


def store() -> QSettings:
    """Return the file of the settings, in the user's folder for settings."""
    return QSettings(str(places.user_settings() / "window.ini"), QSettings.Format.IniFormat)


def read(kept: QSettings) -> Settings:
    """Read settings back; a value of the wrong type or out of range becomes its default."""
    defaults = Settings()
    values = {
        field.name: _typed(kept.value(field.name), getattr(defaults, field.name))
        for field in fields(Settings)
        if kept.contains(field.name)
    }
    values = {name: value for name, value in values.items() if _is_allowed(name, value)}
    return Settings(**values)


def write(settings: Settings, kept: QSettings, before: Settings | None = None) -> None:
    """Keep what differs from `before`; Qt writes the file when it has time, and at `sync`."""
    for field in fields(Settings):
        value = getattr(settings, field.name)
        if before is not None and value == getattr(before, field.name):
            continue  # another window may have changed it
        if isinstance(value, tuple):
            value = list(value)
        kept.setValue(field.name, QByteArray(value) if isinstance(value, bytes) else value)


class Preferences(QObject):
    """The present settings, for the whole window; `changed` has those before and after."""

    changed = Signal(object, object)

    def __init__(self, kept: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = kept
        self.settings = read(kept)

    def change(self, **values: Any) -> None:
        """Set some of the fields of `Settings`."""
        self.replace(replace(self.settings, **values))

    def replace(self, settings: Settings) -> None:
        """Set all of them."""
        before, self.settings = self.settings, settings
        if settings != before:
            write(settings, self._kept, before)
            self.changed.emit(before, settings)

    def take_changes(self, before: Settings, after: Settings) -> None:
        """Set the fields that differ between the two; others may have changed since `before`."""
        self.change(**dict(vars(after).items() - vars(before).items()))

    def sync(self) -> None:
        """Write the file now."""
        self._kept.sync()


def with_recent(recent: tuple[str, ...], path: Path) -> tuple[str, ...]:
    """The recent photos, with `path` first."""
    newest = kept(path)
    return (newest, *(each for each in recent if each != newest))[:RECENT_LIMIT]


def _typed(value: Any, default: Any) -> Any:
    """Convert a text of an INI file to the default's type, or return the default."""
    match default:
        case bool():
            return value if isinstance(value, bool) else str(value).lower() == "true"
        case int():
            return int(value) if str(value).isdecimal() else default
        case bytes():
            return value.data() if isinstance(value, QByteArray) else default
        case tuple():
            # Qt returns a list of one as its only item.
            items = value if isinstance(value, list) else [value] if value else []
            return tuple(item for item in items if isinstance(item, str) and item)
    return value if isinstance(value, str) else default


def _is_allowed(name: str, value: Any) -> bool:
    choices = {
        "theme": get_args(ThemeName),
        "view": get_args(ViewName),
        "divider": ("vertical", "horizontal"),
        "strip": get_args(StripName),
        "quality": range(1, 101),
    }
    if name in choices:
        return value in choices[name]
    if name in ("device", "backend", "precision", "tile"):
        return _makes_options(name, value)
    return name != "name_template" or is_template(value)


def _makes_options(name: str, value: Any) -> bool:
    try:
        replace(Settings(), **{name: value}).options  # noqa: B018  # it is the check
    except DerainError:
        return False
    return True


def is_template(text: str) -> bool:
    """Return True if `text` names the result of any photo after it, with an ending."""
    try:
        check_template(text)
    except DerainError:
        return False
    return {"stem", "ext"} <= {field for _, field, _, _ in string.Formatter().parse(text)}
