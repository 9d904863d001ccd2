"""The program of a decoder process: `python -m nledn.decoder WORD`."""

import sys

from nledn.decoder.server import serve

if __name__ == "__main__":
    serve(sys.argv[1])
