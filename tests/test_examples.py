"""The examples in the docstrings of the public names."""

import doctest
from pathlib import Path

import pytest

import manual
import nledn
from tests.batch.batches import make_photo


@pytest.mark.usefixtures("self_tested")
def test_each_public_name_has_an_example_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rainy = nledn.read_photo(make_photo(tmp_path / "holiday.jpg"))
    derainer = nledn.Derainer.load(nledn.Options(threads=1))
    result = nledn.derain(rainy, derainer)
    names = {"rainy": rainy, "derainer": derainer, "result": result, "nledn": nledn, "Path": Path}
    finder, runner = (
        doctest.DocTestFinder(recurse=False),
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS),
    )
    for name, thing in manual.public_names().items():
        (examples,) = finder.find(thing, name, module=False, globs=names)
        assert examples.examples, name
        assert not runner.run(examples).failed, name
