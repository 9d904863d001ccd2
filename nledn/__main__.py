"""`python -m nledn` is `nledn`."""

import sys

from nledn import decoder

if __name__ == "__main__":
    decoder.serve_if_asked(sys.argv)
    from nledn.cli import main

    main()
