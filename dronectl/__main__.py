"""``python -m dronectl`` and the console script."""

import sys


def main() -> int:
    """Runs the command line. Ctrl-C counts as 130 also while the program is still being loaded."""
    try:
        from dronectl.cli.main import run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
