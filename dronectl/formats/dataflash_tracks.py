"""From the tables of a DataFlash log to tracks: one aircraft, one boot, flights from arming to disarming.

Time: messages carry microseconds since boot; the first GPS message with a 3-D fix and a week ties those to UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.dataflash import DataFlash, Table
from dronectl.formats.flight_samples import Numbers, Samples, fence_words, is_a_place, printable, track_of
from dronectl.formats.gps_time import gps_to_utc_us
from dronectl.formats.tlog_layout import enum_names
from dronectl.model.shot import Shot
from dronectl.model.track import EventKind, PositionSource, Track, TrackEvent

UNKNOWN_SYSTEM = 0
"""Stands for a system id that the log does not tell."""

_FIX_3D = 3
_EARLIEST_WEEK = 1_304  # 2005: an unset clock is earlier
_EV_ARMED, _EV_DISARMED = 10, 11  # AP_Logger LogEvent
_EV_AUTO_ARMED = 15
_ERR_FENCE = 9  # AP_Logger LogErrorSubsystem: FAILSAFE_FENCE, whose code is the kinds of fence broken
_HOME = 1  # ORGN type: home; 0 is the EKF's origin
_SAME_ZERO_M = 1.0
"""Two places that lie within this in height are the same one."""
_REACHED = re.compile(r"Reached (?:command|waypoint) #(\d+)")

_SHOT_COLUMNS = ("Lat", "Lng", "Alt", "RelAlt", "R", "P", "Y")

_MODES_OF_FIRMWARE = (
    ("Copter", "COPTER_MODE"),
    ("Plane", "PLANE_MODE"),
    ("Rover", "ROVER_MODE"),
    ("Sub", "SUB_MODE"),
)

Times = NDArray[np.int64]


def tracks_of(log: DataFlash, *, source: PositionSource, names: Mapping[int, str], stem: str) -> tuple[Track, ...]:
    """Every flight in a log, in order. ``stem`` names the drone when neither the log nor ``names`` does."""
    return tuple(_Aircraft(log, source, names, stem).flights())


class _Aircraft:
    def __init__(self, log: DataFlash, source: PositionSource, names: Mapping[int, str], stem: str) -> None:
        self._log, self._source = log, source
        self._system_id = _system_id(log)
        self._name = names.get(self._system_id) or (
            f"system {self._system_id}" if self._system_id != UNKNOWN_SYSTEM else stem
        )
        self._gps = _first_instance(log.table("GPS"))
        self._epoch_us, self._clock_is_utc = _epoch_us(self._gps)

    def flights(self) -> Iterator[Track]:
        positions = self._from_gps() if self._source is PositionSource.GPS else self._from_ekf()
        if positions is None:
            return
        for begin_us, end_us in self._armed_spans(positions.place):
            track = track_of(
                positions,
                begin_us,
                end_us + 1,
                name=self._name,
                system_id=self._system_id,
                source=self._source,
                events=self._events(begin_us, end_us),
                shots=self._shots(begin_us, end_us),
                clock_is_utc=lambda _: self._clock_is_utc,
            )
            if track is not None:
                yield track

    def _from_ekf(self) -> Samples | None:
        """POS: what the autopilot held to be its place."""
        table = self._log.table("POS")
        if table is None or not {"Lat", "Lng", "Alt"} <= set(table.columns):
            return None
        time_us = table.time_us()
        lat, lon, alt = table.number("Lat"), table.number("Lng"), table.number("Alt")
        above_home = table.number("RelHomeAlt") if "RelHomeAlt" in table else alt - self._home_amsl_m(time_us)
        return Samples(
            time_us,
            time_us + self._epoch_us,
            is_a_place(lat, lon) & np.isfinite(alt) & _is_whole(table, alt),
            lat,
            lon,
            alt,
            above_home,
            self._speed_at(time_us),
            _at(self._log.table("ATT"), "Yaw", time_us, period=360.0),
            self._battery_pct(time_us),
            self._geoid_undulation_m(time_us),
        )

    def _from_gps(self) -> Samples | None:
        """GPS: the first receiver's own solution."""
        table = self._gps
        if table is None or not {"Lat", "Lng", "Alt", "Status"} <= set(table.columns):
            return None
        time_us = table.time_us()
        lat, lon, alt = table.number("Lat"), table.number("Lng"), table.number("Alt")
        return Samples(
            time_us,
            time_us + self._epoch_us,
            is_a_place(lat, lon) & np.isfinite(alt) & (table.number("Status") >= _FIX_3D),
            lat,
            lon,
            alt,
            alt - self._home_amsl_m(time_us),
            table.number("Spd"),
            table.number("GCrs") % 360.0,
            self._battery_pct(time_us),
            self._geoid_undulation_m(time_us),
        )

    def _home_amsl_m(self, time_us: Times) -> Numbers:
        """Home's height at each time: it may be set anew in flight. NaN before it is known."""
        table = self._log.table("ORGN")
        if table is None or not {"Type", "Alt"} <= set(table.columns):
            return np.full(len(time_us), np.nan)
        table = table.where(table.number("Type") == _HOME)
        if not len(table):
            return np.full(len(time_us), np.nan)
        latest = np.searchsorted(table.time_us(), time_us, side="right") - 1
        height: Numbers = np.where(latest >= 0, table.number("Alt")[np.maximum(latest, 0)], np.nan)
        return height

    def _battery_pct(self, time_us: Times) -> Numbers:
        """What the first battery monitor last said was left."""
        table = _first_instance(self._log.table("BAT"))
        left = _last_said(table, "RemPct", time_us)
        return np.where((left >= 0) & (left <= 100), left, np.nan)

    def _geoid_undulation_m(self, time_us: Times) -> Numbers:
        """GPA.Und is mean sea level above the ellipsoid with the sign turned; 0 is how ArduPilot says unknown."""
        und = _last_said(_first_instance(self._log.table("GPA")), "Und", time_us)
        return np.where(und == 0, np.nan, -und)

    def _shots(self, begin_us: int, end_us: int) -> tuple[Shot, ...]:
        """Photographs by CAM, which has the place of the aircraft at the shutter."""
        table = _first_instance(self._log.table("CAM"))
        if table is None or not {*_SHOT_COLUMNS, "Img"} <= set(table.columns):
            return ()
        at_us = table.time_us()
        places = is_a_place(table.number("Lat"), table.number("Lng"))
        wanted = np.flatnonzero((at_us >= begin_us) & (at_us <= end_us) & places)
        times = (at_us[wanted] + self._epoch_us).astype("datetime64[us]")
        numbers = table.number("Img")[wanted].astype(np.int64).tolist()
        columns = (table.number(name)[wanted].tolist() for name in _SHOT_COLUMNS)
        return tuple(Shot(*shot) for shot in zip(times, numbers, *columns, strict=True))

    def _speed_at(self, time_us: Times) -> Numbers:
        """The EKF's horizontal speed; of old logs, the receiver's."""
        for name in ("XKF1", "NKF1", "EKF1"):
            table = _first_instance(self._log.table(name))
            if table is not None and {"VN", "VE"} <= set(table.columns):
                north, east = (_at(table, column, time_us) for column in ("VN", "VE"))
                return np.hypot(north, east)
        return _at(self._gps, "Spd", time_us)

    def _armed_spans(self, position_us: Times) -> list[tuple[int, int]]:
        """From arming to disarming. A log without a word on arming is one flight; one that begins with disarming
        began when it was armed, as logs do by default (LOG_DISARMED 0)."""
        changes = sorted(self._arming())
        if not len(position_us):
            return []
        first, last = int(position_us.min()), int(position_us.max())
        if not changes:
            return [(first, last)]
        spans: list[tuple[int, int]] = []
        begin: int | None = None if changes[0][1] else min(first, changes[0][0])
        for at_us, is_armed in changes:
            if is_armed and begin is None:
                begin = at_us
            elif not is_armed and begin is not None:
                spans.append((begin, at_us))
                begin = None
        if begin is not None:
            spans.append((begin, max(last, begin)))
        return spans

    def _arming(self) -> list[tuple[int, bool]]:
        arm = self._log.table("ARM")
        if arm is not None and "ArmState" in arm:
            return list(zip(arm.time_us().tolist(), (arm.number("ArmState") != 0).tolist(), strict=True))
        events = self._log.table("EV")
        if events is None or "Id" not in events:
            return []
        pairs = zip(events.time_us().tolist(), events.number("Id").tolist(), strict=True)
        return [(at_us, ident == _EV_ARMED) for at_us, ident in pairs if ident in (_EV_ARMED, _EV_DISARMED)]

    def _events(self, begin_us: int, end_us: int) -> tuple[TrackEvent, ...]:
        found = [event for event in self._all_events(begin_us, end_us) if begin_us <= event[0] <= end_us]
        found.sort(key=lambda event: event[0])
        times = (np.array([at_us for at_us, _, _ in found], np.int64) + self._epoch_us).astype("datetime64[us]")
        return tuple(TrackEvent(time, kind, text) for time, (_, kind, text) in zip(times, found, strict=True))

    def _all_events(self, begin_us: int, end_us: int) -> Iterator[tuple[int, EventKind, str]]:
        yield from self._mode_events(begin_us)
        for at_us, is_armed in self._arming():
            yield at_us, EventKind.ARMED if is_armed else EventKind.DISARMED, "armed" if is_armed else "disarmed"
        texts = self._log.table("MSG")
        if texts is not None and "Message" in texts:
            for at_us, raw in zip(texts.time_us().tolist(), texts.columns["Message"].tolist(), strict=True):
                text = printable(raw)
                reached = _REACHED.match(text)
                if reached:
                    yield at_us, EventKind.WAYPOINT, f"waypoint {reached[1]}"
                elif text:
                    yield at_us, EventKind.TEXT, text
        photos = _first_instance(self._log.table("CAM"))
        if photos is not None:
            numbers = photos.number("Img") if "Img" in photos else np.arange(1, len(photos) + 1)
            for at_us, number in zip(photos.time_us().tolist(), numbers.tolist(), strict=True):
                yield at_us, EventKind.PHOTO, f"photo {number:.0f}"

        errors = self._log.table("ERR")
        if errors is not None and {"Subsys", "ECode"} <= set(errors.columns):
            errors = errors.where(errors.number("Subsys") == _ERR_FENCE)
            for at_us, code in zip(errors.time_us().tolist(), errors.number("ECode").tolist(), strict=True):
                yield at_us, EventKind.FENCE, fence_words(int(code))

    def _mode_events(self, begin_us: int) -> Iterator[tuple[int, EventKind, str]]:
        """Changes of mode; the one that a flight begins in is told at its beginning."""
        table = self._log.table("MODE")
        if table is None:
            return
        names = self._mode_names()
        times = table.time_us().tolist()
        column = "ModeNum" if "ModeNum" in table else "Mode"
        modes = [_mode_name(value, names) for value in table.columns[column].tolist()] if column in table else []
        before = ""
        for at_us, mode in zip(times, modes, strict=False):
            if at_us <= begin_us:
                before = mode
        if before:
            yield begin_us, EventKind.MODE, before
        for at_us, mode in zip(times, modes, strict=False):
            if at_us > begin_us and mode != before:
                yield at_us, EventKind.MODE, mode
                before = mode

    def _mode_names(self) -> dict[int, str]:
        texts = self._log.table("MSG")
        words = b" ".join(texts.columns["Message"][:50].tolist()) if texts is not None and "Message" in texts else b""
        for firmware, enum in _MODES_OF_FIRMWARE:
            if firmware.encode() in words:
                return enum_names(enum)
        return {}


def _is_whole(table: Table, amsl_m: Numbers) -> NDArray[np.bool_]:
    """False for a POS that a cut in the file has joined to the end of another message.

    No checksum tells. But its last fields are heights above home and above the EKF's origin: the heights of both, as
    they follow from a torn one, are not what its neighbours agree on. Home alone may really move for one sample.
    """
    zeros_m = [amsl_m - table.number(name) for name in ("RelHomeAlt", "RelOriginAlt") if name in table]
    is_torn = np.full(len(table), bool(zeros_m))
    is_torn[:1] = is_torn[-1:] = False
    for zero_m in zeros_m:
        with np.errstate(invalid="ignore", over="ignore"):
            before, here, after = zero_m[:-2], zero_m[1:-1], zero_m[2:]
            is_torn[1:-1] &= (np.abs(after - before) <= _SAME_ZERO_M) & ~(np.abs(here - before) <= _SAME_ZERO_M)
    return ~is_torn


def _system_id(log: DataFlash) -> int:
    """SYSID_THISMAV (MAV_SYSID since 4.7) among the parameters that a log begins with."""
    table = log.table("PARM")
    if table is None or not {"Name", "Value"} <= set(table.columns):
        return UNKNOWN_SYSTEM
    is_id = np.isin(table.columns["Name"], (b"SYSID_THISMAV", b"MAV_SYSID"))
    values = table.number("Value")[is_id]
    return int(values[-1]) if len(values) and 1 <= values[-1] <= 255 else UNKNOWN_SYSTEM


def _last_said(table: Table | None, column: str, time_us: Times) -> Numbers:
    """A column's latest value at each time; NaN before the first, and without the column."""
    if table is None or not len(table) or column not in table:
        return np.full(len(time_us), np.nan)
    last = np.searchsorted(table.time_us(), time_us, side="right") - 1
    value: Numbers = np.where(last >= 0, table.number(column)[np.maximum(last, 0)], np.nan)
    return value


def _first_instance(table: Table | None) -> Table | None:
    """The messages of the first source (receiver, filter core) where several are logged under one name."""
    if table is None or not len(table):
        return table
    column = next((name for name, unit in table.units.items() if unit == "instance"), None)
    column = column or next((name for name in ("I", "C", "Inst") if name in table), None)
    if column is None or column not in table:
        return table
    numbers = table.number(column)
    return table.where(numbers == numbers.min())


def _epoch_us(gps: Table | None) -> tuple[int, bool]:
    """UTC of the boot in µs since 1970, by the first good fix; (0, False) when the log does not know the time."""
    if gps is None:
        return 0, False
    week_field = next((name for name in ("GWk", "Week") if name in gps), None)
    ms_field = next((name for name in ("GMS", "TimeMS", "Time") if name in gps and name != "TimeUS"), None)
    if week_field is None or ms_field is None or "Status" not in gps:
        return 0, False
    week = gps.number(week_field)
    good = np.flatnonzero((gps.number("Status") >= _FIX_3D) & (week >= _EARLIEST_WEEK) & (week < 10_000))
    if not len(good):
        return 0, False
    first = good[:1]
    utc_us = gps_to_utc_us(week[first].astype(np.int64), gps.number(ms_field)[first].astype(np.int64))
    return int(utc_us[0] - _boot_us(gps)[first][0]), True


def _boot_us(gps: Table) -> Times:
    """Time since boot of GPS messages: in logs of 2013 ``TimeMS`` is the receiver's and ``T`` the autopilot's."""
    if "TimeUS" not in gps and "T" in gps:
        return np.rint(gps.number("T") * 1_000).astype(np.int64)
    return gps.time_us()


def _at(table: Table | None, column: str, time_us: Times, *, period: float | None = None) -> Numbers:
    """A column's values at other times, straight in between; NaN when the log has none."""
    if table is None or column not in table or not len(table):
        return np.full(len(time_us), np.nan)
    known_us, values = table.time_us(), table.number(column)
    order = np.argsort(known_us, kind="stable")
    known_us, values = known_us[order], values[order]
    finite = np.isfinite(values)
    if not finite.any():
        return np.full(len(time_us), np.nan)
    known_us, values = known_us[finite], values[finite]
    if period is None:
        return np.interp(time_us, known_us, values)
    turned: Numbers = np.interp(time_us, known_us, np.unwrap(values, period=period)) % period
    return turned


def _mode_name(value: object, names: Mapping[int, str]) -> str:
    """Binary logs hold a number; text logs a number or a name."""
    if isinstance(value, bytes):
        text = value.decode("latin-1")
        if not text.isdigit():
            return text
        value = int(text)
    return names.get(int(str(value)), f"mode {value}")
