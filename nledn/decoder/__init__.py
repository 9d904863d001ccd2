"""Photos decoded in a process of their own: what a file does to its decoder, it does to that alone.

    from nledn import decoder
    rainy = decoder.read(Path("street.jpg"))

A photo comes from anywhere, and its bytes go through libraries in C that have had their holes. So
they are read by a process that lives long, may take so much memory and so much time, and is
replaced when it crashes or is stopped: one file is lost, with an error that says so. Pixels come
back through shared memory, all else as JSON, and nothing that could run code. The process gives up
what it does not need (`sandbox`); docs/reliability.md has the limits.

Light by itself, for the programs that look at it first: `nledn.photo` is imported when it is used.
"""

from nledn.decoder.client import read, read_header
from nledn.decoder.pool import warm_up
from nledn.decoder.process import serve_if_asked

__all__ = ["read", "read_header", "serve_if_asked", "warm_up"]
