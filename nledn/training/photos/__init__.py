"""The photos that the shipped checkpoints learn from, out of packages that anybody can get."""

from nledn.training.photos.building import Built as Built
from nledn.training.photos.building import build as build
from nledn.training.photos.table import TABLE as TABLE
