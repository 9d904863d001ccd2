"""A cache of loaded checkpoints and of the rain that they have found.

Going back to a photo, a checkpoint or a strength costs nothing while its layer is kept; strength
is arithmetic on the layer, so one layer serves every strength.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from nledn import catalog
from nledn.engine import Derainer
from nledn.errors import CheckpointNotFound
from nledn.options import Options
from nledn.photo import Photo
from nledn.rain import RainLayer

LAYERS_BYTES = 2**30  # six checkpoints on a photo of 24 megapixels, or 28 layers of 6
PHOTOS_KEPT = 4  # going back and forth between some; those of a whole evening would never go
LOADED_AT_MOST = 8  # more than a comparison has panes; 4 MB each: OpenVINO's has its own limit

Load = Callable[[Options], Derainer]


@dataclass(frozen=True)
class LayerKey:
    """All that a layer's values depend on.

    Attributes:
        photo: what `photo_key` gives.
        checkpoint_sha256: of the file of weights.
        settings: where and how it is computed; the strength does not count.
    """

    photo: str
    checkpoint_sha256: str
    settings: Options


def photo_key(photo: Photo) -> str:
    """Name a photo by what the network sees of it, whatever its file is called."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{photo.pixels.shape}{photo.pixels.dtype}{photo.grey}{photo.linear}".encode())
    digest.update(photo.pixels.data)
    return digest.hexdigest()


class LayerCache:
    """Layers by what they depend on; the one that was not wanted for longest goes first.

    Those of the last `PHOTOS_KEPT` photos are kept; a photo has one layer of each checkpoint, the
    one by the last settings.

    Args:
        limit_bytes: of all planes together. One layer is kept, however large.
    """

    def __init__(self, limit_bytes: int = LAYERS_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._layers: OrderedDict[LayerKey, RainLayer] = OrderedDict()

    @property
    def held_bytes(self) -> int:
        """Memory of the planes that are kept."""
        return sum(layer.plane.nbytes for layer in self._layers.values())

    def find(self, key: LayerKey) -> RainLayer | None:
        """A layer that is kept, complete or not."""
        layer = self._layers.get(key)
        if layer is not None:
            self._layers.move_to_end(key)
        return layer

    def keep(self, key: LayerKey, layer: RainLayer) -> None:
        """Keep a layer, at the cost of those not wanted for longest."""
        before = [each for each in self._layers if _is_replaced(each, key)]
        self._layers[key] = layer
        self._layers.move_to_end(key)
        photos = list(dict.fromkeys(each.photo for each in reversed(self._layers)))
        gone = photos[PHOTOS_KEPT:]
        for each in (*before, *(each for each in self._layers if each.photo in gone)):
            del self._layers[each]
        while len(self._layers) > 1 and self.held_bytes > self._limit_bytes:
            self._layers.popitem(last=False)


def _is_replaced(old: LayerKey, new: LayerKey) -> bool:
    same = (old.photo, old.checkpoint_sha256) == (new.photo, new.checkpoint_sha256)
    return same and old.settings != new.settings


class Models:
    """Checkpoints that are loaded, kept for the next photo.

    Args:
        load: as `Derainer.load`.
        layers: where their layers are kept.
    """

    def __init__(self, load: Load = Derainer.load, layers: LayerCache | None = None) -> None:
        self.layers = layers or LayerCache()
        self._load = load
        self._loaded: OrderedDict[tuple[str, Options], Derainer] = OrderedDict()

    def find(self, options: Options) -> Derainer:
        """The checkpoint that `options` name, loaded.

        The catalogue is asked each time: a checkpoint that was removed meanwhile is not used.

        Raises:
            UnknownCheckpoint: no checkpoint of that id.
            CheckpointError: its file cannot be used, or is gone.
            DeviceError: what was asked for is not there.
        """
        card = catalog.find(options.weights)
        if not card.path.is_file():
            raise CheckpointNotFound(card.path)
        key = (card.sha256, settings_of(options))
        derainer = self._loaded.get(key) or self._load(options)
        self._loaded[key] = derainer
        self._loaded.move_to_end(key)
        if len(self._loaded) > LOADED_AT_MOST:
            self._loaded.popitem(last=False)
        return derainer

    def unload(self) -> None:
        """Load each anew at its next use; the layers stay."""
        self._loaded.clear()


def settings_of(options: Options) -> Options:
    """Return the options that a layer depends on, beside its checkpoint."""
    return replace(options, weights="auto", strength=1.0)
