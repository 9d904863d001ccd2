"""What the window does when it is asked: questions to the person, names of files, words."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage

from app.imaging.opened import Opened
from app.imaging.picture import Picture
from app.photo.document import Document
from app.photo.history import History
from app.photo.recovery import Offer, Recovered
from app.photo.saver import Saver
from app.photo.state import Status
from app.photo.words import fallen_back_of, notes_of, recipe_of
from app.shell.banner import Notice
from app.shell.dialogs import Dialogs
from app.shell.messages import explain
from app.shell.models import Models
from app.shell.names import path_kept, path_of
from app.shell.settings import Preferences, Settings, with_recent
from app.shell.translation import tr
from nledn import places
from nledn.messages import printable

if TYPE_CHECKING:
    from nledn.photo.recipe import Recipe

log = logging.getLogger(__name__)

CHECKPOINT_SUFFIXES = (".safetensors", ".pth", ".pt")


class PhotoController(QObject):
    """Between the window's controls and the document.

    Attributes:
        noticed: (Notice) something to say in the banner.
        ready_to_close: nothing would be lost.
    """

    noticed = Signal(object)
    ready_to_close = Signal()

    def __init__(
        self,
        document: Document,
        picture: Picture,
        preferences: Preferences,
        dialogs: Dialogs,
        models: Models,
    ) -> None:
        super().__init__(document)
        self._document = document
        self._preferences = preferences
        self._dialogs = dialogs
        self.history = History(document, picture, self)
        self.saver = Saver(document, picture, preferences, dialogs)
        self._models = models
        self._offer: Offer | None = None
        self._recipe: Recipe | None = None
        self._told_problem = ""
        self._actions: dict[str, Callable[[], None]] = {
            "restore": self._restore,
            "forget": self._forget,
            "recipe": self._use_recipe,
            "show_folder": self.saver.show_folder,
            "open": self.ask_photo,
        }

    # Opening

    def ask_photo(self) -> None:
        """Let the person choose a photo."""
        from nledn.photo.formats import readable_suffixes

        path = self._dialogs.photo(self._folder(), readable_suffixes())
        if path is not None:
            self.open(path)

    def ask_folder(self) -> None:
        """Let the person choose a folder of photos."""
        path = self._dialogs.folder(self._folder())
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Open a photo or folder, or import a checkpoint, once unsaved work is seen to."""
        if path.suffix.lower() in CHECKPOINT_SUFFIXES:
            self._models.add(path)
        else:
            self.when_saved(lambda: self._document.open(path))

    def open_sample(self) -> None:
        """Open the photo that comes with the program."""
        self.open(places.sample_photo())

    def step(self, by: int) -> None:
        """Next or previous photo of the folder."""
        path = self._document.neighbour(by)
        if path is not None:
            self.open(path)

    def drop(self, data: QMimeData) -> None:
        """Take what was dropped or pasted: a file, or a picture."""
        paths = [path_of(url) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.open(paths[0])
        elif data.hasImage() and not (image := QImage(data.imageData())).isNull():
            self.when_saved(lambda: self._document.paste(image))

    def paste(self) -> None:
        """Take what is on the clipboard."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        if data is not None:  # what Qt's stub does not know: another program's may be gone
            self.drop(data)

    def opened(self, opened: Opened) -> None:
        """A photo is open: remember it, and say what there is to say."""
        self.history.restart()
        path = opened.photo.path
        if path is not None and path != places.sample_photo():
            recent = with_recent(self._preferences.settings.recent, path)
            self._preferences.change(recent=recent)
        self._recipe = opened.recipe
        notes = notes_of(opened.photo)
        if opened.recipe is not None:
            actions = {"recipe": tr("Use the same settings")}
            self.noticed.emit(Notice(recipe_of(opened.recipe), "info", actions))
        elif opened.from_folder:
            count = len(opened.folder)
            words = tr("{count} photos in this folder; Page Down shows the next.", count=count)
            actions = {"batch_folder": tr("Derain all {count}…", count=count)}
            self.noticed.emit(Notice(words, "info", actions))
        elif notes:
            self.noticed.emit(Notice(notes))
        if self._offer is not None:  # until it is answered: it does not come twice by itself
            self.recovery_found(self._offer)

    # Checkpoints

    def choose_checkpoint(self, id: str) -> None:
        """Derain with another checkpoint from now on."""
        self.history.choose_checkpoint(id)

    def keep_checkpoint(self) -> None:
        """The next start computes with what is chosen now, be it by undoing a choice."""
        self._preferences.change(checkpoint=self._document.options.weights)

    # Closing, settings, recovery, errors

    def close(self) -> None:
        """See to unsaved work, then let go of the photo; `ready_to_close` follows."""
        self.when_saved(self.ready_to_close.emit)

    def settings_changed(self, before: Settings, now: Settings) -> None:
        """Let the document compute as the settings say."""
        changed = {
            name: getattr(now.options, name)
            for name in ("device", "backend", "precision", "tile")
            if getattr(now, name) != getattr(before, name)
        }
        self._document.set_options(replace(self._document.options, **changed))

    def look_at_choice(self, status: Status) -> None:
        """Say once what is not computed on, because it computes wrongly here."""
        choice = status.choice
        problem = "" if choice is None else choice.problem
        if choice is not None and problem and problem != self._told_problem:
            self._told_problem = problem
            self.noticed.emit(Notice(fallen_back_of(choice), "info"))

    def recovery_found(self, offer: Offer) -> None:
        """A crash left something behind: offer it."""
        self._offer = offer
        words = tr(
            "AfterRain did not close properly. Of {name}, {done} of {total} tiles are kept.",
            name=printable(offer.source.name),
            done=offer.done,
            total=offer.total,
        )
        actions = {"restore": tr("Restore"), "forget": tr("Discard")}
        self.noticed.emit(Notice(words, "info", actions))

    def recovered(self, kept: Recovered) -> None:
        """What a crash left behind is open again."""
        if kept.mask is not None:
            self.history.set_mask(kept.mask)  # which keeps it for the next crash as well
        self.history.restart()

    def failed(self, error: BaseException) -> None:
        """Say what went wrong, in a sentence."""
        self.saver.forget()
        self.noticed.emit(Notice(str(explain(error)), "error"))

    def act(self, name: str) -> None:
        """Do what a button of the banner says."""
        action = self._actions.get(name)
        if action is not None:  # else it is about the batch
            action()

    def when_saved(self, then: Callable[[], None]) -> None:
        """Go on once nothing would be lost: nothing is unsaved, it was saved, or is given up."""
        document, photo = self._document, self._document.photo
        if not document.saving.is_unsaved or photo is None:
            then()
            return
        path = photo.path
        answer = self._dialogs.unsaved(printable(path.name) if path else tr("picture"))
        if answer != "cancel" and document.photo is not photo:
            self.when_saved(then)  # another one came meanwhile; the answer was not about it
        elif answer == "discard":
            self.saver.forget()
            document.give_up()  # or its next tile would be work that nobody was asked about
            then()
        elif answer == "save":
            self.saver.save_and(then)

    # Inside

    def _folder(self) -> str:
        photo = self._document.photo
        if photo is not None and photo.path is not None:
            return str(photo.path.parent)
        recent = self._preferences.settings.recent
        return str(path_kept(recent[0]).parent) if recent else str(Path.home())

    def _restore(self) -> None:
        offer = self._offer
        if offer is not None:
            self.when_saved(lambda: self._take_up(offer))

    def _take_up(self, offer: Offer) -> None:
        self._offer = None
        self._document.restore(offer)

    def _forget(self) -> None:
        offer, self._offer = self._offer, None
        if offer is not None:
            self._document.forget(offer)

    def _use_recipe(self) -> None:
        recipe = self._recipe
        if recipe is None:
            return
        self._document.set_strength(recipe.strength)
        self.history.strength_settled(recipe.strength)
        if recipe.checkpoint in {card.id for card in self._models.cards}:
            self.choose_checkpoint(recipe.checkpoint)
