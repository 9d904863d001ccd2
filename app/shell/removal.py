"""The removed rain in words; the figures are in tooltips."""

from app.shell.translation import tr

# Levels of 255. Of 14 photos of real rain 1.9 to 12.3 are taken, and 6.7 of the median one.
LITTLE_TAKEN = 1.0
STRONG_TAKEN = 5.0
SHIFTED_BY = 5.0  # brightness: what the report of a batch marks
NOT_SHIFTED = 1.0  # a median below this is no change that anyone sees


def removal_of(taken: float) -> str:
    """Say how much rain was found; `taken` in levels of 255, on average."""
    if taken < LITTLE_TAKEN:
        return tr("Little rain found")
    return tr("Strong removal") if taken >= STRONG_TAKEN else tr("Rain removed")


def brightness_of(levels: float) -> str:
    """Describe the change of brightness; empty if it is invisible."""
    if abs(levels) < NOT_SHIFTED:
        return ""
    if abs(levels) < SHIFTED_BY:
        return tr("slightly darker") if levels < 0 else tr("slightly brighter")
    return tr("darker") if levels < 0 else tr("brighter")
