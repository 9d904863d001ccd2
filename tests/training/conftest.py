from collections.abc import Iterator

import pytest
import torch

from nledn.training import material


@pytest.fixture(autouse=True)
def _small_and_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Patches this small take longer to share out than to compute.
    monkeypatch.setattr(material, "VALIDATION_PX", 32)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
