import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nledn.decoder import client, process
from nledn.decoder.pool import Pool

SABOTEUR = Path(__file__).with_name("saboteur.py")


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """Processes of this test alone."""
    own = Pool()
    monkeypatch.setattr(client, "pool", own)
    yield own
    own.close()


@pytest.fixture
def saboteurs(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Pool:
    """Decoders that fail as a photo's name asks for."""
    monkeypatch.setattr(process, "command", lambda: [sys.executable, str(SABOTEUR)])
    return pool
