"""A log over a radio of 57,600 baud, in virtual time: gaps asked for several at a time, beside one gap a round trip.

``python tests/bench/log_download.py``: the same wire, vehicle, seeds and bytes for both; medians of five seeds.
The wire's time is the log's frames, each once, at the radio's rate.
"""

from __future__ import annotations

import random
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "protocol"))

from log_vehicle import LogVehicle
from wire import Faults, Wire

from dronectl.protocol.log import log_download
from dronectl.protocol.log.log_download import LogDownload
from dronectl.protocol.log.log_list import LogEntry

LOG_BYTES = 500_000
BYTES_PER_S = 5_760.0
FRAME_BYTES, BLOCK_BYTES = 109, 90
SEEDS = range(5)


def median_s(loss: float, window: int) -> float:
    content = random.Random(1).randbytes(LOG_BYTES)
    times = []
    for seed in SEEDS:
        wire = Wire(seed, Faults(loss=loss, delay_s=0.05, bytes_per_s=BYTES_PER_S))
        log_download._WINDOW = window
        machine = LogDownload(LogEntry(1, LOG_BYTES, None), attempts=50)
        outcome = wire.run(machine, LogVehicle(content, on_radio=True), limit_s=5_000.0)
        assert outcome == LOG_BYTES, outcome
        got = bytearray(LOG_BYTES)
        for offset, data in machine.take():
            got[offset : offset + len(data)] = data
        assert bytes(got) == content
        times.append(wire.now_s)
    return statistics.median(times)


def main() -> None:
    wire_s = LOG_BYTES / BLOCK_BYTES * FRAME_BYTES / BYTES_PER_S
    window = log_download._WINDOW
    print(f"{LOG_BYTES:,} bytes, {BYTES_PER_S:,.0f} B/s, 100 ms round trip: the wire's time is {wire_s:.1f} s")
    print("loss    several gaps    × wire    one gap a time    × wire")
    for loss in (0.0, 0.02, 0.05, 0.1, 0.2):
        ours_s, plain_s = median_s(loss, window), median_s(loss, 1)
        print(f"{loss:4.0%} {ours_s:13.1f} s {ours_s / wire_s:9.2f} {plain_s:15.1f} s {plain_s / wire_s:9.2f}")


if __name__ == "__main__":
    main()
