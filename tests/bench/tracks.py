"""From long recordings to KML, and how long pymavlink's own dump of the same positions takes: whole processes in turn.

The recording is tests/data/sitl-drone1.tlog flown again and again by three vehicles at once, each flight later than the
one before.

Run: ``python tests/bench/tracks.py [RUNS] [FLIGHTS...]``. Goal: at least 6 times as fast as mavlogdump
from 10 MB on (three flights).
"""

from __future__ import annotations

import compileall
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from processes import DRONECTL, MAVLOGDUMP, ratio_words, took
from pymavlink.dialects.v20.ardupilotmega import MAVLink_system_time_message, mavlink_map, x25crc

from dronectl.formats.recordings.tlog.files import iter_frames

RECORDING = Path(__file__).parents[1] / "data" / "sitl-drone1.tlog"
SOURCES = Path(__file__).parents[2] / "dronectl"
GAP_US = 600_000_000
HEADER = 10
Record = tuple[int, bytes]


def changed(frame: bytes, *, system_id: int, later_us: int) -> bytes:
    """A MAVLink 2 frame as another vehicle would have sent it, at another time of day."""
    message_id = int.from_bytes(frame[7:10], "little")
    body = bytearray(frame[: HEADER + frame[1]])
    body[5] = system_id
    if message_id == MAVLink_system_time_message.id:
        (unix_us,) = struct.unpack_from("<Q", body, HEADER)
        struct.pack_into("<Q", body, HEADER, unix_us + later_us)
    crc = x25crc(bytes(body[1:]) + bytes([mavlink_map[message_id].crc_extra])).crc
    return bytes(body) + crc.to_bytes(2, "little")


def fleet_records(flights: int) -> Iterator[Record]:
    """(stamp, frame) of three vehicles in the order of time."""
    flown = [(stamp, frame) for stamp, frame in iter_frames(RECORDING) if frame[0] == 0xFD and frame[5] == 1]
    length_us = flown[-1][0] - flown[0][0] + GAP_US
    fleet = [
        (stamp + system_id, changed(frame, system_id=system_id, later_us=0))
        for stamp, frame in flown
        for system_id in (1, 2, 3)
    ]
    for flight in range(flights):
        later_us = flight * length_us
        for stamp, frame in fleet:
            tells_time = int.from_bytes(frame[7:10], "little") == MAVLink_system_time_message.id
            told = changed(frame, system_id=frame[5], later_us=later_us) if tells_time else frame
            yield stamp + later_us, told


def fleet_tlog(flights: int) -> bytes:
    return b"".join(stamp.to_bytes(8, "big") + frame for stamp, frame in fleet_records(flights))


def main(runs: int, flights: int) -> None:
    compileall.compile_dir(SOURCES, quiet=1)  # as installing does
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tlog, kml = folder / "fleet.tlog", folder / "fleet.kml"
        tlog.write_bytes(fleet_tlog(flights))
        ours = (*DRONECTL, "track", "export", str(tlog), "-o", str(kml))
        theirs = (*MAVLOGDUMP, "--types", "GLOBAL_POSITION_INT", str(tlog))
        pairs = [(took(ours, folder), took(theirs, folder)) for _ in range(runs)]
        positions = kml.read_bytes().count(b"<gx:coord>")
        print(
            f"{tlog.stat().st_size / 1e6:.1f} MB, {3 * flights} flights, {positions} positions in the KML, {runs} runs"
        )
    exported, dumped = zip(*pairs, strict=True)
    print(ratio_words("dronectl track export", exported, "mavlogdump", dumped))


if __name__ == "__main__":
    for one in map(int, sys.argv[2:] or ("3", "10")):
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, one)
