"""The command line in this process."""

import pytest

from nledn.cli import main


def exit_code(*arguments: object) -> int:
    """Run `nledn` with these arguments."""
    with pytest.raises(SystemExit) as caught:
        main([*map(str, arguments)])
    return int(caught.value.code or 0)
