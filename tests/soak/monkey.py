"""A monkey at the window: one thing after the other, by chance, with a rest now and then.

What it does at a step follows from the seed and the number of the step, not from what happened
before, so that a seed repeats a run as far as threads allow.
"""

import faulthandler
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import TextIO

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.photo.state import PhotoState, Status
from nledn.decoder.pool import pool as decoders
from tests.soak import acts, replies
from tests.soak.probe import Sample, take_sample
from tests.soak.whims import Whims
from tests.soak.world import World, tidy

PAUSES_MS = (0, 0, 0, 5, 20, 60, 150)
STUCK_S = 120.0
"""After so long without a turn of the loop, or without idle time, something hangs."""
LOOK_MS = 50


class Monkey(QObject):
    """Plays with a window until its time is over, and closes it.

    Args:
        window: that is shown.
        world: files.
        whims: answers the window's questions.
        journal: a line for each step.
        seed: of all that it does.

    Attributes:
        samples: at each rest.
        did: how often it did what.
        achieved: what came of it.
        is_over: it has played to the end.
    """

    def __init__(
        self, window: MainWindow, world: World, whims: Whims, journal: TextIO, seed: int
    ) -> None:
        super().__init__(window)
        self.samples: list[Sample] = []
        self.did: Counter[str] = Counter()
        self.achieved: Counter[str] = Counter()
        self._play = acts.Play(window, world, whims)
        self._whims = whims
        self._journal = journal
        self._seed = seed
        self.is_over = False
        self._step = 0
        self._began = time.monotonic()
        self._until = self._rests_at = 0.0
        self._seconds = self._rest_every_s = 60.0
        self._settings = window.preferences.settings
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._next)
        self._count()

    def begin(self, seconds: float, rest_every_s: float) -> None:
        """Rest, then play for so long, with a rest every so often and one at the end."""
        self._seconds = seconds
        self._rest_every_s = rest_every_s
        self._rest()

    # Playing

    def _next(self) -> None:
        """One thing; the next one is due whether or not this one waits in a dialog."""
        if self._now() >= min(self._until, self._rests_at):
            self._rest()
            return
        self._step += 1
        hand = self._play.hand
        hand.rng = Random(f"{self._seed}/{self._step}")
        self._timer.start(hand.one_of(PAUSES_MS))
        faulthandler.dump_traceback_later(STUCK_S, exit=True)
        before = self._step
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            self._note(before, "popup", replies.answer_popup(hand, popup))
        elif dialog is not None:
            self._note(before, "dialog", replies.answer(hand, dialog))
        else:
            act = acts.choose(hand)
            self._note(before, f"{act.__name__} …", "")
            self.did[act.__name__] += 1
            self._note(before, act.__name__, act(self._play))

    def _note(self, step: int, what: str, words: str) -> None:
        self._journal.write(f"{self._now():9.3f} s  {step:6}  {what} {words}\n")
        self._journal.flush()

    def _now(self) -> float:
        return time.monotonic() - self._began

    # Resting

    def _rest(self) -> None:
        """Let go of everything, see that all comes to an end, and look at the process."""
        self._whims.rests = True
        self._play.hand.release()
        open_now = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if open_now is not None:
            replies.dismiss(open_now)
            QTimer.singleShot(0, self._rest)
            return
        self._note(self._step, "rest", "begins")
        _let_go(self._play.window)
        self._play.window.preferences.replace(self._settings)
        self._when(self._is_quiet, self._open_first)

    def _open_first(self) -> None:
        window, first = self._play.window, self._play.world.good[3]
        window.batch_controller.batch.clear()
        window.controller.open(first)
        window.controller.warm_up()
        self._when(lambda: self._is_quiet() and _shows(window, first.name), self._wait)

    def _wait(self) -> None:
        # One decoder stays; those that the last things needed beside it end some seconds later.
        self._when(lambda: self._is_quiet() and len(decoders._idle) <= 1, self._look)

    def _look(self) -> None:
        tidy(self._play.world)
        sample = take_sample(self._now())
        if not self.samples:
            self._until = self._now() + self._seconds
        self.samples.append(sample)
        self._note(self._step, "rest", str(sample))
        self._rests_at = self._now() + self._rest_every_s
        if self._now() < self._until:
            self._whims.rests = False
            self._timer.start(0)
        else:  # at rest still: rain that came back with the photo is given up, not asked about
            self.is_over = True
            faulthandler.cancel_dump_traceback_later()
            self._play.window.close()

    def _is_quiet(self) -> bool:
        window = self._play.window
        return window.tasks.is_idle and not window.batch_controller.batch.status.state.is_run

    def _when(self, holds: Callable[[], bool], then: Callable[[], None]) -> None:
        """Wait until something holds twice in a row: signals may still be under way."""
        faulthandler.dump_traceback_later(STUCK_S, exit=True)
        seen = [0]
        timer = QTimer(self)

        def look() -> None:
            seen[0] = seen[0] + 1 if holds() else 0
            if seen[0] == 2:
                timer.stop()
                timer.deleteLater()
                then()

        timer.timeout.connect(look)
        timer.start(LOOK_MS)

    # What came of it

    def _count(self) -> None:
        window, achieved = self._play.window, self.achieved

        def done(status: Status) -> None:
            achieved["derained"] += status.state is PhotoState.DONE

        window.document.photo_opened.connect(lambda _: achieved.update(("opened",)))
        window.document.status_changed.connect(done)
        window.controller.saving.saved.connect(lambda _: achieved.update(("saved",)))
        window.batch_controller.batch.ended.connect(lambda _: achieved.update(("batches",)))
        comparing = window.compare.controller
        comparing.changed.connect(
            lambda: achieved.update(("compared",) if comparing.measured() else ())
        )


def _let_go(window: MainWindow) -> None:
    window.document.history.stack.clear()
    window.photo.panel.keep_area.put_down()
    window.named_actions["full_screen"].setChecked(False)
    window.batch_controller.set_watching(False)
    window.batch_controller.batch.cancel()
    window.compare.controller.model.stop()
    window.controller.cancel()
    window.named_actions["before_after"].trigger()
    window.shell.banner.clear()
    # What Python has put on Qt's own clipboard (offscreen) would be destroyed after Python.
    QGuiApplication.clipboard().clear()


def _shows(window: MainWindow, name: str) -> bool:
    photo = window.document.photo
    return photo is not None and photo.path is not None and photo.path.name == name
