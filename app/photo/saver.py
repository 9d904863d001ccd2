"""From a result to files: names, questions, and what is told about it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

from app.imaging.picture import Picture
from app.photo.document import Document
from app.photo.jobs import Saved, SaveJob
from app.photo.words import saved_of
from app.shell.banner import Notice
from app.shell.dialogs import Dialogs
from app.shell.names import url_of
from app.shell.save_dialog import SaveQuestion
from app.shell.settings import Preferences
from app.shell.translation import tr
from nledn import places
from nledn.messages import printable
from nledn.naming import Naming, name_of

if TYPE_CHECKING:
    from nledn.photo import WriteSettings
    from nledn.pipeline import Result


class Saver(QObject):
    """Saves, copies and drags out what the document has.

    Attributes:
        noticed: (Notice) what became of it.
    """

    noticed = Signal(object)

    def __init__(
        self, document: Document, picture: Picture, preferences: Preferences, dialogs: Dialogs
    ) -> None:
        super().__init__(document)
        self._document = document
        self._picture = picture
        self._preferences = preferences
        self._dialogs = dialogs
        self._folder: Path | None = None
        self._then: Callable[[], None] | None = None
        self._once_more = False

    def save(self) -> None:
        """Save beside the photo, or over what this photo was saved to before."""
        document, settings = self._document, self._preferences.settings
        if document.saving.is_writing:
            self._once_more = True  # it may be of before the last change, and its name is not sure
        elif not document.can_save or document.photo is None:
            self.forget()
        elif document.saving.path is not None:
            self._submit(document.saving.path, _settings(settings.quality, overwrite=True))
        elif document.photo.path is None or _is_ours(document.photo.path):
            self.save_as()
        else:
            path = document.photo.path.with_name(self._name())
            write = _settings(settings.quality, overwrite=False)
            self._submit(path, write, find_free_name=True)

    def save_as(self) -> None:
        """Ask where and how to save what there is now; it may go while the person thinks."""
        document, settings = self._document, self._preferences.settings
        if not document.can_save or document.photo is None:
            return
        result = self._result()
        source = document.photo.path
        folder = _pictures() if source is None or _is_ours(source) else source.parent
        question = SaveQuestion(
            folder, self._naming(), settings.name_template, settings.quality, source
        )
        choice = self._dialogs.save_as(question)
        if choice is None:
            self.forget()
            return
        self._preferences.change(name_template=choice.template, quality=choice.quality)
        again = choice.path == document.saving.path
        self._submit(choice.path, _settings(choice.quality, overwrite=again), result)

    def occupied(self, job: SaveJob) -> None:
        """There is another file where a result was to be saved: ask whether it may go."""
        if self._dialogs.replace(printable(job.path.name)):
            self._document.saving.replace_file(job)
        else:
            self.forget()

    def save_and(self, then: Callable[[], None]) -> None:
        """Save, stopping what is being computed, and go on once it is written."""
        self._then = then
        self._document.cancel_and(self.save)

    def forget(self) -> None:
        """Saving came to nothing: do not go on with what waited for it."""
        self._then = None
        self._once_more = False

    def saved(self, saved: Saved) -> None:
        """A result is written: say so, and go on with what waited for it."""
        self._folder = saved.path.parent
        words = saved_of(saved.path, saved.photo, saved.settings)
        self.noticed.emit(Notice(words, "done", {"show_folder": tr("Show in folder")}))
        is_asked_for = self._once_more or self._then is not None
        self._once_more = False
        if is_asked_for and self._document.saving.is_unsaved:
            self.save()  # that was of before the last change, or of the photo before this one
            return
        then, self._then = self._then, None
        if then is not None:
            then()

    def show_folder(self) -> None:
        """Show where the last result lies."""
        if self._folder is not None:
            QDesktopServices.openUrl(url_of(self._folder))

    def copy(self) -> None:
        """Put the result on the clipboard."""
        if self._document.can_save:
            self._document.saving.copy(self._result())

    def copied(self, image: QImage) -> None:
        """The result is ready for the clipboard."""
        QGuiApplication.clipboard().setImage(image)
        self.noticed.emit(Notice(tr("The result is on the clipboard."), "done"))

    def drag_out(self) -> None:
        """Make a file of the result, to be dragged to another program."""
        if self._document.can_save:
            settings = self._preferences.settings
            write = _settings(settings.quality, overwrite=False)
            saving, result = self._document.saving, self._result()
            saving.drag(result, self._name(), write, record=settings.record)

    def _submit(
        self,
        path: Path,
        settings: "WriteSettings",
        result: "Result | None" = None,
        *,
        find_free_name: bool = False,
    ) -> None:
        self._document.saving.save(
            result or self._result(),
            path,
            settings,
            record=self._preferences.settings.record,
            find_free_name=find_free_name,
        )

    def _result(self) -> "Result":
        return self._document.result(self._picture.mask)

    def _name(self) -> str:
        return name_of(self._naming(), self._preferences.settings.name_template)

    def _naming(self) -> Naming:
        from nledn.photo import output_suffix

        document = self._document
        assert document.photo is not None
        assert document.latest is not None
        path = document.photo.path
        return Naming(
            stem=path.stem if path else tr("picture"),
            ext=output_suffix(document.photo),
            checkpoint=document.latest.record.checkpoint,
            strength=document.strength,
            n=1,
        )


def _is_ours(path: Path) -> bool:
    """A sample: its folder came with the program, and is no place for results."""
    return path.parent == places.sample_photo().parent


def _pictures() -> Path:
    kind = QStandardPaths.StandardLocation.PicturesLocation
    return Path(QStandardPaths.writableLocation(kind))


def _settings(quality: int, *, overwrite: bool) -> "WriteSettings":
    from nledn.photo import WriteSettings

    return WriteSettings(quality=quality, overwrite=overwrite)
