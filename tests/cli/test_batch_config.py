"""The options of `nledn batch`, and the file of its `--config`."""

import re
import tomllib
from pathlib import Path

import pytest

from nledn.cli import main
from nledn.cli.batch_config import KINDS
from tests import commands
from tests.batch.batches import exit_code, results

WET = ["1.png", "2.png", "sub/10.jpg"]

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_help_has_what_a_person_needs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["batch", "--help"])
    assert len(re.findall(r"^\W+--[a-z]", capsys.readouterr().out, re.MULTILINE)) <= 16


def test_the_example_of_the_documentation_has_every_key(
    wet: Path, dry: Path, weights: Path
) -> None:
    text = (REPOSITORY / "docs" / "batch.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    values = tomllib.loads(example)
    cluster = {f"cluster.{key}" for key in values.pop("cluster")}
    assert set(values) | cluster == set(KINDS)
    values["truth"], values["log_json"] = str(wet), str(dry / "log.jsonl")
    assert exit_code(weights, wet, dry, "--recursive", **values) == 0
    assert results(dry) == {"1_derained.png", "2_derained.png", "log.jsonl"}  # by its pattern


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("strenght = 1", "unknown key strenght. Known keys: pattern, max_megapixels"),
        ("[cluster]\nworkers = 1", "unknown key cluster.workers. Known keys:"),
        ("threads = '2'", "threads takes a whole number."),
        ("threads = true", "threads takes a whole number."),
        ("threads = 0", "threads takes 1 or more, not 0."),
        ("pattern = 'x*'", "pattern takes a list of texts."),
        ("pattern = [1]", "pattern takes a list of texts."),
        ("precision = 'fp8'", "precision takes auto, fp32, bf16 or fp16, not fp8."),
        ("cluster = 4", "cluster takes a table, [cluster]."),
        ("threads", "not TOML"),
        (None, "No such file"),
    ],
)
def test_a_config_that_cannot_be_meant_is_refused(
    wet: Path, dry: Path, text: str | None, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = wet.parent / "batch.toml"
    if text is not None:
        config.write_text(text, "utf-8")
    with pytest.raises(SystemExit) as caught:
        main(["batch", str(wet), str(dry), "--config", str(config)])
    assert caught.value.code == 64
    assert f"{config}: {words}" in capsys.readouterr().err
    assert not dry.exists()


def test_the_mark_that_windows_puts_before_a_file_is_no_part_of_a_config(
    wet: Path, dry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = wet.parent / "batch.toml"
    config.write_text("pattern = ['1.*']", "utf-8-sig")
    assert commands.exit_code("batch", wet, dry, "--config", config, "--dry-run") == 0
    assert "1 of 1 photos would be derained" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("scheduler", "settings", "word"),
    [
        ("tcp://127.0.0.1:9", {"local_workers": 2}, "--scheduler"),
        ("tcp://h:9", {"tls_ca_file": "ca.pem"}, "tls://HOST"),
        ("tls://h:9", {"tls_ca_file": "{wet}/1.png"}, "tls_key"),
        ("tls://h:9", {"tls_ca_file": "ca.pem"}, "ca.pem"),
    ],
)
def test_a_cluster_that_cannot_be_meant_is_refused(
    wet: Path,
    weights: Path,
    scheduler: str,
    settings: dict[str, str | int],
    word: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cluster = {
        key: value.format(wet=wet) if isinstance(value, str) else value
        for key, value in settings.items()
    }
    dry = wet.parent / "dry"
    assert exit_code(weights, wet, dry, "--scheduler", scheduler, cluster=cluster) == 64
    assert word in capsys.readouterr().err
    assert not dry.exists()


def test_what_matches_no_pattern_and_a_truth_that_is_missing_are_said(
    wet: Path, dry: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(weights, wet, dry, pattern=["x*"]) == 1
    assert "no photos" in capsys.readouterr().err
    assert exit_code(weights, wet, dry, truth=str(wet / "gone")) == 1
    assert "not found: " in capsys.readouterr().err
    assert not results(dry)
