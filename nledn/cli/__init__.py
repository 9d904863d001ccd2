"""`nledn …`: derain photos, evaluate checkpoints and manage them from the command line."""

from nledn.cli.main import main

__all__ = ["main"]
