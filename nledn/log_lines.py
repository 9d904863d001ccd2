"""Log lines that cannot control a terminal, whatever the names of files in them."""

import logging

from nledn.messages import printable


class Lines(logging.Formatter):
    """One line per message: a photo's name may hold line ends, and bytes that are no UTF-8."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line, without the traceback."""
        return printable(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback, whose last line may hold a name too."""
        return "\n".join(map(printable, super().format(record).split("\n")))
