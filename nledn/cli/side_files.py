"""Reports, tables and pictures that a command writes beside its results."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nledn import atomic
from nledn.cli.console import err, say_error
from nledn.compare.sheet import MARK
from nledn.errors import OptionInvalid, WriteError
from nledn.messages import printable
from nledn.report import MARKS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SideFiles:
    """The requested files.

    Attributes:
        kinds: the suffix that names the kind of each, such as `.json`.
        overwrite: files that AfterRain did not write are replaced too.
        sources: files that are never replaced.
        made: a folder that the work itself makes; nothing in it is checked before.
    """

    kinds: Mapping[Path, str]
    overwrite: bool
    sources: Sequence[Path]
    made: Path | None = None

    def check(self) -> None:
        """Raise before the work what writing would raise after it.

        Raises:
            OptionInvalid: a name without the suffix; a model's would be replaced.
            WriteError: as `nledn.atomic.check`.
        """
        for path, kind in self.kinds.items():
            if path.suffix.lower() != kind:
                atomic.check(path, overwrite=True, sources=self.sources)
                raise OptionInvalid(kind[1:], str(path), f"a file that ends in {kind}")
            if self.made is None or path.absolute().parent != self.made:
                mark = MARKS[kind].encode() if kind in MARKS else MARK
                atomic.check(path, overwrite=self.overwrite, sources=self.sources, mark=mark)

    def write(self, writer: Callable[..., None], sentence: str = "Written: {}") -> bool:
        """Write each file by `writer`, which goes by its suffix, and say so.

        If one cannot be written, an error is printed instead: the results are kept, and other
        files may follow.

        Returns:
            True if all could be written.
        """
        failed = 0
        for path in self.kinds:
            try:
                writer(path, sources=self.sources, overwrite=self.overwrite)
            except WriteError as error:
                log.debug("a file is not written", exc_info=True)
                say_error(error)
                failed += 1
            else:
                err.print(sentence.format(printable(path)))
        return not failed
