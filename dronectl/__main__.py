"""``python -m dronectl``: the same entry point as the console script."""

import sys

from dronectl.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
