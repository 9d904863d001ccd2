"""The promises of docs/architecture.md, checked on the code itself."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.batches import even_weights, make_photo

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path for folder in ("app", "nledn", "tests") for path in (REPOSITORY / folder).rglob("*.py")
)
HEAVY = ("torch", "cv2", "skimage", "scipy", "PySide6", "openvino")
LONGEST_FILE = 400
ROOMS_WITHOUT_A_THOUGHT = {"utils", "util", "helpers", "helper", "misc", "common", "manager"}


def loaded_by(code: str) -> set[str]:
    """Modules in `sys.modules` once a fresh interpreter has run `code`."""
    script = f"import sys\n{code}\nprint()\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def calls(source: str, function: str) -> list[ast.Call]:
    """Calls of `function`, written `module.name`."""
    return _calls(source).get(function, [])


@functools.cache
def _calls(source: str) -> dict[str, list[ast.Call]]:
    """All calls by what is called."""
    found: dict[str, list[ast.Call]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            found.setdefault(ast.unparse(node.func), []).append(node)
    return found


def test_imports_point_where_they_may() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_plain_import_is_light() -> None:
    assert not loaded_by("import nledn").intersection(HEAVY)


@pytest.mark.parametrize(
    "command", ["--version", "--help", "derain --help", "evaluate --help", "compare --help"]
)
def test_the_command_line_answers_before_torch_is_loaded(command: str) -> None:
    code = f"from nledn.cli import main\ntry:\n    main({command.split()})\nexcept SystemExit: pass"
    assert not loaded_by(code).intersection(HEAVY)


@pytest.mark.parametrize("command", ["--version", "--help"])
def test_the_list_of_commands_loads_none_of_them(command: str) -> None:
    """It would take three times as long."""
    code = f"from nledn.cli import main\ntry:\n    main({command.split()})\nexcept SystemExit: pass"
    loaded = loaded_by(code)
    assert "nledn.cli.main" in loaded
    assert not loaded.intersection(("numpy", "lxml", "PIL", "pyvips", "jinja2", "nledn.cli.derain"))


def test_what_people_run_loads_no_training() -> None:
    code = (
        "import importlib, nledn, nledn.cli\n"
        "for name in nledn.__all__: getattr(nledn, name)\n"
        "for name in nledn.LAZY_MODULES: importlib.import_module(name)"
    )
    loaded = loaded_by(code)
    assert "torch" in loaded  # else nothing was loaded, and the next line says nothing
    assert not [name for name in loaded if name.startswith("nledn.training")]


@pytest.mark.usefixtures("self_tested")
def test_the_first_tile_imports_nothing_more_of_torch() -> None:
    """People wait for it: sympy, which torch's own checks of arguments bring along, took 0.4 s."""
    code = (
        "import numpy as np, nledn\n"
        "derainer = nledn.Derainer.load(nledn.Options(backend='torch'))\n"
        "derainer.derain(np.zeros((32, 32, 3), np.uint8))"
    )
    loaded = loaded_by(code)
    assert "torch" in loaded
    assert "sympy" not in loaded


@pytest.mark.usefixtures("self_tested")
def test_nobody_loads_dask_who_asked_for_no_cluster(tmp_path: Path) -> None:
    wet, dry = make_photo(tmp_path / "wet" / "1.png").parent, tmp_path / "dry"
    weights = even_weights(tmp_path / "ten.safetensors")
    code = (
        "import importlib, nledn, nledn.cli, app.main_window\n"
        "for name in nledn.__all__: getattr(nledn, name)\n"
        "for name in nledn.LAZY_MODULES: importlib.import_module(name)\n"
        f"try:\n    nledn.cli.main(['batch', {str(wet)!r}, {str(dry)!r}, '--weights', "
        f"{str(weights)!r}])\nexcept SystemExit as end: assert not end.code"
    )
    loaded = loaded_by(code)
    assert "nledn.batch.run" in loaded
    assert not loaded.intersection(("dask", "distributed"))
    assert (dry / "1_derained.png").exists()


def test_a_file_holds_one_thought() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert len(lengths) > 400
    assert [path for path, lines in lengths.items() if lines > LONGEST_FILE] == []
    assert [path for path in SOURCES if path.stem in ROOMS_WITHOUT_A_THOUGHT] == []


def test_pickles_are_never_run() -> None:
    for path in SOURCES:
        source = path.read_text("utf-8")
        for call in calls(source, "torch.load"):
            safe = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert safe.get("weights_only") == "True", f"{path}:{call.lineno}"
        for function in ("numpy.load", "np.load"):
            for call in calls(source, function):
                assert "allow_pickle" not in {keyword.arg for keyword in call.keywords}, path
        for function in ("pickle.load", "pickle.loads", "pickle.Unpickler", "pickle._Unpickler"):
            assert "tests" in path.parts or not calls(source, function), path


def test_only_the_decoder_decodes() -> None:
    own = (REPOSITORY / "nledn" / "photo", REPOSITORY / "nledn" / "decoder")
    for path in SOURCES:
        if REPOSITORY / "tests" in path.parents or own[0] in path.parents or own[1] in path.parents:
            continue
        source = path.read_text("utf-8")
        for function in ("read", "read_header", "decode"):
            for module in ("photo", "photos", "reading"):
                assert not calls(source, f"{module}.{function}"), path


def test_unsafe_calls_would_be_found() -> None:
    source = "import torch\nnet = torch.load(path)\nx = pickle.loads(data)"
    assert [call.lineno for call in calls(source, "torch.load")] == [2]
    assert [call.lineno for call in calls(source, "pickle.loads")] == [3]
