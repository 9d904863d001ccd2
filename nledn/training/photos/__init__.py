"""The photos that the shipped checkpoints are trained on, from public packages."""

from nledn.training.photos.building import Built as Built
from nledn.training.photos.building import build as build
from nledn.training.photos.table import TABLE as TABLE
