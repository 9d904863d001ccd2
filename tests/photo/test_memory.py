"""Photos of 100 megapixels are read and written without a needless copy of themselves."""

import subprocess
import sys
from pathlib import Path

import pytest

# Peak over the program's own, for 300 MB of pixels (docs/photos.md has what was measured).
LIMIT_BYTES = 1_000_000_000
# The peak of a process does not go down again, so each step has a separate process.
SCRIPT = """
import resource, sys
from pathlib import Path
import numpy as np
from nledn import photo

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

photo.read
base = peak()
path = Path(sys.argv[2])
if sys.argv[1] == "write":
    row = np.random.default_rng(0).integers(0, 255, (1, 10_000, 3), np.uint8)
    pixels = np.empty((10_000, 10_000, 3), np.uint8)
    pixels[...] = row
    photo.write(photo.Photo(pixels), path)
else:
    assert photo.read(path).megapixels == 100
print(peak() - base)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems count in other units")
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_100_megapixels(tmp_path: Path, suffix: str) -> None:
    for step in ("write", "read"):
        command = [sys.executable, "-c", SCRIPT, step, str(tmp_path / f"a{suffix}")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert int(done.stdout) < LIMIT_BYTES
