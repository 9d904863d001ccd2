"""The name under which a photo's rain is kept: all that the network sees, and nothing else."""

from dataclasses import replace

import numpy as np

from nledn.models import photo_key
from nledn.photo import Photo


def photo() -> Photo:
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:, 4:] = 200
    return Photo(pixels)


def test_what_transparency_hides_from_the_network_counts() -> None:
    left = np.full((8, 8), 255, np.uint8)
    left[:, :4] = 0
    keys = {photo_key(replace(photo(), alpha=alpha)) for alpha in (None, left, left[:, ::-1])}
    assert len(keys) == 3


def test_hidden_colours_do_not_count() -> None:
    alpha = np.full((8, 8), 255, np.uint8)
    alpha[:, :4] = 0
    other = photo()
    other.pixels[:, :4] = 90
    assert photo_key(replace(photo(), alpha=alpha)) == photo_key(replace(other, alpha=alpha))
