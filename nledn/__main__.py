"""`python -m nledn` is `nledn`."""

from nledn.cli import main

if __name__ == "__main__":
    main()
