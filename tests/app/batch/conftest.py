"""Photos for a batch."""

from pathlib import Path

import pytest

from tests.app.batch.batches import SIZE


@pytest.fixture
def wet_size() -> tuple[int, int]:
    """Of several tiles."""
    return SIZE


@pytest.fixture
def out(wet: Path) -> Path:
    """The folder of their results."""
    return wet / "derained"
