"""`python -m nledn` is `nledn`."""

if __name__ == "__main__":
    from nledn.cli import main

    main()
