"""What several tests of faults need."""

import pytest


@pytest.fixture(autouse=True)
def _devices_are_right(self_tested: None) -> None:
    """The self-test of the device, which has tests of its own, is held once."""
