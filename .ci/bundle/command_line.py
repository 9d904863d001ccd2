"""What `nledn` of the bundle runs."""

import multiprocessing

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from nledn.cli import main

    main()
