"""From a result to files: names, questions, and what is told about it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

from app.dialogs import Dialogs
from app.jobs import Saved, SaveJob
from app.names import url_of
from app.session import Session
from app.settings import Preferences
from app.translation import tr
from app.views.picture import Picture
from app.widgets.banner import Notice
from app.widgets.save_dialog import SaveQuestion
from app.wording import saved_of
from nledn import places
from nledn.messages import printable
from nledn.naming import Naming, name_of

if TYPE_CHECKING:
    from nledn.photo import WriteSettings
    from nledn.pipeline import Result


class Saver(QObject):
    """Saves, copies and drags out what the session has.

    Attributes:
        noticed: (Notice) what became of it.
    """

    noticed = Signal(object)

    def __init__(
        self, session: Session, picture: Picture, preferences: Preferences, dialogs: Dialogs
    ) -> None:
        super().__init__(session)
        self._session = session
        self._picture = picture
        self._preferences = preferences
        self._dialogs = dialogs
        self._folder: Path | None = None
        self._then: Callable[[], None] | None = None
        self._once_more = False

    def save(self) -> None:
        """Save beside the photo, or over what this photo was saved to before."""
        session, settings = self._session, self._preferences.settings
        if session.saving.is_writing:
            self._once_more = True  # it may be of before the last change, and its name is not sure
        elif not session.can_save or session.photo is None:
            self.forget()
        elif session.saving.path is not None:
            self._submit(session.saving.path, _settings(settings.quality, overwrite=True))
        elif session.photo.path is None or _is_ours(session.photo.path):
            self.save_as()
        else:
            path = session.photo.path.with_name(self._name())
            write = _settings(settings.quality, overwrite=False)
            self._submit(path, write, find_free_name=True)

    def save_as(self) -> None:
        """Ask where and how to save what there is now; it may go while the person thinks."""
        session, settings = self._session, self._preferences.settings
        if not session.can_save or session.photo is None:
            return
        result = self._result()
        source = session.photo.path
        folder = _pictures() if source is None or _is_ours(source) else source.parent
        question = SaveQuestion(
            folder, self._naming(), settings.name_template, settings.quality, source
        )
        choice = self._dialogs.save_as(question)
        if choice is None:
            self.forget()
            return
        self._preferences.change(name_template=choice.template, quality=choice.quality)
        again = choice.path == session.saving.path
        self._submit(choice.path, _settings(choice.quality, overwrite=again), result)

    def occupied(self, job: SaveJob) -> None:
        """There is another file where a result was to be saved: ask whether it may go."""
        if self._dialogs.replace(printable(job.path.name)):
            self._session.saving.replace_file(job)
        else:
            self.forget()

    def save_and(self, then: Callable[[], None]) -> None:
        """Save, stopping what is being computed, and go on once it is written."""
        self._then = then
        self._session.cancel_and(self.save)

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
        if is_asked_for and self._session.saving.is_unsaved:
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
        if self._session.can_save:
            self._session.saving.copy(self._result())

    def copied(self, image: QImage) -> None:
        """The result is ready for the clipboard."""
        QGuiApplication.clipboard().setImage(image)
        self.noticed.emit(Notice(tr("The result is on the clipboard."), "done"))

    def drag_out(self) -> None:
        """Make a file of the result, to be dragged to another program."""
        if self._session.can_save:
            settings = self._preferences.settings
            write = _settings(settings.quality, overwrite=False)
            saving, result = self._session.saving, self._result()
            saving.drag(result, self._name(), write, record=settings.record)

    def _submit(
        self,
        path: Path,
        settings: "WriteSettings",
        result: "Result | None" = None,
        *,
        find_free_name: bool = False,
    ) -> None:
        self._session.saving.save(
            result or self._result(),
            path,
            settings,
            record=self._preferences.settings.record,
            find_free_name=find_free_name,
        )

    def _result(self) -> "Result":
        return self._session.result(self._picture.mask)

    def _name(self) -> str:
        return name_of(self._naming(), self._preferences.settings.name_template)

    def _naming(self) -> Naming:
        from nledn.photo import output_suffix

        session = self._session
        assert session.photo is not None
        assert session.latest is not None
        path = session.photo.path
        return Naming(
            stem=path.stem if path else tr("picture"),
            ext=output_suffix(session.photo),
            checkpoint=session.latest.record.checkpoint,
            strength=session.strength,
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
