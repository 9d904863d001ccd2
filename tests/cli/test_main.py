"""Common options of all commands, and the links of their help."""

import inspect

import pytest

from nledn.cli.main import COMMANDS, LaterCommand
from tests.commands import exit_code


def commands() -> list[str]:
    """All commands, as they are typed."""
    found = []
    for command in COMMANDS:
        below = getattr(command.called, "commands", {})
        found += [f"{command.name} {name}" for name in below] or [str(command.name)]
    return found


def test_all_commands_are_found() -> None:
    assert {"derain", "watch", "weights list", "weights fetch"} < set(commands())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_list_of_commands_has_their_own_words(command: LaterCommand) -> None:
    own = inspect.cleandoc(command.called.help)
    assert " ".join(own.partition("\n\n")[0].split()) == command.help


@pytest.mark.parametrize("command", ["", *commands()])
def test_help_and_version_are_taken_everywhere(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*command.split(), "-h") == 0
    assert "Usage" in capsys.readouterr().out
    assert exit_code(*command.split(), "--version") == 0
    assert capsys.readouterr().out.startswith("nledn 0.")
    assert exit_code(*command.split(), "-q", "-h") == 0


def test_help_leads_to_what_it_does_not_list(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code("batch", "-h")
    said = " ".join(capsys.readouterr().out.split())
    for option in ("--strip", "--keep-times", "--damaged"):
        assert option in said
    exit_code("derain", "-h")
    assert "nledn batch" in capsys.readouterr().out
