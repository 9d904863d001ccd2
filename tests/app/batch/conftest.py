"""Photos for a batch."""

from pathlib import Path

import pytest

from tests.app.batch import batches


@pytest.fixture
def wet(tmp_path: Path) -> Path:
    """A folder of three photos."""
    return batches.make_folder(tmp_path / "wet", 3)


@pytest.fixture
def out(wet: Path) -> Path:
    """The folder of their results."""
    return wet / "derained"
