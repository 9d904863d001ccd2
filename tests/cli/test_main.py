"""Common options of all commands, and the links of their help."""

import pytest
import typer

from nledn.cli.main import app
from tests.commands import exit_code


def commands(typer_app: typer.Typer = app, before: str = "") -> list[str]:
    """All commands, as they are typed."""
    named = [command.name or command.callback.__name__ for command in typer_app.registered_commands]  # type: ignore[union-attr]
    found = [f"{before}{name}" for name in named]
    for group in typer_app.registered_groups:
        assert group.typer_instance is not None
        found += commands(group.typer_instance, f"{group.name} ")
    return found


def test_all_commands_are_found() -> None:
    assert {"derain", "watch", "weights list", "weights fetch"} < set(commands())


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
