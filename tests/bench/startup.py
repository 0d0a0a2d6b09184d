"""How much slower ``dronectl --help`` is than an empty click program: whole processes, in turn, medians and ratio.

Run: ``python tests/bench/startup.py [RUNS]``. Goal: ratio at most 1.5.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

EMPTY = "import click\n@click.group()\ndef cli(): pass\ncli(['--help'])"
OURS = "import sys\nfrom dronectl.cli.main import run\nsys.exit(run(['--help']))"


def seconds(program: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(runs: int) -> None:
    pairs = [(seconds(EMPTY), seconds(OURS)) for _ in range(runs + 1)][1:]
    empty, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"empty click program {empty * 1000:.0f} ms, dronectl --help {ours * 1000:.0f} ms, median ratio {ratio:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
