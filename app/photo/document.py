"""The open photo: its rain, strength, kept area and undo, and the saved state of its results."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal

from app.imaging.picture import Picture
from app.photo.edits import Choices, Edits
from app.photo.history import History
from app.photo.state import PhotoState, Status, state_of, tiles_of
from nledn.options import AUTO, Options
from nledn.pixels import Mask
from nledn.tiling import Rect

if TYPE_CHECKING:
    from app.photo.opening import Found
    from nledn import RainLayer
    from nledn.device import Choice
    from nledn.photo import Photo
    from nledn.pipeline import Result

LAYERS_KEPT = 2  # of different models for one photo: going back and forth costs nothing

Edit: TypeAlias = tuple[float, int, bool]
"""The strength, a number that changes with the kept area, and whether brightness is kept."""
Done: TypeAlias = tuple[int, Edit]
"""The computed tiles of a result, and its edit: the content of a file of it."""


@dataclass(eq=False)
class Derained:
    """One model's rain of the open photo, and the saved state of that result.

    Attributes:
        choice: what computed it; None where a batch or a crash left it.
        tiles: that are computed, as far as was heard.
        edit: strength, kept area and brightness when it was last in sight.
        saved: its tiles and edit when it was saved last.
    """

    layer: "RainLayer"
    choice: "Choice | None" = None
    tiles: int = 0
    edit: Edit = (1.0, 0, False)
    path: Path | None = None
    saved: Done | None = None

    @property
    def work(self) -> Done:
        """The computed tiles and the edit: the content of a file of it."""
        return self.tiles, self.edit

    @property
    def choices(self) -> Choices:
        """The choices that it was derained with."""
        record, (strength, _area, keep_brightness) = self.layer.record, self.edit
        return Choices(AUTO if record.reason else record.checkpoint, strength, keep_brightness)

    @property
    def is_unsaved(self) -> bool:
        """True if closing would lose something of it."""
        return self.tiles > 0 and self.work != self.saved


class Document(QObject):
    """One photo at a time, and the work on it.

    Attributes:
        photo_opened: (opening.Found); its photo is the open one now.
        brightness_changed: (bool) it is kept from now on, or no longer.
        kept_changed: (int) the number of kept areas.
        first_model: id of the model that a photo without edits begins with, chosen by hand last.
    """

    photo_opened = Signal(object)
    status_changed = Signal(object)
    strength_changed = Signal(float)
    brightness_changed = Signal(bool)
    options_changed = Signal(object)
    unsaved_changed = Signal(bool)
    kept_changed = Signal(int)

    def __init__(self, options: Options, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.options = options
        self.first_model = options.weights
        self.folder: tuple[Path, ...] = ()
        self.results: Mapping[Path, Path] = {}
        self.status = Status(PhotoState.EMPTY)
        self.picture = Picture(self)
        self._area = 0  # grows with each change of the kept area
        self._results: OrderedDict[Options, Derained] = OrderedDict()  # the last was seen last
        # Files of results that are no longer kept, or whose rain is not computed yet.
        self._files: dict[Options, tuple[Path | None, Done | None]] = {}
        self._engine_choice: Choice | None = None
        self._was_unsaved = False
        self.history = History(self)

    # State

    @property
    def photo(self) -> "Photo | None":
        """The open photo."""
        return self.picture.photo

    @property
    def layer(self) -> "RainLayer | None":
        """Its rain with the present options, complete or not."""
        return self.picture.layer

    @property
    def strength(self) -> float:
        """Share of the rain to remove, 0 to 1.5."""
        return self.picture.look.strength

    @property
    def keep_brightness(self) -> bool:
        """True if the slow part of the rain's light is given back."""
        return self.picture.look.keep_brightness

    def neighbour(self, by: int, beyond: Path | None = None) -> Path | None:
        """The photo so many places further in the folder, or than `beyond` in that direction."""
        if self.photo is None or self.photo.path not in self.folder:
            return None
        place = self.folder.index(self.photo.path)
        if beyond in self.folder and (self.folder.index(beyond) - place) * by > 0:
            place = self.folder.index(beyond)
        place += by
        return self.folder[place] if 0 <= place < len(self.folder) else None

    @property
    def latest(self) -> Derained | None:
        """The shown result; else the last one, which comes back with its options."""
        return next(reversed(self._results.values()), None)

    @property
    def unsaved(self) -> tuple[Derained, ...]:
        """The results that closing would lose, the latest first."""
        return tuple(each for each in reversed(self._results.values()) if each.is_unsaved)

    @property
    def is_unsaved(self) -> bool:
        """True if closing would lose something."""
        return bool(self.unsaved)

    @property
    def wanted(self) -> Options:
        """The options with strength and brightness, as a batch and a recovery take them."""
        return replace(self.options, strength=self.strength, keep_brightness=self.keep_brightness)

    def result(self, derained: Derained) -> "Result":
        """A result with the photo, ready for saving."""
        from nledn.pipeline import Result

        assert self.photo is not None
        strength, _, keep_brightness = derained.edit
        return Result(self.photo, derained.layer, strength, self.area, keep_brightness)

    @property
    def choices(self) -> Choices:
        """The settings of the open photo that another can have as well."""
        return Choices.of(self.wanted)

    @property
    def edits(self) -> Edits:
        """All that is chosen for the open photo."""
        shown = self._results.get(self.options)  # a hidden one is another model's
        if shown is None:
            return Edits(self.choices, self.area, self._file[0])
        return Edits(self.choices, self.area, shown.path, not shown.is_unsaved)

    @property
    def area(self) -> Mask | None:
        """A copy of the mask of the kept area; None if nothing is kept."""
        mask = self.picture.mask
        return mask.copy() if mask is not None and mask.any() else None

    # Actions

    def take(self, found: "Found", wanted: Options, area: Mask | None) -> None:
        """Make another photo the open one, with what was chosen for it earlier."""
        self._results.clear()
        self._files.clear()
        self.folder, self.results = found.folder, found.results
        self.picture.set_photo(found.photo, found.copies)
        self.take_wanted(wanted)
        if found.edits is not None and found.edits.choices.weights == wanted.weights:
            self._files[self.options] = found.edits.result, None
        if area is not None and area.shape == found.photo.pixels.shape[:2]:
            self.picture.set_mask(area)
        self.history.restart()
        self._show()
        self.kept_changed.emit(self.picture.kept_areas())
        self.photo_opened.emit(found)

    def take_rain(self, layer: "RainLayer", edits: Edits | None = None) -> None:
        """Show known rain with the present options, and note the result's file by `edits`."""
        derained = self._added(layer)
        self._show()
        if edits is not None and edits.result is not None:
            self.set_saved(derained, edits.result, derained.work if edits.is_saved else None)

    def begin_layer(self, layer: "RainLayer", choice: "Choice") -> None:
        """Show rain that fills up from now on; it may have unreported tiles."""
        derained = self._results.get(self.options)
        if derained is None or derained.layer is not layer:
            derained = self._added(layer)
        derained.choice = self._engine_choice = choice
        derained.tiles = tiles_of(layer)[0]
        self._show(self.status.state)

    def add_tile(self, rect: Rect, done: int, total: int, left_s: float) -> None:
        """Count one more tile of the shown layer."""
        assert self.latest is not None, "its layer has begun"
        self.latest.tiles = done
        self.picture.rain_added(rect)
        self._set_status(self.status.state, done, total, left_s)
        self._tell_unsaved()

    def set_strength(self, strength: float) -> None:
        """Set the share of the rain to remove, 0 to 1.5."""
        before = self.strength
        self.picture.change_look(strength=strength)
        if self.strength != before:
            self.strength_changed.emit(self.strength)
            self._edited()

    def set_keep_brightness(self, keep: bool) -> None:
        """Give the slow part of the rain's light back, or not."""
        if keep != self.keep_brightness:
            self.picture.change_look(keep_brightness=keep)
            self.brightness_changed.emit(keep)
            self._edited()

    def area_changed(self) -> None:
        """Note a change of the kept area."""
        self._area += 1
        self._edited()
        self.kept_changed.emit(self.picture.kept_areas())

    def set_options(self, options: Options) -> None:
        """Choose another model or device; an earlier result with it comes back at once."""
        if options != self.options:
            self.options = options
            self._show()
            self.options_changed.emit(options)

    def take_wanted(self, wanted: Options) -> None:
        """Choose options, strength and brightness."""
        self.set_options(replace(wanted, strength=1.0, keep_brightness=False))
        self.set_strength(wanted.strength)
        self.set_keep_brightness(wanted.keep_brightness)

    def set_saved(self, derained: Derained, path: Path, work: Done | None) -> None:
        """Take note of a result's file, perhaps of a photo that is no longer open.

        `work` is what the file holds; None if that is not what the result is now.
        """
        rain = derained.layer
        for each in (derained, *self._results.values()):  # its photo may be open again
            if each.layer.plane is rain.plane and each.layer.record == rain.record:
                each.path, each.saved = path, work
        self._tell_unsaved()

    # Progress

    def set_state(self, state: PhotoState) -> None:
        """Note that the photo is being derained, or that this is being stopped."""
        self._set_status(state, *tiles_of(self.layer))

    def rest(self) -> None:
        """Nothing is being computed any more; the tiles that are done stay, a preview goes."""
        self.picture.drop_preview()
        self._show(repaint=False)

    def set_engine_choice(self, options: Options, choice: "Choice") -> None:
        """Note that the engine is loaded; the shown result may be of another device."""
        if options == self.options:
            self._engine_choice = choice
            if self.layer is None:
                self._set_status(self.status.state)

    # Inside

    @property
    def _file(self) -> tuple[Path | None, Done | None]:
        """An earlier file of the result with these options, and what it holds as far as known."""
        return self._files.get(self.options, (None, None))

    def _added(self, layer: "RainLayer") -> Derained:
        """Take rain with the present options as a result, whose earlier file Save replaces."""
        path, saved = self._file
        found = Derained(layer, tiles=tiles_of(layer)[0], path=path, saved=saved)
        self._results[self.options] = found
        return found

    def _show(self, state: PhotoState | None = None, *, repaint: bool = True) -> None:
        """Show the result with these options, if any."""
        shown = self._results.get(self.options)
        if shown is not None:
            self._results.move_to_end(self.options)
            self._let_one_go()
        if repaint:
            self.picture.set_layer(None if shown is None else shown.layer)
        self._set_status(state or state_of(self.photo, self.layer), *tiles_of(self.layer))
        self._edited()

    def _let_one_go(self) -> None:
        """Forget a hidden result if there are too many, if possible a saved one."""
        if len(self._results) > LAYERS_KEPT:
            hidden = list(self._results)[:-1]
            saved = (each for each in hidden if not self._results[each].is_unsaved)
            gone = next(saved, hidden[0])
            left = self._results.pop(gone)
            self._files[gone] = left.path, left.saved

    def _edited(self) -> None:
        if self.latest is not None:
            self.latest.edit = (self.strength, self._area, self.keep_brightness)
        self._tell_unsaved()

    def _tell_unsaved(self) -> None:
        if self.is_unsaved != self._was_unsaved:
            self._was_unsaved = self.is_unsaved
            self.unsaved_changed.emit(self._was_unsaved)

    def _set_status(
        self, state: PhotoState, done: int = 0, total: int = 0, left_s: float | None = None
    ) -> None:
        shown = self._results.get(self.options)
        choice = self._engine_choice if shown is None else shown.choice
        record = None if shown is None else shown.layer.record
        self.status = Status(state, done, total, left_s, choice, record)
        self.status_changed.emit(self.status)
