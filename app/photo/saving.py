"""From a result to files: names, questions and messages."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

from app.photo.document import Derained, Document, Done
from app.photo.results import DragFolders, Saved, SaveJob, image_of
from app.photo.state import PhotoState, tiles_of
from app.photo.words import saved_of
from app.shell.banner import Action, Notice
from app.shell.dialogs import Dialogs
from app.shell.file_dialogs import pictures_folder
from app.shell.names import folder_typed, url_of
from app.shell.save_dialogs import Preset, SaveQuestion
from app.shell.settings import Preferences
from app.shell.translation import tr
from app.tasks import Call, Tasks
from nledn import places
from nledn.errors import OutputExists
from nledn.messages import printable
from nledn.naming import RAIN_TEMPLATE, Naming, name_of

if TYPE_CHECKING:
    from nledn.photo import WriteSettings


class Saving(QObject):
    """Saves, copies and drags out results of the document.

    Attributes:
        dragged: (Path); a file for dragging.
        finish_asked: (callable) derain the rest of the photo, then call this.
        drag_folders: of the files that were dragged out.
        settled: (Saved, Derained) a result was written, and no other write of it follows.
        edited: a copy that another program made for us: Save replaces it; None without one.
    """

    noticed = Signal(object)
    failed = Signal(object)
    saved = Signal(object)
    settled = Signal(object, object)
    dragged = Signal(object)
    finish_asked = Signal(object)

    def __init__(
        self, document: Document, tasks: Tasks, preferences: Preferences, dialogs: Dialogs
    ) -> None:
        super().__init__(document)
        self._document = document
        self._tasks = tasks
        self._preferences = preferences
        self._dialogs = dialogs
        self.edited: Path | None = None
        self._then: Callable[[], None] | None = None
        self._writing: list[Derained] = []
        self._again: dict[Derained, tuple[SaveJob, Done]] = {}  # asked for while it is written
        self.drag_folders = DragFolders()

    def save(self) -> None:
        """Save beside the photo, or over this result's earlier file."""
        self._begin(self._save)

    def save_and(self, then: Callable[[], None]) -> None:
        """Save every unsaved result, and continue once all are written."""
        self._then = then
        self._go_on()

    def forget(self) -> None:
        """Drop the action that waited for saving, which failed."""
        self._then = None

    def save_as(self) -> None:
        """Ask where and how to save the present result, which may change during the dialog."""
        self._begin(self._save_as)

    def export(self, preset: Preset) -> None:
        """Write the result by a preset; its saved state does not change."""
        self._begin(partial(self._export, preset))

    def export_rain(self) -> None:
        """Ask for a file, and write the rain itself to it."""
        self._begin(self._export_rain)

    def write(
        self,
        derained: Derained,
        path: Path,
        settings: "WriteSettings",
        *,
        find_free_name: bool = False,
    ) -> None:
        """Write a result; ask before replacing another file."""
        record = self._preferences.settings.record
        result = self._document.result(derained)
        self._submit(derained, SaveJob(result, path, settings, record, find_free_name))

    def copy(self) -> None:
        """Put the result on the clipboard."""
        derained = self._savable()
        if derained is not None:
            result = self._document.result(derained)
            task = self._tasks.submit(Call(partial(image_of, result)))
            task.succeeded.connect(self._copied)
            task.failed.connect(self.failed.emit)

    def drag_out(self) -> None:
        """Make a file of the result, to be dragged to another program; `dragged` follows."""
        derained, settings = self._savable(), self._preferences.settings
        if derained is not None:
            result, write = self._document.result(derained), self._settings()
            name = name_of(self._naming(derained), settings.name_template)
            drag = partial(self.drag_folders.write, result, name, write, record=settings.record)
            task = self._tasks.submit(Call(drag))
            task.succeeded.connect(self.dragged.emit)
            task.failed.connect(self.failed.emit)

    # Inside

    def _savable(self) -> Derained | None:
        """The latest result; None without one, and while it is computed."""
        return None if self._document.status.state.is_running else self._document.latest

    def _begin(self, save: Callable[[Derained], None]) -> None:
        """Save the latest result; ask first if tiles of it are missing."""
        derained, status = self._savable(), self._document.status
        if derained is None:
            self.forget()
            return
        is_partial = status.state is PhotoState.PARTIAL
        answer = self._dialogs.partial(status.done, status.total) if is_partial else "save"
        if answer == "finish":
            self.finish_asked.emit(partial(self._save_complete, derained, save))
        elif answer == "cancel":
            self.forget()
        elif self._document.latest is derained:  # another photo may be opened behind the question
            save(derained)

    def _save_complete(self, derained: Derained, save: Callable[[Derained], None]) -> None:
        if self._document.latest is derained and derained.layer.is_complete:
            save(derained)

    def _save(self, derained: Derained) -> None:
        settings, photo = self._preferences.settings, self._document.photo
        assert photo is not None, "there is a result of it"
        result, path = self._document.result(derained), derained.path
        if photo.path is not None and photo.path == self.edited:
            # Without a path it is no source, which nothing replaces: the program has the original.
            result, path = replace(result, photo=replace(result.photo, path=None)), photo.path
        job = SaveJob(result, path or Path(), self._settings(overwrite=True), settings.record)
        if derained in self._writing:
            self._again[derained] = job, derained.work  # its path may not be known yet
        elif path is not None:
            self._submit(derained, job)
        elif photo.path is None or _is_ours(photo.path):
            self._save_as(derained)
        else:
            path = photo.path.with_name(name_of(self._naming(derained), settings.name_template))
            self.write(derained, path, self._settings(), find_free_name=True)

    def _save_as(self, derained: Derained) -> None:
        settings, photo = self._preferences.settings, self._document.photo
        assert photo is not None, "there is a result of it"
        result, work = self._document.result(derained), derained.work
        suggested = self._own_folder() / name_of(self._naming(derained), settings.name_template)
        choice = self._dialogs.save_as(SaveQuestion(suggested, settings.quality, photo.path))
        if choice is None:
            self.forget()
            return
        self._preferences.change(quality=choice.quality)
        write = self._settings(overwrite=choice.path == derained.path)
        self._submit(derained, SaveJob(result, choice.path, write, settings.record), work)

    def _export(self, preset: Preset, derained: Derained) -> None:
        naming = self._naming(derained)
        naming = replace(naming, ext=preset.suffix or naming.ext)
        folder = folder_typed(preset.folder, self._own_folder())
        path = folder / name_of(naming, preset.template)
        size = preset.longest_side_px
        write = replace(self._settings(), quality=preset.quality, longest_side_px=size)
        result, record = self._document.result(derained), self._preferences.settings.record
        task = self._tasks.submit(SaveJob(result, path, write, record, find_free_name=True))
        task.succeeded.connect(self._tell_saved)
        task.failed.connect(self.failed.emit)

    def _export_rain(self, derained: Derained) -> None:
        from nledn import pipeline

        result = self._document.result(derained)
        name = name_of(replace(self._naming(derained), ext=".tif"), RAIN_TEMPLATE)
        path = self._dialogs.rain_layer(self._own_folder() / name)
        if path is not None:
            # The person has agreed to replace an existing file.
            write = partial(pipeline.write_rain, result, path, overwrite=True)
            task = self._tasks.submit(Call(write))
            words = tr("Saved the rain layer as {name}.", name=printable(path.name))
            task.succeeded.connect(lambda _: self._tell_written(path, words))
            task.failed.connect(self.failed.emit)

    def _own_folder(self) -> Path:
        """The photo's folder, or the one for pictures if it has none."""
        photo = self._document.photo
        assert photo is not None, "there is a result of it"
        if photo.path is None or _is_ours(photo.path):
            return pictures_folder()
        return photo.path.parent

    def _tell_saved(self, saved: Saved) -> None:
        self._tell_written(saved.path, saved_of(saved), saved.photo.notes)

    def _tell_written(self, path: Path, words: str, notes: tuple[str, ...] = ()) -> None:
        show_folder = partial(QDesktopServices.openUrl, url_of(path.parent))
        action = Action("show_folder", tr("Show in folder"), show_folder)
        # With notes it stays until it is closed.
        self.noticed.emit(Notice(words, "info" if notes else "done", (action,)))

    def _submit(self, derained: Derained, job: SaveJob, work: Done | None = None) -> None:
        work = work or derained.work
        self._writing.append(derained)
        task = self._tasks.submit(job)
        task.succeeded.connect(partial(self._written, derained, work))
        task.failed.connect(partial(self._not_written, derained, work, job))

    def _written(self, derained: Derained, work: Done, saved: Saved) -> None:
        """Report it, and continue with the waiting action."""
        self._writing.remove(derained)
        self._document.set_saved(derained, saved.path, work)
        self._tell_saved(saved)
        self.saved.emit(saved)
        job, again = self._again.pop(derained, (None, work))
        if job is not None and again != work:
            self._submit(derained, replace(job, path=saved.path), again)
            return
        self.settled.emit(saved, derained)
        self._go_on()

    def _go_on(self) -> None:
        unsaved = self._document.unsaved
        if self._then is None:
            return
        if unsaved:
            self._save_and_go_on(unsaved[0])  # of this photo, even if that before it was written
        else:
            then, self._then = self._then, None
            then()

    def _save_and_go_on(self, derained: Derained) -> None:
        is_complete = derained.layer.is_complete
        answer = "save" if is_complete else self._dialogs.partial(*tiles_of(derained.layer))
        if answer == "finish":
            self._document.history.choose_checkpoint(derained.choices.weights, only_here=True)
            self.finish_asked.emit(partial(self._finished, derained))
        elif answer == "cancel":
            self.forget()
        elif derained in self._document.unsaved:  # as in `_begin`
            self._save(derained)

    def _finished(self, derained: Derained) -> None:
        """Continue with what waits, unless the rest was cancelled or failed."""
        if derained.layer.is_complete:
            self._go_on()
        else:
            self.forget()

    def _not_written(self, derained: Derained, work: Done, job: SaveJob, error: Exception) -> None:
        self._writing.remove(derained)
        is_there = isinstance(error, OutputExists)
        if is_there and self._dialogs.replace(printable(job.path.name)):
            write = replace(job.settings, overwrite=True)
            self._submit(derained, replace(job, settings=write), work)
            return
        self._again.pop(derained, None)
        self.forget()
        if not is_there:
            self.failed.emit(error)

    def _copied(self, image: QImage) -> None:
        QGuiApplication.clipboard().setImage(image)
        self.noticed.emit(Notice(tr("The result is on the clipboard."), "done"))

    def _settings(self, *, overwrite: bool = False) -> "WriteSettings":
        from nledn.photo import WriteSettings

        kept = self._preferences.settings
        return WriteSettings(
            quality=kept.quality,
            overwrite=overwrite,
            strip=kept.strip,
            keep_times=kept.keep_times,
        )

    def _naming(self, derained: Derained) -> Naming:
        from nledn.photo import output_suffix

        photo = self._document.photo
        assert photo is not None, "there is a result of it"
        choices = derained.choices
        return Naming(
            stem=photo.path.stem if photo.path else tr("picture"),
            ext=output_suffix(photo),
            checkpoint=choices.weights,
            strength=choices.strength,
            n=1,
        )


def _is_ours(path: Path) -> bool:
    """True for a sample, whose folder belongs to the program and takes no results."""
    return path.parent == places.sample_photo().parent
