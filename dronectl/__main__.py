"""``python -m dronectl`` and the console script."""

import atexit
import gc
import os
import sys


def main() -> int:
    """Runs the command line. Ctrl-C counts as 130 also while the program is still being loaded."""
    # NumPy's linear algebra has nothing large to do here, and its threads take a quarter as long to start as NumPy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What modules are made of stays: looking through all of it at every seven hundredth object is for nothing.
    gc.set_threshold(50_000, 20, 20)
    try:
        from dronectl.cli.main import run

        code = run()
    except KeyboardInterrupt:
        code = 130
    _leave(code)
    return code


def _leave(code: int) -> None:
    """Ends the process, if no other thread is at work: to take some hundred modules and a recording apart takes as long
    as to read a short one, and the system takes back all of it at once."""
    threading = sys.modules.get("threading")
    if threading is not None and threading.active_count() > 1:
        return
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):  # the interpreter has its own words for that
        return
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
