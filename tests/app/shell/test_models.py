"""The authors' checkpoints from the window: offered, fetched from a server here, told about."""

import hashlib
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QMenu
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.shell.dialogs import FetchDialog, FetchOffer
from nledn import fetch
from nledn.fetch import RemoteFile
from tests.app.window import Answers, said
from tests.checkpoint_files import WEIGHTS, in_authors_layout, pth
from tests.loopback import Manners, serving

ID = "authors-rain100l"
OFFERS = (
    FetchOffer("authors-ddn", "DDN", "9,100 pairs", 4_039_349),
    FetchOffer("authors-didmdn", "DID", "12,000 pairs", 4_038_021),
)


@pytest.fixture(scope="module")
def content() -> bytes:
    return pth(in_authors_layout(WEIGHTS), is_zip=False)


@pytest.fixture
def manners(content: bytes, monkeypatch: pytest.MonkeyPatch, dialogs: Answers) -> Iterator[Manners]:
    """The manners of the server that replaces the public one."""
    monkeypatch.setenv("no_proxy", "*")
    dialogs.to_fetch = (ID,)
    made = Manners(content)
    with serving(made) as url:
        file = RemoteFile(url, len(content), hashlib.sha256(content).hexdigest())
        monkeypatch.setattr(fetch, "FETCHABLE", {ID: file})
        yield made


def test_a_checkpoint_is_fetched_and_can_be_chosen(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, manners: Manners
) -> None:
    told: list[str] = []
    window.models.progressed.connect(told.append)
    with qtbot.waitSignal(window.models.shelf_read):
        window.models.look()
    picker = window.photo.panel.model
    with qtbot.waitSignal(window.models.shelf_read, timeout=20_000):
        picker.fetch_action.trigger()
        assert picker.progress.isVisible()
    assert [offer.id for offer in dialogs.offers] == [ID]
    (research,) = picker.menu.findChildren(QMenu)
    assert [action.data() for action in research.actions()] == [ID]
    assert said(window).startswith("Fetched ")
    assert told[-2].endswith("100 %")
    assert not picker.progress.isVisible()
    picker.fetch_action.trigger()
    assert "already here" in said(window)
    assert len(dialogs.asked) == 1


def test_stop_keeps_what_came_and_says_nothing(
    qtbot: QtBot, window: MainWindow, manners: Manners
) -> None:
    manners.stall_after_bytes = 1_000_000
    picker = window.photo.panel.model
    told: list[str] = []
    window.models.progressed.connect(told.append)
    picker.fetch_action.trigger()
    qtbot.waitUntil(lambda: len(told) > 1)  # some of it has come
    picker.stop_button.click()
    manners.over.set()
    qtbot.waitUntil(lambda: window.tasks.is_idle and not picker.progress.isVisible())
    assert said(window) == ""
    assert not fetch.is_here(ID)


def test_a_server_that_has_lost_it_is_told(
    qtbot: QtBot, window: MainWindow, manners: Manners
) -> None:
    manners.status = 404
    with qtbot.waitSignal(window.models.noticed):
        window.photo.panel.model.fetch_action.trigger()
    assert window.shell.banner.notice is not None
    assert window.shell.banner.notice.kind == "error"
    assert not window.photo.panel.model.progress.isVisible()


def test_nothing_is_fetched_that_was_not_chosen(
    window: MainWindow, dialogs: Answers, manners: Manners
) -> None:
    dialogs.to_fetch = ()
    window.photo.panel.model.fetch_action.trigger()
    assert window.tasks.is_idle
    assert manners.requests == 0


def test_the_terms_have_no_empty_lines_around_them(qtbot: QtBot) -> None:
    terms = "No licence is stated. " * 6
    dialog = FetchDialog(OFFERS, terms)
    qtbot.addWidget(dialog)
    dialog.show()
    (label,) = (each for each in dialog.findChildren(QLabel) if each.text() == terms)
    assert label.height() < label.heightForWidth(label.width()) + label.fontMetrics().height()


def test_the_dialog_says_the_terms_and_waits_for_a_choice(qtbot: QtBot) -> None:
    dialog = FetchDialog(OFFERS, "No licence is stated.")
    qtbot.addWidget(dialog)
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not button.isEnabled()
    dialog.boxes["authors-didmdn"].click()
    assert button.isEnabled()
    assert dialog.chosen() == ("authors-didmdn",)
