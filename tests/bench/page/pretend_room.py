"""A room of as many drones as one likes over the site of this repository, without aircraft and links."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dronectl.formats.maps.ground.document import ground_document
from dronectl.model.ground.tiles import MapSettings
from dronectl.ops.background.desk import TileDesk
from dronectl.ops.serving.room import as_line
from dronectl.site.workspace import load_site

ROOT = Path(__file__).resolve().parents[3]
COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b")


class PretendRoom:
    """``drones`` fly circles over the site; ``rate_hz`` pictures a second. ``speedup``: circles go as much faster."""

    def __init__(
        self, drones: int = 3, rate_hz: float = 5.0, speedup: float = 1.0, tiles: TileDesk | None = None
    ) -> None:
        self.tiles = tiles or TileDesk(ROOT, MapSettings())
        self.site = load_site(ROOT)
        self.ground = ground_document(self.site)
        self.count, self.rate_hz, self.speedup = drones, rate_hz, speedup
        self._number = 0
        self._started_s = time.monotonic()

    def picture(self) -> bytes:
        return as_line(self._document())

    def _document(self) -> Mapping[str, Any]:
        t_s = (time.monotonic() - self._started_s) * self.speedup
        return {
            "clock": time.strftime("%H:%M:%S UTC", time.gmtime()),
            "time_utc": time.time(),
            "drones": [self._drone(index, t_s) for index in range(self.count)],
            "alarms": [
                {
                    "drone": "bravo",
                    "kind": "low-battery",
                    "severity": "warning",
                    "message": "battery will be at its reserve in 2 min",
                    "age_s": 12.0,
                    "cleared_age_s": None,
                    "seen_age_s": None,
                    "seen_by": None,
                },
                {
                    "drone": "alpha",
                    "kind": "fence",
                    "severity": "critical",
                    "message": "3 m outside the fence",
                    "age_s": 40.0,
                    "cleared_age_s": 9.0,
                    "seen_age_s": None,
                    "seen_by": None,
                },
            ],
            "incidents": [
                {
                    "number": "1201-01",
                    "kind": "fight",
                    "kind_thai": "ทะเลาะวิวาท",
                    "place": "ร้านทอง 2",
                    "words": "two men",
                    "drone": "alpha",
                    "at": [16.0555, 103.6535],
                }
            ],
            "aircraft": [{"name": "TG1234", "at": [16.062, 103.66], "course_deg": 200.0}],
            "traffic": ["adsb tcp://127.0.0.1:30003: heard 1 s ago"],
            "cameras": [
                {
                    "id": "cctv_1",
                    "name": "กล้องวงจรปิด แยกธนาคาร",
                    "stream": "rtsp://10.0.0.9/1",
                    "snapshot": "https://10.0.0.9/1.jpg",
                    "sees": ["1201-01"],
                },
                {"id": "cctv_2", "name": "กล้องวงจรปิด หน้าร้านทอง", "stream": None, "snapshot": None, "sees": []},
            ],
            "plan": "hot",
            "timetable": [
                {
                    "sortie": number,
                    "patrol": "economic_hotspots",
                    "drones": ["alpha", "bravo"],
                    "start": f"{8 + number:02d}:00 UTC+7",
                    "end": f"{8 + number:02d}:20 UTC+7",
                    "begun": f"{8 + number:02d}:01 UTC+7" if state in ("flown", "flying", "stopped") else None,
                    "state": state,
                }
                for number, state in enumerate(("flown", "stopped", "missed", "flying", "late", "due", "later"))
            ],
            "hotspots": [
                {
                    "id": f"spot_{state}",
                    "name": f"ร้านทอง {number}",
                    "at": [16.0519, 103.6574],
                    "alone_s": 700 * number,
                    "is_least": state == "unknown",
                    "promise_s": 3600,
                    "state": state,
                }
                for number, state in enumerate(("there", "ok", "unknown", "soon", "overdue"))
            ],
            "orders": [
                {
                    "number": 2,
                    "order": "hold",
                    "text": "hold",
                    "by": "somchai",
                    "at": "11:56:24 UTC+7",
                    "drones": [
                        {"name": "alpha", "stage": "done", "words": "hovers (0.7 m/s)"},
                        {"name": "bravo", "stage": "going", "words": "on its way"},
                        {"name": "charlie", "stage": "failed", "words": "charlie: not heard for 15 s"},
                    ],
                    "notes": ["alpha: BRAKE is set"],
                }
            ],
        }

    def _drone(self, index: int, t_s: float) -> Mapping[str, Any]:
        name = ("alpha", "bravo", "charlie")[index] if index < 3 else f"drone-{index + 1:02d}"
        radius = 0.0015 + 0.00008 * index
        angle = t_s * 8.0 / (radius * 111_195) + index * 2.1
        lat, lon = 16.0535 + radius * math.sin(angle), 103.6525 + radius * math.cos(angle) / 0.961

        def ahead(step: int) -> list[float]:
            later = angle + step * 0.05
            return [16.0535 + radius * math.sin(later), 103.6525 + radius * math.cos(later) / 0.961]

        return {
            "name": name,
            "colour": COLOURS[index % len(COLOURS)],
            "phase": "patrol 3/12",
            "phase_kind": "patrol",
            "height_m": 60.0 + index,
            "battery_pct": 71.0 - index % 40,
            "battery_reserve_pct": 30.0,
            "time_left_s": 431.0,
            "heard_age_s": 0.3 if index != 2 else 12.0,
            "is_old": index == 2,
            "is_airborne": True,
            "at": [round(lat, 7), round(lon, 7)],
            "ahead": [ahead(step) for step in range(8)],
        }

    async def changed(self, after: int) -> int:
        await asyncio.sleep(1.0 / self.rate_hz)
        self._number += 1
        return self._number

    def trails(self) -> Mapping[str, Any]:
        return {}

    def take_webhook(self, body: bytes, signature: str | None) -> int:
        return 401

    async def take_report(self, body: bytes, token: str) -> tuple[int, Mapping[str, Any]]:
        return 401, {}
