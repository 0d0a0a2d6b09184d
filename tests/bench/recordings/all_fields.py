"""Every field of every message of a telemetry log as columns: ours beside fasttlogparser, a parser in C++, on one file.

The file is that of ``tests/bench/tracks.py``. fasttlogparser has no wheels, so nothing installs it for you:
``pip install scikit-build-core pybind11 && pip install --no-build-isolation fasttlogparser`` (needs a C++ compiler).
Without it the bench says so and ends. Equal means: the same messages, the same number of each, the same value in every
field of each that both dialects have. Of texts that fill their field it takes one byte too many, which is not counted.

Run: ``python tests/bench/recordings/all_fields.py [RUNS] [FLIGHTS]``. Goal: equal, and no slower.
"""

from __future__ import annotations

import importlib
import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pymavlink.dialects.v20.ardupilotmega import mavlink_map

from dronectl.formats.recordings.tlog.frames import decode_messages, walk_frames
from dronectl.formats.recordings.tlog.layout import payload_layout
from dronectl.storage.mapped_file import map_file

sys.path.insert(0, str(Path(__file__).parents[1]))

from tracks import fleet_tlog

Columns = Mapping[str, Mapping[str, NDArray[np.generic]]]


def ours(path: Path) -> Columns:
    """Message → field → column, each made and copied out of the rows."""
    frames = walk_frames(map_file(path))
    found: dict[str, dict[str, NDArray[np.generic]]] = {}
    for message_id in np.flatnonzero(np.bincount(frames.message_id)).tolist():
        if message_id not in mavlink_map:
            continue
        name = str(mavlink_map[message_id].msgname)
        rows = decode_messages(frames, payload_layout(name))
        columns = {field: np.ascontiguousarray(rows.fields[field]) for field in rows.fields.dtype.names or ()}
        found[name] = {
            **columns,
            "sys_id": rows.system_id,
            "cmp_id": rows.component_id,
            "timestamp": rows.stamp_us / 1e6,
        }
    return found


def theirs(path: Path) -> Columns:
    messages: Columns = importlib.import_module("fasttlogparser").parseTLog(str(path))[0]
    return messages


def of_one_dialect(one: Columns, other: Columns) -> list[str]:
    """Messages and fields that only one of them knows."""
    names = sorted(one.keys() ^ other.keys())
    both = sorted(one.keys() & other.keys())
    return names + [f"{name}.{field}" for name in both for field in sorted(one[name].keys() ^ other[name].keys())]


def differences(one: Columns, other: Columns) -> list[str]:
    """What is not equal, a line each."""
    found = []
    for name in sorted(one.keys() & other.keys()):
        for field in sorted(one[name].keys() & other[name].keys()):
            here, there = one[name][field], other[name][field]
            if not are_equal(here, there):
                found.append(f"{name}.{field}: {here.shape} {here.dtype} against {there.shape} {there.dtype}")
    return found


def are_equal(here: NDArray[np.generic], there: NDArray[np.generic]) -> bool:
    if here.dtype.kind == "S":
        there = there.astype(here.dtype)
    return here.dtype == there.dtype and np.array_equal(here, there, equal_nan=here.dtype.kind == "f")


def cpu_s(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def main(runs: int, flights: int) -> None:
    if importlib.util.find_spec("fasttlogparser") is None:
        print("fasttlogparser is not installed: nothing to compare with (see the top of this file)")
        return
    with tempfile.TemporaryDirectory() as folder:
        tlog = Path(folder) / "fleet.tlog"
        tlog.write_bytes(fleet_tlog(flights))
        here, there = ours(tlog), theirs(tlog)
        columns = [column for one in here.values() for column in one.values()]
        values = sum(column.size for column in columns)
        size_mb = tlog.stat().st_size / 1e6
        print(f"{size_mb:.1f} MB, {len(here)} messages, {len(columns)} columns, {values} values, {runs} runs")
        print(f"of one dialect: {', '.join(of_one_dialect(here, there)) or 'nothing'}")
        print("\n".join(differences(here, there)) or "every value that both have is equal")
        pairs = [(cpu_s(lambda: ours(tlog)), cpu_s(lambda: theirs(tlog))) for _ in range(runs)]
    own_s, other_s = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"ours {own_s:.3f} s · fasttlogparser {other_s:.3f} s of processor time · median ratio {ratio:.2f}")


if __name__ == "__main__":
    main(*(int(sys.argv[n]) if len(sys.argv) > n else default for n, default in ((1, 5), (2, 3))))
