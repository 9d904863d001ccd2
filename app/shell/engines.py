"""The loaded engine, shared by all pages, and the machine's devices."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from app.tasks import Job, QueueName, Work
from nledn.options import AUTO, Options

if TYPE_CHECKING:
    from nledn import Derainer, RainLayer
    from nledn.auto import Automatic
    from nledn.device import Choice
    from nledn.machine import Machine
    from nledn.models import LoadedModels
    from nledn.photo import Photo


class Engines:
    """The models of all pages and their layers; they load and compute on one queue.

    Args:
        load: makes one; None for `nledn.Derainer.load`, which brings in torch.
    """

    def __init__(self, load: "Callable[[Options], Derainer] | None" = None) -> None:
        self._load = load
        self._models: LoadedModels | None = None

    def models(self) -> "LoadedModels":
        """Return the cache; kept while the program runs."""
        if self._models is None:
            from nledn.models import LoadedModels

            self._models = LoadedModels() if self._load is None else LoadedModels(self._load)
        return self._models

    def get(self, options: Options) -> "Derainer":
        """Return the model for `options`, the all-round one for `auto`; loaded unless kept."""
        return self.models().find(options)

    def automatic(self, options: Options) -> "Derainer | Automatic":
        """Return the engine for photos of any rain."""
        from nledn.auto import Automatic

        is_auto = options.weights == AUTO
        return Automatic(options, self.get) if is_auto else self.get(options)

    def kept(self, photo: "Photo | None", options: Options) -> "RainLayer | None":
        """Return the known layer of a photo, from any thread, without computing."""
        if photo is None or self._models is None:
            return None
        return self._models.kept(photo, options)

    def unload(self) -> None:
        """Reload each model at its next use: another device may be chosen now."""
        if self._models is not None:
            self._models.unload()


@dataclass(frozen=True, eq=False)
class LoadJob(Job["Choice"]):
    """Load the engine ahead.

    Attributes:
        engines: have it afterwards.
        options: of the engine.
        again: also if it is loaded, because more is known of the machine now.
    """

    queue: ClassVar[QueueName] = "compute"
    engines: Engines
    options: Options
    again: bool = False

    def run(self, work: Work) -> "Choice":
        """Load it; the answer is its device."""
        if self.again:
            self.engines.unload()
        return self.engines.get(self.options).choice


@dataclass(frozen=True, eq=False)
class MachineJob(Job["Machine"]):
    """Read the machine's devices, on the compute queue, because torch answers."""

    queue: ClassVar[QueueName] = "compute"

    def run(self, work: Work) -> "Machine":
        """Ask."""
        from nledn import backends

        return backends.read_machine()


def give_memory_back() -> None:
    """Let other programs have what a graphics card keeps for the next tile."""
    from nledn import backends

    backends.rest()
