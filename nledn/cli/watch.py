"""`nledn watch IN OUT`: the photos of a folder, and those that arrive there."""

import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Annotated

import typer

from nledn import auto, catalog, decoder
from nledn.auto import Automatic, named
from nledn.batch import BatchRequest, BatchSettings, Found, Queue, Update, in_folder, run
from nledn.cancel import CancelToken
from nledn.cli.console import ERROR_STYLE, Exit, cancelled_by_ctrl_c, err, say_error, say_path
from nledn.cli.options import RESULTS, ConflictOption, ResultOptions, taking
from nledn.engine import Derainer
from nledn.errors import BatchInputEmpty, DerainError, FolderNotFound, PhotoIsVideo
from nledn.messages import printable
from nledn.options import Options
from nledn.watch import SETTLE_S, Settling, observed, stamps_of


@taking("weights", "strength", "keep_brightness", "device", *RESULTS)
def watch(
    source: Annotated[
        Path,
        typer.Argument(metavar="IN", help="Folder, with all below it.", show_default=False),
    ],
    output: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder for the results.", show_default=False)
    ],
    options: Options,
    results: ResultOptions,
    on_conflict: ConflictOption = "skip",
) -> None:
    """Derain the photos of a folder, and each that arrives there, until Ctrl+C.

    Prints the path of each result. Started again, it continues. Exits with 0 after Ctrl+C, with 2
    if photos failed, with 1 if none could be done.
    """
    settings = BatchSettings(options=options, conflict=on_conflict, **vars(results))
    with cancelled_by_ctrl_c("Ending after this tile …") as cancel:
        code = Watch(source, output, settings, cancel).run()
    if code:
        raise typer.Exit(code)


@dataclass(eq=False)
class Watch:
    """A run of the batch for each time that photos have arrived."""

    source: Path
    output: Path
    settings: BatchSettings
    cancel: CancelToken

    def __post_init__(self) -> None:
        # As `in_folder` names it: arrived photos are known among the found ones by their paths.
        self.source = Path(os.path.abspath(self.source))
        self._card = catalog.card_of(self.settings.options.weights)
        self._arrived: SimpleQueue[Path] = SimpleQueue()
        self._gone = threading.Event()  # the folder
        self._settling = Settling()
        self._complete: set[Path] = set()
        self._new: set[Path] = set()  # those of this run
        self._done = self._failed = 0

    def run(self) -> Exit:
        """Watch until it is cancelled, or a batch cannot continue, and say what was done."""
        code = self._watch()
        photos = "photo" if self._done == 1 else "photos"
        err.print(f"Ended: {self._done} {photos} done, {self._failed} failed.")
        return code

    def _watch(self) -> Exit:
        if not self.source.is_dir():
            raise FolderNotFound(self.source)
        observer = observed(self.source, self._arrived.put, self._gone.set)
        try:
            for file in self._found().files:
                self._arrived.put(self.source / file)
            err.print(f"Watching {printable(self.source)}. Ctrl+C ends it.")
            while not self.cancel.is_cancelled:
                self._wait()
                if self._gone.is_set():
                    raise FolderNotFound(self.source)
                if self._new:
                    self._derain()
        except DerainError as error:  # a full disk, or another run that has the folder
            say_error(error)
            return Exit.SOME_FAILED if self._done else Exit.NONE_DONE
        finally:
            observer.stop()
            observer.join()
        if self._failed:
            return Exit.SOME_FAILED if self._done else Exit.NONE_DONE
        return Exit.DONE

    def _found(self) -> Found:
        try:
            return in_folder(self.source, recursive=True, out=self.output)
        except (BatchInputEmpty, PhotoIsVideo):
            return Found(self.source, ())

    def _wait(self) -> None:
        """Wait a moment, and find the complete ones of the arrived files."""
        time.sleep(SETTLE_S)
        with suppress(Empty):
            while True:
                self._settling.note(self._arrived.get_nowait())
        self._new = set(self._settling.compare(stamps_of(self._settling.paths)))
        self._complete |= self._new

    def _derain(self) -> None:
        found = self._found()
        files = tuple(file for file in found.files if found.root / file in self._complete)
        request = BatchRequest(Found(found.root, files), self.output, self.settings, self._card)
        try:
            queue = Queue.opened(request)
        except BatchInputEmpty:  # the arrived files are missing, or results
            return
        with queue:
            # An earlier photo is neither done again when its result was taken away, nor while it
            # is written to.
            queue.keep_to(self._new)
            if queue.counts().planned:
                self._out = queue.workspace.out
                ending = run(queue, self._engine, self._tell, self.cancel)
                if ending.error is not None:
                    raise ending.error

    @cached_property
    def _engine(self) -> Derainer | Automatic:
        decoder.warm_up()  # while the engine is loaded
        return auto.load(self.settings.options)

    def _tell(self, update: Update) -> None:
        """Print the lines of a finished photo, or the error of a failed one."""
        if update.state == "running":
            return
        if update.state == "done":
            assert update.row is not None and update.row.output is not None, "it is done"
            self._done += 1
            say_path(self._out / update.row.output)
            if update.row.figures is not None:
                model = named(update.row.figures.checkpoint, update.row.figures.reason)
                err.print(f"Derained in {update.seconds:.1f} s ({model}).")
        else:
            failed = update.state == "failed"
            self._failed += failed
            err.print(str(update.error), style=ERROR_STYLE if failed else None)
        for note in update.notes:
            err.print(f"{printable(update.source)}: {note}")
