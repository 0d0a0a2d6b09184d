"""Telemetry logs for tests, made with pymavlink's encoder: an independent hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as dialect

UNIX_EPOCH_US = 1_790_000_000_000_000
"""When the vehicles of these logs were booted."""

QUADROTOR, GCS_TYPE = 2, 6
ARDUPILOT, NO_AUTOPILOT = 3, 8
ARMED, DISARMED = 0x81, 0x01


class LogBuilder:
    """Frames with stamps; each call of :meth:`add` advances the host clock by 50 ms unless told otherwise."""

    def __init__(self, *, stamp_us: int = UNIX_EPOCH_US) -> None:
        self.data = bytearray()
        self.stamp_us = stamp_us
        self._codecs: dict[tuple[int, int], Any] = {}

    def add(
        self, name: str, *, system: int = 1, component: int = 1, v1: bool = False, signed: bool = False, **fields: Any
    ) -> LogBuilder:
        codec = self._codecs.setdefault((system, component), dialect.MAVLink(None, system, component))
        codec.signing.sign_outgoing = signed
        if signed:
            codec.signing.secret_key = bytes(range(32))
            codec.signing.timestamp = 1
        message = getattr(dialect, f"MAVLink_{name.lower()}_message")(**fields)
        self.data += self.stamp_us.to_bytes(8, "big") + message.pack(codec, force_mavlink1=v1)
        self.stamp_us += 50_000
        return self

    def heartbeat(self, *, armed: bool, mode: int = 3, **where: Any) -> LogBuilder:
        fields = {"type": QUADROTOR, "autopilot": ARDUPILOT, "system_status": 4, "mavlink_version": 3}
        return self.add("HEARTBEAT", base_mode=ARMED if armed else DISARMED, custom_mode=mode, **fields | where)

    def system_time(self, boot_ms: int, *, unix_us: int | None = None, **where: Any) -> LogBuilder:
        told = UNIX_EPOCH_US + boot_ms * 1000 if unix_us is None else unix_us
        return self.add("SYSTEM_TIME", time_unix_usec=told, time_boot_ms=boot_ms, **where)

    def gps(
        self, boot_ms: float, *, fix: int = 3, lat: int = 160_538_000, lon: int = 1_036_520_000, **more: Any
    ) -> LogBuilder:
        fields = {"alt": 180_000, "eph": 100, "epv": 100, "vel": 500, "cog": 9_000, "satellites_visible": 12}
        return self.add("GPS_RAW_INT", time_usec=round(boot_ms * 1000), fix_type=fix, lat=lat, lon=lon, **fields | more)

    def position(self, boot_ms: int, *, lat: int = 160_538_000, lon: int = 1_036_520_000, **more: Any) -> LogBuilder:
        fields = {"alt": 180_000, "relative_alt": 30_000, "vx": 300, "vy": 400, "vz": 0, "hdg": 9_000}
        return self.add("GLOBAL_POSITION_INT", time_boot_ms=boot_ms, lat=lat, lon=lon, **fields | more)

    def flight(self, start_ms: int, samples: int, *, system: int = 1, lat: int = 160_538_000) -> LogBuilder:
        """Disarmed, armed, ``samples`` positions 250 ms and about 1.1 m apart to the north, disarmed."""
        self.heartbeat(armed=False, mode=0, system=system).system_time(start_ms, system=system)
        self.gps(start_ms, system=system).heartbeat(armed=True, system=system)
        for index in range(samples):
            self.position(start_ms + 250 * index, lat=lat + 100 * index, system=system)
        return self.heartbeat(armed=False, system=system)

    def save(self, folder: Path, name: str = "log.tlog") -> Path:
        path = folder / name
        path.write_bytes(bytes(self.data))
        return path
