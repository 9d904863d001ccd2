"""Errors of devices and settings."""

from nledn.errors.root import DerainError


class DeviceError(DerainError):
    """The computation cannot run on the requested device."""


class DeviceUnavailable(DeviceError):
    """A missing or unusable device; `reason` is a clause."""

    device: str
    reason: str
    sentence = "The device {device} is not available: {reason}."
    remedy = "Use --device auto or --device cpu."
    window_remedy = "Choose Automatic in Settings."


class BackendUnavailable(DeviceError):
    """The library that would compute is not installed, or does not run here."""

    backend: str
    reason: str
    sentence = "The backend {backend} is not available: {reason}."
    remedy = "Use the backend auto."
    window_remedy = "Choose Automatic in Settings."


class EngineFaulty(DeviceError):
    """The only backend of this edition was tested on this processor and is wrong."""

    problem: str
    sentence = "OpenVINO does not work on this processor ({problem})."
    remedy = "Install the edition of AfterRain with PyTorch."


class PrecisionUnavailable(DeviceError):
    """The device has no such arithmetic."""

    precision: str
    reason: str
    sentence = "The precision {precision} is not available: {reason}."
    remedy = "Use the precision auto."
    window_remedy = "Choose Automatic in Settings."


class OutOfMemory(DeviceError):
    """Not even the smallest tile fitted."""

    device: str
    tile_px: int
    sentence = "Not enough memory on {device}, even for tiles of {tile_px} px."
    remedy = "Close other programs, or use tile 128 or device cpu."
    window_remedy = "Close other programs, or choose smaller tiles in Settings."


class DeviceFailed(DeviceError):
    """A graphics card that does not compute; `reason` is a clause."""

    device: str
    reason: str
    sentence = "The graphics card {device} failed: {reason}."
    remedy = "Use --device cpu."
    window_remedy = "Choose the processor in Settings."


class NoNumbers(DeviceError):
    """NaN or infinity came out, in float32 too; it is never written."""

    device: str
    checkpoint: str
    sentence = "The model {checkpoint} gave an invalid result on {device}."
    remedy = "Choose another model."


class OptionInvalid(DerainError):
    """A setting outside its range."""

    option: str
    found: str
    allowed: str
    sentence = "Invalid {option}: {found}."
    remedy = "Use {allowed} for --{option}."
    window_remedy = "Use {allowed}."
