"""Where and how to compute, and why not there."""

from nledn.errors.root import DerainError


class DeviceError(DerainError):
    """The computation cannot run where it was asked to."""


class DeviceUnavailable(DeviceError):
    """There is no such device, or it cannot be used."""

    def __init__(self, device: str, reason: str) -> None:
        self.device = device
        self.reason = reason


class BackendUnavailable(DeviceError):
    """The library that would compute is not installed, or does not run here."""

    def __init__(self, backend: str, reason: str) -> None:
        self.backend = backend
        self.reason = reason


class EngineFaulty(DeviceError):
    """The only engine of this edition was tried on this processor and is wrong."""

    def __init__(self, problem: str) -> None:
        self.problem = problem


class PrecisionUnavailable(DeviceError):
    """The device has no such arithmetic."""

    def __init__(self, precision: str, reason: str) -> None:
        self.precision = precision
        self.reason = reason


class OutOfMemory(DeviceError):
    """Even the smallest tile did not fit."""

    def __init__(self, device: str, tile_px: int) -> None:
        self.device = device
        self.tile_px = tile_px


class NoNumbers(DeviceError):
    """NaN or infinity came out, in float32 too; it is never written."""

    def __init__(self, device: str, checkpoint: str) -> None:
        self.device = device
        self.checkpoint = checkpoint
