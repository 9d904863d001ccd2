"""The program `nledn` of the bundle."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from nledn import decoder

    decoder.serve_if_asked(sys.argv)  # before the commands are imported, which it does not need
    from nledn.cli import main

    main()
