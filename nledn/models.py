"""Loaded models and their rain layers: one cache for a whole process.

Going back to a photo, a model or a strength costs nothing while its layer is kept; strength is
arithmetic on the layer, so one layer serves every strength. The Photo page and the Compare page
share one cache, and see at once what the other has computed.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np

from nledn import auto, catalog, pipeline
from nledn.auto import Chosen, Rain
from nledn.cancel import CancelToken
from nledn.engine import Derainer
from nledn.errors import CheckpointNotFound, DerainError
from nledn.options import AUTO, Options
from nledn.photo import Photo
from nledn.rain import RainLayer

LAYERS_BYTES = 2**30  # six checkpoints on a photo of 24 megapixels, or 28 layers of 6
PHOTOS_KEPT = 4  # going back and forth between some; those of a whole evening would never go
LOADED_AT_MOST = 8  # more than a comparison has panes; 4 MB each: OpenVINO's has its own limit

_Place = tuple[str, Options]
"""A model by its file's hash, and its device, backend and precision."""
_Made = tuple[Options, tuple[str, str, str]]
"""The options of a layer, and the device, backend and precision that were chosen by them."""
Load = Callable[[Options], Derainer]


_digests: WeakKeyDictionary[Photo, str] = WeakKeyDictionary()
_digesting = threading.Lock()


def photo_key(photo: Photo) -> str:
    """Name a photo by its pixels, whatever its file is called.

    24 megapixels take about 0.1 s, once per photo that was read.
    """
    with _digesting:
        known = _digests.get(photo)
        if known is None:
            form = (photo.pixels.shape, photo.pixels.dtype.str, photo.grey, photo.linear)
            digest = hashlib.sha256(repr(form).encode())
            digest.update(np.ascontiguousarray(photo.visible).data)
            known = _digests[photo] = digest.hexdigest()
        return known


class LayerCache:
    """Layers by all that they depend on; the least recently used one goes first.

    Any thread may use it. Those of the last `PHOTOS_KEPT` photos are kept; a photo has one layer
    of each checkpoint, the one by the last settings.
    """

    def __init__(self, limit_bytes: int = LAYERS_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._layers: OrderedDict[tuple[str, str], tuple[_Made, RainLayer]] = OrderedDict()
        self._lock = threading.RLock()

    @property
    def held_bytes(self) -> int:
        """Memory of the planes that are kept."""
        with self._lock:
            return sum(layer.plane.nbytes for _, layer in self._layers.values())

    def find(self, photo: str, sha256: str, made: _Made) -> RainLayer | None:
        """A layer of a `photo_key` and a model's hash that is kept, complete or not."""
        with self._lock:
            found = self._layers.get((photo, sha256))
            if found is None or found[0] != made:
                return None
            self._layers.move_to_end((photo, sha256))
            return found[1]

    def keep(self, photo: str, sha256: str, made: _Made, layer: RainLayer) -> None:
        """Keep a layer, at the cost of the least recently used ones."""
        with self._lock:
            self._layers[photo, sha256] = (made, layer)
            self._layers.move_to_end((photo, sha256))
            photos = list(dict.fromkeys(each for each, _ in reversed(self._layers)))
            for key in [key for key in self._layers if key[0] in photos[PHOTOS_KEPT:]]:
                del self._layers[key]
            while len(self._layers) > 1 and self.held_bytes > self._limit_bytes:
                self._layers.popitem(last=False)


class LoadedModels:
    """Loaded models, kept for the next photo, and their layers.

    Load and derain on one thread; `kept` may be asked from any.
    """

    def __init__(self, load: Load = Derainer.load, layers: LayerCache | None = None) -> None:
        self.layers = layers or LayerCache()
        self._load = load
        self._rains: dict[str, dict[_Place, Rain]] = {}  # by `photo_key`
        self._loaded: OrderedDict[_Place, Derainer] = OrderedDict()

    def find(self, options: Options) -> Derainer:
        """The checkpoint that `options` name, loaded; for `auto` the all-round one.

        The catalogue is read each time: a checkpoint that was removed meanwhile is not used.

        Raises:
            UnknownCheckpoint: no checkpoint of that id.
            CheckpointError: its file cannot be used, or is gone.
            DeviceError: the requested device, backend or precision is missing.
        """
        key = self._place(options)
        derainer = self._loaded.pop(key, None) or self._load(options)
        self._loaded[key] = derainer
        if len(self._loaded) > LOADED_AT_MOST:
            self._loaded.popitem(last=False)
        return derainer

    def chosen(self, photo: Photo, options: Options, cancel: CancelToken | None = None) -> Chosen:
        """Return options that name a model: for `auto` by a sample of the photo, once.

        Raises:
            Cancelled: `cancel` was set.
            DerainError: as `find`, or not even the smallest tile fits.
        """
        rains = self._rains.setdefault(photo_key(photo), {})

        def look() -> Rain:
            place, engine = self._place(options), self.find(options)
            if place not in rains:
                form = (photo.grey, photo.linear)
                covered = auto.coverage(photo.visible, engine, *form, cancel)
                rains[place] = auto.judged(covered)
            return rains[place]

        return self._choose(options, look)

    def layer(
        self,
        photo: Photo,
        options: Options,
        into: RainLayer | None = None,
        cancel: CancelToken | None = None,
    ) -> tuple[Derainer, RainLayer]:
        """Return the model and the photo's rain layer, a new one if none is known.

        A layer that was not found here, `into`, is continued.

        Raises:
            Cancelled: `cancel` was set.
            DerainError: as `find`, or not even the smallest tile fits.
        """
        chosen = self.chosen(photo, options, cancel)
        derainer = self.find(chosen.options)
        key = (photo_key(photo), derainer.card.sha256, _made(derainer, options))
        if into and chosen.reason and into.record.checkpoint_sha256 != derainer.card.sha256:
            into = None  # a model was added or removed meanwhile, so another one is chosen now
        layer = into or self.layers.find(*key) or pipeline.started(photo, derainer)
        self.layers.keep(*key, Chosen(options).noted(layer))
        return derainer, chosen.noted(layer)

    def kept(self, photo: Photo, options: Options) -> RainLayer | None:
        """Return a photo's rain layer, if a tile of it is known, without computing anything.

        None also for a model that is not loaded, and for a photo whose `photo_key` is not computed
        yet: that would take a while.
        """
        known = _digests.get(photo)
        if known is None:
            return None
        try:
            chosen = self._choose(options, lambda: self._rains[known][self._place(options)])
            loaded = self._loaded.get(self._place(chosen.options))
        except (DerainError, KeyError):
            return None  # deraining says why, or samples the photo first
        if loaded is None:
            return None
        layer = self.layers.find(known, loaded.card.sha256, _made(loaded, options))
        return chosen.noted(layer) if layer is not None and layer.done.any() else None

    @staticmethod
    def _choose(options: Options, look: Callable[[], Rain]) -> Chosen:
        return auto.choose(options, look) if options.weights == AUTO else Chosen(options)

    def _place(self, options: Options) -> _Place:
        card = catalog.find(options.weights)
        if not card.path.is_file():
            raise CheckpointNotFound(card.path)
        return card.sha256, settings_of(options)

    def unload(self) -> None:
        """Reload each model at its next use; layers are found again if the choice is the same."""
        self._loaded.clear()


def _made(derainer: Derainer, options: Options) -> _Made:
    return settings_of(options), derainer.choice.name


def settings_of(options: Options) -> Options:
    """Return the options that a layer depends on, beside its checkpoint."""
    return replace(options, weights="auto", strength=1.0, keep_brightness=False)
