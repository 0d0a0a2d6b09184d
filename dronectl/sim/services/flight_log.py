"""The vehicle's own log of each flight: DataFlash messages at 10 Hz from arming on, in ArduCopter's formats.

As ArduPilot's, it goes on for 15 s after disarming and is closed some time later: a drone that is armed again by then
goes on in the same log.

Layouts are those of AP_Logger (LogStructure.h) in the release that it flies, with the messages that tell where it
flew, in which mode, and what it said.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

from dronectl.sim.services.ftp_files import VehicleFiles
from dronectl.sim.services.log_server import LOG_FOLDER
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.firmware import Firmware

_PERIOD_S = 0.1
_PERSISTS_S = 15.0
_CLOSES_S = 20.0
_MOST_BYTES = 8 * 1024 * 1024
_MOST_LOGS = 50
_FMT = 128
_ARMED, _DISARMED = 10, 11
_GPS_EPOCH_S = 315_964_800
_GPS_AHEAD_S = 18
_WEEK_S = 604_800

_PACKED = {"Q": "Q", "N": "16s", "Z": "64s", "n": "4s", "f": "f", "B": "B", "M": "B", "I": "I", "H": "H"}
_PACKED |= {"L": "i", "e": "i", "c": "h", "C": "H"}
_LAYOUTS = {
    "FMT": (_FMT, "BBnNZ", "Type,Length,Name,Format,Columns"),
    "PARM": (32, "QNff", "TimeUS,Name,Value,Default"),
    "MSG": (59, "QZ", "TimeUS,Message"),
    "ATT": (70, "QccccCCCCB", "TimeUS,DesRoll,Roll,DesPitch,Pitch,DesYaw,Yaw,ErrRP,ErrYaw,AEKF"),
    "ORGN": (71, "QBLLe", "TimeUS,Type,Lat,Lng,Alt"),
    "POS": (72, "QLLfff", "TimeUS,Lat,Lng,Alt,RelHomeAlt,RelOriginAlt"),
    "GPS": (90, "QBBIHBcLLeffffB", "TimeUS,I,Status,GMS,GWk,NSats,HDop,Lat,Lng,Alt,Spd,GCrs,VZ,Yaw,U"),
    "MODE": (118, "QMBB", "TimeUS,Mode,ModeNum,Rsn"),
    "EV": (181, "QB", "TimeUS,Id"),
    "ARM": (186, "QBIBB", "TimeUS,ArmState,ArmChecks,Forced,Method"),
}
_IN_DEGREES = (70, "QffffffB", "TimeUS,DesRoll,Roll,DesPitch,Pitch,DesYaw,Yaw,AEKF")
_IN_PIECES = (59, "QBBZ", "TimeUS,ID,Seq,Message")
_PIECE_BYTES = 64


def _layouts(firmware: Firmware) -> dict[str, tuple[int, str, str]]:
    """Number, letters and columns by name."""
    own = dict(_LAYOUTS)
    if firmware.logs_degrees:
        own["ATT"] = _IN_DEGREES
    if firmware.logs_texts_in_pieces:
        own["MSG"] = _IN_PIECES
    return own


class FlightLog:
    """Watches a copter, at each step and each order. ``mode`` gives its mode's number."""

    def __init__(
        self, copter: Copter, files: VehicleFiles, mode: Callable[[], int], has_fix: Callable[[], bool]
    ) -> None:
        self._copter = copter
        self._files = files
        self._mode = mode
        self._has_fix = has_fix
        self._layouts = _layouts(copter.firmware)
        self._structs = {
            name: struct.Struct("<BBB" + "".join(_PACKED[letter] for letter in letters))
            for name, (_, letters, _) in self._layouts.items()
        }
        self._texts = 0
        self._log: bytearray | None = None
        self._path = ""
        self._last_mode = -1
        self._due_s = 0.0
        self._was_armed = False
        self._armed_s = 0.0

    def step(self) -> None:
        copter = self._copter
        if copter.is_armed and self._log is None:
            self._begin()
        if self._log is None:
            return
        if copter.is_armed != self._was_armed:
            self._was_armed = copter.is_armed
            self._arming(is_armed=copter.is_armed)
        if copter.is_armed:
            self._armed_s = copter.now_s
        if self._mode() != self._last_mode:
            self._last_mode = self._mode()
            self._write("MODE", copter.now_us, self._last_mode, self._last_mode, 1)
        disarmed_s = copter.now_s - self._armed_s
        if disarmed_s > _CLOSES_S:
            self._log = None
        elif copter.now_s >= self._due_s and disarmed_s <= _PERSISTS_S:
            self._due_s = copter.now_s + _PERIOD_S - 1e-6
            self._sample()
            self._files.modified_s[self._path] = self._unix_s()

    def on_text(self, text: str) -> None:
        """What the vehicle says to the ground is in its log as well."""
        if self._log is None:
            return
        data = text.encode()
        if not self._copter.firmware.logs_texts_in_pieces:
            self._write("MSG", self._copter.now_us, data[:_PIECE_BYTES])
            return
        self._texts = self._texts % 255 + 1  # 0 is no id
        for piece, start in enumerate(range(0, max(len(data), 1), _PIECE_BYTES)):
            self._write("MSG", self._copter.now_us, self._texts, piece, data[start : start + _PIECE_BYTES])

    def _begin(self) -> None:
        number = 1 + max((_number(path) for path in self._files.card), default=0)
        kept = sorted(path for path in self._files.card if _number(path))
        for oldest in kept[: max(0, len(kept) - _MOST_LOGS + 1)]:
            del self._files.card[oldest]
        self._path = f"{LOG_FOLDER}/{number:08}.BIN"
        self._log = self._files.card[self._path] = bytearray()
        self._files.modified_s[self._path] = self._unix_s()
        self._last_mode, self._due_s = -1, 0.0
        for name, (ident, letters, columns) in self._layouts.items():
            self._write("FMT", ident, self._structs[name].size, name.encode(), letters.encode(), columns.encode())
        now_us = self._copter.now_us
        for name, value, _ in self._copter.parameters.listed():
            self._write("PARM", now_us, name.encode(), value, math.nan)
        version = self._copter.firmware.text
        self.on_text(f"ArduCopter V{version} ({version}sim)")
        home = self._copter.home
        if home is not None:
            for kind in (0, 1):
                self._write("ORGN", now_us, kind, home.lat_e7, home.lon_e7, round(home.amsl_m * 100.0))

    def _arming(self, *, is_armed: bool) -> None:
        now_us = self._copter.now_us
        checks = int(self._copter.parameters["ARMING_CHECK"])
        self._write("ARM", now_us, int(is_armed), max(0, checks), 0, 1)
        self._write("EV", now_us, _ARMED if is_armed else _DISARMED)

    def _sample(self) -> None:
        copter, body = self._copter, self._copter.airframe
        now_us, heading = copter.now_us, round(math.degrees(body.yaw_rad) % 360.0 * 100.0) % 36_000
        lat_e7, lon_e7 = copter.position_e7()
        up_m = copter.amsl_m - copter.settings.home_amsl_m
        if copter.firmware.logs_degrees:
            self._write("ATT", now_us, 0.0, 0.0, 0.0, 0.0, heading / 100.0, heading / 100.0, 3)
        else:
            self._write("ATT", now_us, 0, 0, 0, 0, heading, heading, 0, 0, 3)
        self._write("POS", now_us, lat_e7, lon_e7, copter.amsl_m, copter.above_home_m, up_m)
        week, week_s = divmod(copter.boot_unix_s + copter.now_s - _GPS_EPOCH_S + _GPS_AHEAD_S, _WEEK_S)
        has_fix = self._has_fix()
        course = math.degrees(math.atan2(body.v_east_m_s, body.v_north_m_s)) % 360.0
        self._write(
            "GPS", now_us, 0, 6 if has_fix else 1, int(week_s * 1000.0) if has_fix else 0,
            max(0, int(week)) % 65_536 if has_fix else 0, 10 if has_fix else 0, 121, lat_e7, lon_e7,
            round(copter.amsl_m * 100.0), body.ground_speed_m_s, course, -body.v_up_m_s, 0.0, 1,
        )  # fmt: skip

    def _write(self, name: str, *values: object) -> None:
        if self._log is not None and len(self._log) < _MOST_BYTES:
            self._log += self._structs[name].pack(0xA3, 0x95, self._layouts[name][0], *values)

    def _unix_s(self) -> int:
        return int(self._copter.boot_unix_s + self._copter.now_s)


def _number(path: str) -> int:
    """Of a log's file; 0 of any other."""
    stem = path.removeprefix(f"{LOG_FOLDER}/").removesuffix(".BIN")
    return int(stem) if path == f"{LOG_FOLDER}/{stem}.BIN" and stem.isascii() and stem.isdigit() else 0
