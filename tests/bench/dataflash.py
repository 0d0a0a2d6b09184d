"""From a large DataFlash log to KML and to columns, with pymavlink's own tools beside it on the same file.

The log is tests/data/sitl-drone1.bin flown again and again: every message of the flight, its clock moved on.

Run: ``python tests/bench/dataflash.py [RUNS] [FLIGHTS]``. Goals: a timed KML at least 5 times as fast as mavlogdump
writes POS as CSV; every message as columns at least 25 times as fast as DFReader makes dictionaries; finding all
messages and the positions within 3 times of touching every byte once.
"""

from __future__ import annotations

import compileall
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from processes import DRONECTL, MAVLOGDUMP, Took, ratio_words, took
from pymavlink import DFReader

from dronectl.formats.recordings.dataflash.tables import BinaryLog
from dronectl.formats.recordings.dataflash.walk import walk_messages
from dronectl.storage.mapped_file import map_file

LOG = Path(__file__).parents[1] / "data" / "sitl-drone1.bin"
SOURCES = Path(__file__).parents[2] / "dronectl"
PAUSE_US = 30_000_000


def longer(flights: int) -> bytes:
    """The log with its flight repeated; formats and units are told once."""
    data = np.fromfile(LOG, np.uint8)
    found = walk_messages(data)
    timed = [format_ for format_ in found.formats.values() if format_.fields[0] == "TimeUS"]
    told = np.isin(
        found.type_id, [f.type_id for f in found.formats.values() if f.name in ("FMT", "FMTU", "UNIT", "MULT")]
    )
    first = int(found.offset[np.flatnonzero(told)[-1] + 1])
    body = data[first:]
    arm = next(format_ for format_ in found.formats.values() if format_.name == "ARM")
    at_arm = int(found.offset[found.type_id == arm.type_id][0])
    armed = bytearray(data[at_arm : at_arm + arm.length].tobytes())
    armed[11] = 1  # ArmState, after header and clock: the log itself begins when it was armed
    clock = np.ndarray((len(data) - 7,), "<u8", buffer=data.data, strides=(1,))
    of_body = np.isin(found.type_id, [format_.type_id for format_ in timed]) & (found.offset >= first)
    length_us = int(np.ptp(clock[found.offset[of_body] + 3])) + PAUSE_US
    parts = [data]
    for flight in range(1, flights):
        copy = body.copy()
        for format_ in timed:
            at = found.offset[(found.type_id == format_.type_id) & (found.offset >= first)] - first + 3
            clock = np.ndarray((len(copy) - 7,), "<u8", buffer=copy.data, strides=(1,))
            clock[at] += flight * length_us
            if format_.name == "GPS":  # its own time of the week, which stands after receiver and status
                week_ms = np.ndarray((len(copy) - 3,), "<u4", buffer=copy.data, strides=(1,))
                week_ms[at + 10] += flight * length_us // 1000
        start_us = int(np.ndarray((1,), "<u8", buffer=copy.data, offset=3)[0])
        parts += [np.frombuffer(bytes(armed[:3]) + start_us.to_bytes(8, "little") + bytes(armed[11:]), np.uint8), copy]
    return b"".join(part.tobytes() for part in parts)


def seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def every_message(path: Path) -> int:
    """All columns of all messages, each made and copied out of the log's rows."""
    log = BinaryLog(map_file(path))
    tables = [table for name in log.names() if (table := log.table(name)) is not None]
    columns = [np.ascontiguousarray(column) for table in tables for column in table.columns.values()]
    assert columns
    return sum(len(table) for table in tables)


def every_dictionary(path: Path) -> int:
    reader = DFReader.DFReader_binary(str(path))
    count = 0
    while (message := reader.recv_msg()) is not None:
        message.to_dict()
        count += 1
    return count


def positions(path: Path) -> object:
    return BinaryLog(map_file(path)).raw("POS")


def touch(path: Path) -> int:
    """Every byte once: their sum."""
    return int(map_file(path).sum())


def exports(log: Path, runs: int) -> list[tuple[Took, Took]]:
    """Ours to KML and theirs to CSV, in turn."""
    folder = log.parent
    ours = (*DRONECTL, "track", "export", str(log), "-o", str(folder / "fleet.kml"))
    theirs = (*MAVLOGDUMP, "--format", "csv", "--types", "POS", str(log))
    pairs = []
    for _ in range(runs):
        with (folder / "fleet.csv").open("wb") as csv:
            pairs.append((took(ours, folder), took(theirs, folder, csv)))
    return pairs


def main(runs: int, flights: int) -> None:
    compileall.compile_dir(SOURCES, quiet=1)  # as installing does
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "fleet.bin"
        log.write_bytes(longer(flights))
        print(f"{log.stat().st_size / 1e6:.1f} MB, {every_message(log)} messages, median of {runs} runs")
        exported, dumped = zip(*exports(log, runs), strict=True)
        print(ratio_words("timed KML:", exported, "mavlogdump --types POS", dumped))
        peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"largest child process {peak_mb:.0f} MB (file {log.stat().st_size / 1e6:.0f} MB)")
        for name, one, other, theirs_name in (
            ("positions", lambda: positions(log), lambda: touch(log), "touching every byte"),
            ("every message", lambda: every_message(log), lambda: every_dictionary(log), "DFReader to_dict"),
        ):
            pairs = [(seconds(one), seconds(other)) for _ in range(runs)]
            own_s, other_s = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(b / a for a, b in pairs)
            print(f"{name}: {own_s:.3f} s · {theirs_name} {other_s:.3f} s · median ratio {ratio:.2f}")


if __name__ == "__main__":
    main(*(int(sys.argv[n]) if len(sys.argv) > n else default for n, default in ((1, 3), (2, 25))))
