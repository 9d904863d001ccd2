"""All connections of the Batch page, on one page as the window's are."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.batch_stage import BatchStatus
from app.batching.desk import BatchDesk
from app.batching.notifier import Notifier
from app.batching.thumbnails import Thumbnails
from app.runner import Runner
from app.session import Session
from app.translation import tr
from app.widgets.batch.page import BatchPage
from app.widgets.batch.panel import BatchPanel
from app.widgets.batch.rows import PICTURE
from app.widgets.shell import Shell
from app.wording import counted_of, pace_of


class BatchWiring(QObject):
    """Connects page, panel and banner with the desk, and the desk with the runner.

    Args:
        shell: has page, panel, banner and status line.
        desk: what they ask.
        session: has the open photo.
        runner: does the work.
        window: whose batch it is.
    """

    def __init__(
        self, shell: Shell, desk: BatchDesk, session: Session, runner: Runner, window: QWidget
    ) -> None:
        super().__init__(window)
        self._shell = shell
        self._desk = desk
        self._session = session
        self.thumbnails = Thumbnails(runner, PICTURE * window.devicePixelRatio(), self)
        shell.batch_page.model.pixel_ratio = window.devicePixelRatio()
        self.notifier = Notifier(window)
        self._connect_runner(runner)
        self._connect_batch()
        self._connect_page(shell.batch_page)
        self._connect_panel(shell.batch_panel)
        self._show_made_with()

    def _connect_runner(self, runner: Runner) -> None:
        desk = self._desk
        for receiver in (desk.batch, desk, desk.watch, self.thumbnails):
            runner.finished.connect(receiver.finished)
        for receiver in (desk.batch, desk.watch, self.thumbnails):
            runner.failed.connect(receiver.job_failed)
        runner.reported.connect(desk.batch.reported)
        runner.cancelled.connect(desk.batch.stopped)

    def _connect_batch(self) -> None:
        desk, batch, shell = self._desk, self._desk.batch, self._shell
        model = shell.batch_page.model
        batch.listed.connect(model.set_entries)
        batch.listed.connect(self._show_made_with)
        batch.entry_changed.connect(model.change_entry)
        batch.status_changed.connect(self._show_status)
        batch.choices_changed.connect(shell.batch_panel.show_choices)
        batch.ended.connect(desk.ended)
        batch.failed.connect(desk.failed)
        desk.watch.arrived.connect(desk.arrived)
        desk.watch.failed.connect(desk.watch_failed)
        desk.watched_changed.connect(shell.batch_panel.show_watched)
        desk.noticed.connect(shell.banner.show_notice)
        desk.over.connect(self._notify)
        shell.banner.action_chosen.connect(desk.act)
        shell.status_line.batch_asked.connect(desk.page_asked)
        self.notifier.chosen.connect(desk.page_asked)
        self._session.options_changed.connect(self._options_changed)
        self._session.strength_changed.connect(self._options_changed)

    def _connect_page(self, page: BatchPage) -> None:
        desk = self._desk
        page.add_photos_asked.connect(desk.ask_photos)
        page.add_folder_asked.connect(desk.ask_folder)
        page.row_opened.connect(desk.open_row)
        page.remove_asked.connect(desk.batch.remove)
        page.model.picture_wanted.connect(self.thumbnails.want)
        self.thumbnails.made.connect(page.model.set_picture)

    def _connect_panel(self, panel: BatchPanel) -> None:
        desk, steps = self._desk, panel.steps
        panel.choices_made.connect(desk.choose)
        panel.folder_asked.connect(desk.ask_output)
        panel.add_photos_asked.connect(desk.ask_photos)
        panel.add_folder_asked.connect(desk.ask_folder)
        panel.clear_asked.connect(desk.batch.clear)
        panel.watch_asked.connect(desk.set_watching)
        steps.start_asked.connect(desk.batch.start)
        steps.pause_asked.connect(desk.batch.pause)
        steps.resume_asked.connect(desk.batch.resume)
        steps.cancel_asked.connect(desk.batch.cancel)
        steps.retry_asked.connect(desk.retry)
        steps.output_asked.connect(desk.open_output)
        steps.report_asked.connect(desk.show_report)

    def _show_status(self, status: BatchStatus) -> None:
        shell = self._shell
        shell.batch_page.show_status(status, counted_of(status), pace_of(status))
        shell.batch_panel.show_status(status)
        words = tr("Batch: {progress}", progress=counted_of(status))
        shell.status_line.set_batch(words if status.stage.is_run else "")

    def _show_made_with(self) -> None:
        batch, session = self._desk.batch, self._session
        sample = batch.entries[0].name if batch.entries else ""
        self._shell.batch_panel.show_made_with(sample, batch.checkpoint, session.strength)

    def _options_changed(self) -> None:
        self._show_made_with()
        self._desk.batch.foresee_soon()

    def _notify(self, words: str) -> None:
        self.notifier.notify(tr("The batch is over"), words)
