"""Photos decoded in a separate process, so that a hostile file can harm nothing else.

    from nledn import decoder
    rainy = decoder.read(Path("street.jpg"))

A photo comes from anywhere, and libraries in C that have had vulnerabilities decode it. So a
long-lived process with limited memory and time reads it, and is replaced when it crashes or is
stopped: one file is lost, with an error that says so. Pixels come back as bytes, all else as JSON,
and nothing that could run code. The process gives up all rights that it does not need (`sandbox`);
docs/reliability.md has the limits.

Light to import: `nledn.photo` is imported when it is used.
"""

from nledn.decoder.client import read, read_header
from nledn.decoder.pool import warm_up
from nledn.decoder.process import serve_if_asked

__all__ = ["read", "read_header", "serve_if_asked", "warm_up"]
