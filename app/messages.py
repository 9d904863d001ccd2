"""Error -> what happened and what to do, in the person's language.

The words are `nledn.messages`'; those that speak of the command line have their own here.
"""

from collections.abc import Mapping

from app.translation import mark, tr
from nledn import errors
from nledn.errors import DerainError
from nledn.messages import TEMPLATES, Message, words_of

REMEDIES: Mapping[type[DerainError], str] = {
    errors.PhotoIsFolder: mark("Open one of the photos in it."),
    errors.PhotoTooLarge: mark("Make it smaller, or derain it with the command line."),
    errors.OutputExists: mark("Choose another name."),
    errors.UnknownCheckpoint: mark("Choose another checkpoint."),
    errors.CheckpointIdTaken: mark("Remove that one first, or rename the file."),
    errors.DeviceUnavailable: mark("Choose Automatic or CPU in Settings."),
    errors.BackendUnavailable: mark("Choose Automatic in Settings."),
    errors.PrecisionUnavailable: mark("Choose Automatic in Settings."),
    errors.OutOfMemory: mark("Close other programs, or choose a smaller tile in Settings."),
    errors.OptionInvalid: mark("Choose another value in Settings."),
    errors.BatchInputIsPhoto: mark("Open it by itself."),
    errors.BatchInputEmpty: mark("Choose another folder."),
    errors.PhotoFailed: mark("Your photo is untouched. The log has the details."),
}
WORDS: Mapping[type[DerainError], str] = {
    errors.OptionInvalid: mark("{found} is not a value for {option}; it takes {allowed}."),
}
"""What happened, where the command line's sentence does not fit a window."""


def explain(error: BaseException) -> Message:
    """The words for an error; one of our own making gets a sentence that leads to the log."""
    if not isinstance(error, DerainError):
        what = tr("Something went wrong inside AfterRain ({kind}).", kind=type(error).__name__)
        return Message(what, tr("Your photo is untouched. The log has the details."))
    template = TEMPLATES[type(error)]
    fields = words_of(error)
    what = WORDS.get(type(error), template.what)
    remedy = REMEDIES.get(type(error), template.remedy)
    return Message(tr(what).format(**fields), tr(remedy).format(**fields))
