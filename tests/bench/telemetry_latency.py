"""How old telemetry is when a program reads it: from the wire to the JSON line, at the link's owner and at a joiner.

    python tests/bench/telemetry_latency.py [SECONDS]

Three vehicles at 10 Hz behind one TCP port; each position tells in its own digits when it was sent. ``telemetry stream
--rate 50`` reads them, first alone, then beside another one that owns the link. Goals, in median: 50 ms, and 10 ms more
for who joins.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

import support_path  # isort: skip  # noqa: F401

from pymavlink.dialects.v20 import ardupilotmega as mavlink
from running_fleet import TOML_LINKS, copy_workspace

RATE_HZ, GOAL_MS, JOINER_MS = 10, 50.0, 10.0
_LATITUDE_E7 = 160_000_000


class Vehicles:
    """Three aircraft that stand somewhere else at each moment: the tenths of milliseconds since the start, in 1e-7°."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self.port = 0
        self._stop = asyncio.Event()

    def __enter__(self) -> Vehicles:
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def age_ms(self, lat_deg: float) -> float:
        sent_s = (round(lat_deg * 1e7) - _LATITUDE_E7) / 1e4
        return (time.monotonic() - self._began_s - sent_s) * 1000.0

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._speak, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        await asyncio.sleep(2.0 / RATE_HZ)  # each of them sees it

    async def _speak(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        codecs = [mavlink.MAVLink(None, srcSystem=number, srcComponent=1) for number in (1, 2, 3)]
        tick = 0
        try:
            while not self._stop.is_set():
                for codec in codecs:
                    now_s = time.monotonic() - self._began_s
                    place = (_LATITUDE_E7 + round(now_s * 1e4), 1_036_503_000, 145_000, 20_000, 100, 0, 0, 9000)
                    frames = [mavlink.MAVLink_global_position_int_message(round(now_s * 1000), *place)]
                    if tick % RATE_HZ == 0:
                        frames.append(mavlink.MAVLink_heartbeat_message(2, 3, 209, 3, 4, 3))
                    for frame in frames:
                        writer.write(frame.pack(codec))
                        codec.seq = (codec.seq + 1) % 256
                tick += 1
                await writer.drain()
                await asyncio.sleep(1.0 / RATE_HZ)
        except OSError:
            return
        finally:
            writer.close()


def stream(root: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "dronectl", "telemetry", "stream", "--rate", "50", "--workspace", str(root)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def median_age_ms(vehicles: Vehicles, program: subprocess.Popen[str], seconds: float) -> float:
    """Of each position, when the first line that has it is read."""
    assert program.stdout is not None
    ages, known, ends_s = [], set(), None
    for line in program.stdout:
        row = json.loads(line)
        if row["lat_deg"] is None or row["lat_deg"] in known:
            continue
        known.add(row["lat_deg"])
        ends_s = ends_s or time.monotonic() + seconds
        ages.append(vehicles.age_ms(row["lat_deg"]))
        if time.monotonic() > ends_s:
            return median(ages[len(ages) // 5 :])
    raise AssertionError("it ended")


def main(seconds: float) -> None:
    root = copy_workspace(Path(tempfile.mkdtemp()))
    toml = root / "dronectl.toml"
    with Vehicles() as vehicles:
        text = toml.read_text(encoding="utf-8")
        for url in TOML_LINKS.values():
            text = text.replace(url, f"tcp://127.0.0.1:{vehicles.port}")
        toml.write_text(re.sub(r"(?m)^uid = .*\n", "", text), encoding="utf-8")
        owner = stream(root)
        own = median_age_ms(vehicles, owner, seconds)
        reading = threading.Thread(target=lambda: [None for _ in owner.stdout or ()])
        reading.start()
        joiner = stream(root)
        joined = median_age_ms(vehicles, joiner, seconds)
        for program in (joiner, owner):
            program.kill()
            program.wait()
        reading.join()
    print(
        f"wire to JSON line   owner {own:5.1f} ms, joiner {joined:5.1f} ms (goals {GOAL_MS:g} and {JOINER_MS:g} more)"
    )
    print("TOO LATE" if own > GOAL_MS or joined > own + JOINER_MS else "in time")


if __name__ == "__main__":
    main(float(sys.argv[1]) if sys.argv[1:] else 8.0)
