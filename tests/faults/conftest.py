"""Fixtures for several tests of faults."""

import pytest


@pytest.fixture(autouse=True)
def _devices_are_right(self_tested: None) -> None:
    """The self-test of the device, which has its own tests, is run once."""
