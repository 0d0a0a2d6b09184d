"""How long ``track list`` takes for a folder of many recordings whose catalogue is there: whole processes.

The recordings are the same short flight at other days, so that all are read once and then listed.

Run: ``python tests/bench/recordings/catalogue.py [RECORDINGS] [RUNS]``. Goal: 10,000 listed within a second.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "support" / folder) for folder in (".", "recordings")]

from tlog_builder import UNIX_EPOCH_US, LogBuilder  # noqa: E402

DAY_US = 86_400_000_000
SAMPLES = 20


def recording(number: int) -> bytes:
    """A flight of a few seconds, on a day of its own."""
    log = LogBuilder().heartbeat(armed=False)
    for sample in range(SAMPLES):
        boot_ms = 60_000 + 500 * sample
        log.system_time(boot_ms, unix_us=UNIX_EPOCH_US + boot_ms * 1000 + number * DAY_US // 8)
        log.heartbeat(armed=True).gps(boot_ms).position(boot_ms, lat=160_538_000 + 100 * sample)
    return bytes(log.heartbeat(armed=False).data)


def seconds(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    return time.perf_counter() - start


def main(count: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "recordings"
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:05d}.tlog").write_bytes(recording(number))
        command = [sys.executable, "-m", "dronectl", "track", "list", str(folder)]
        print(f"{count} recordings, read for the first time: {seconds(command, Path(place)):.1f} s")
        for words, more in (("as a table", []), ("as JSON", ["--json"]), ("of one week", ["--since", "2029-01-01"])):
            took = statistics.median(seconds([*command, *more], Path(place)) for _ in range(runs))
            print(f"listed {words}: {took:.2f} s")


if __name__ == "__main__":
    main(*(int(sys.argv[n]) if len(sys.argv) > n else default for n, default in ((1, 10_000), (2, 3))))
