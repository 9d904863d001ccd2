"""The engine that is loaded, shared by all pages, and what the machine computes on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from app.tasks import Job, QueueName, Work
from nledn import Options

if TYPE_CHECKING:
    from nledn import Derainer
    from nledn.compare import Models
    from nledn.device import Choice, Machine


class Engines:
    """The engine that is loaded; touched by the compute lane alone.

    Args:
        load: makes one; None for `nledn.Derainer.load`, which brings in torch.
    """

    def __init__(self, load: "Callable[[Options], Derainer] | None" = None) -> None:
        self._load = load
        self._options: Options | None = None
        self._derainer: Derainer | None = None
        self._models: Models | None = None

    def models(self) -> "Models":
        """Checkpoints that are compared, and what they have found; kept while the program runs."""
        if self._models is None:
            from nledn.compare import Models

            self._models = Models() if self._load is None else Models(self._load)
        return self._models

    def get(self, options: Options) -> "Derainer":
        """The engine for `options`, loaded unless it was the last one."""
        if self._derainer is None or self._options != options:
            self._derainer = None  # two at a time would take the memory of two
            load = self._load
            if load is None:
                from nledn import Derainer

                load = Derainer.load
            self._derainer, self._options = load(options), options
        return self._derainer

    def unload(self) -> None:
        """Load each anew at its next use: another choice may be made now."""
        self._derainer = None
        if self._models is not None:
            self._models.unload()


@dataclass(frozen=True, eq=False)
class LoadJob(Job):
    """Load the engine before anybody asks for it.

    Attributes:
        engines: have it afterwards.
        options: how it will compute.
        anew: even if it is loaded, because the machine is known better now.
    """

    queue: ClassVar[QueueName] = "compute"
    engines: Engines
    options: Options
    anew: bool = False

    def run(self, work: Work) -> "Choice":
        """Load it, and what comparing needs; the answer is where it will compute."""
        if self.anew:
            self.engines.unload()
        choice = self.engines.get(self.options).choice
        self.engines.models()
        return choice


@dataclass(frozen=True, eq=False)
class MachineJob(Job):
    """Ask what this machine can compute on; on the compute lane, because torch answers."""

    queue: ClassVar[QueueName] = "compute"

    def run(self, work: Work) -> "Machine":
        """Ask."""
        from nledn import backends

        return backends.read_machine()
