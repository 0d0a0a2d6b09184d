"""From the tables of a DataFlash log to tracks: one aircraft, its boots, flights from arming to disarming.

Time: messages carry microseconds since boot; GPS messages with a week tie those to UTC, all of them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.dataflash.clock import TimedLog, without_lone_values
from dronectl.formats.recordings.dataflash.events import all_events, arming_of, events_of, photographs_of
from dronectl.formats.recordings.dataflash.receivers import (
    FIX_3D,
    UNKNOWN_SYSTEM,
    best_receiver,
    first_instance,
    receivers,
    system_id,
    timing,
)
from dronectl.formats.recordings.dataflash.rejoined import rejoined
from dronectl.formats.recordings.dataflash.tables import DataFlash, MessageTable
from dronectl.formats.recordings.fix_outages import held
from dronectl.formats.recordings.flight_samples import (
    Flags,
    Numbers,
    Samples,
    is_a_place,
    left_out_of,
    track_of,
    without_gaps,
)
from dronectl.formats.recordings.flights import Flights, Heard, at_most
from dronectl.model.track.track import PositionSource

_HOME = 1  # ORGN type: home; 0 is the EKF's origin
_SAME_ZERO_M = 1.0
"""Two places that lie within this in height are the same one."""
_DAMAGED_TIME_US = 60_000_000
"""A time that lies so far from those around it was damaged."""

Times = NDArray[np.int64]


def tracks_of(log: DataFlash, *, source: PositionSource, names: Mapping[int, str], stem: str) -> Flights:
    """Every flight in a log, in order. ``stem`` names the drone when neither the log nor ``names`` does.

    Without the autopilot's own positions, as in old logs, those of the receiver are taken, and the tracks say so.
    """
    found = Flights()
    for boot in rejoined(log):
        found += _Aircraft(boot, source, names, stem).flights()
    return replace(found, tracks=tuple(sorted(found.tracks, key=lambda track: (track.system_id, track.time_utc[0]))))


class _Aircraft:
    """An aircraft from one switching on to the next."""

    def __init__(self, log: TimedLog, source: PositionSource, names: Mapping[int, str], stem: str) -> None:
        self._log = log
        self._system_id = system_id(log)
        self._name = names.get(self._system_id) or (
            f"system {self._system_id}" if self._system_id != UNKNOWN_SYSTEM else stem
        )
        self._receivers = receivers(log)
        self._gps = best_receiver(self._receivers)
        self._timing = timing(self._gps)
        self._epoch_us = self._timing.boot_utc_us
        has_own = source is not PositionSource.EKF or log.table("POS") is not None
        self._source = source if has_own else PositionSource.GPS

    def flights(self) -> Flights:
        positions = self._from_ekf() if self._source is PositionSource.EKF else self._from_gps()
        if positions is None or not len(positions.place):
            return Flights(heard=Heard(1))
        spans = (
            [(int(positions.place.min()), int(positions.place.max()) + 1)]
            if self._source is PositionSource.RAW
            else [(armed_us, disarmed_us + 1) for armed_us, disarmed_us in self._armed_spans(positions.place)]
        )
        events = all_events(self._log)
        found = (
            track_of(
                positions,
                begin_us,
                end_us,
                name=self._name,
                system_id=self._system_id,
                source=self._source,
                events=events_of(events, begin_us, end_us - 1, self._epoch_us),
                photographs=photographs_of(self._log, begin_us, end_us - 1, self._epoch_us),
                clock=lambda _: self._timing,
            )
            for span in spans
            for begin_us, end_us in without_gaps(positions, *span)
        )
        tracks = at_most(found)
        heard = Heard(1, len(positions.place), len(spans))
        return Flights(tracks, left_out_of(positions, spans, tracks), heard)

    def _from_ekf(self) -> Samples | None:
        """POS: what the autopilot held to be its place."""
        table = self._log.table("POS")
        if table is None or not {"Lat", "Lng", "Alt"} <= set(table.columns):
            return None
        time_us = table.time_us
        lat, lon, alt = table.number("Lat"), table.number("Lng"), table.number("Alt")
        is_place = is_a_place(lat, lon) & _is_whole(table, alt) & _is_in_its_time(time_us)
        has_fix = self._has_fix(time_us)
        reckoned = held(has_fix, is_place, np.zeros(len(table), np.int64), time_us, lat, lon)
        return Samples(
            time_us,
            time_us + self._epoch_us,
            is_place & (has_fix | reckoned),
            lat,
            lon,
            alt,
            table.number("RelHomeAlt") if "RelHomeAlt" in table else alt - self._home_amsl_m(time_us),
            self._speed_at(time_us),
            _at(self._log.table("ATT"), "Yaw", time_us, period=360.0),
            self._battery_pct(time_us),
            self._geoid_undulation_m(time_us),
            without_fix=is_place & ~has_fix & ~reckoned,
            held=reckoned,
        )

    def _from_gps(self) -> Samples | None:
        """GPS: one receiver's own solution."""
        table = self._gps
        if table is None or not {"Lat", "Lng", "Alt", "Status"} <= set(table.columns):
            return None
        time_us = table.time_us
        lat, lon, alt = table.number("Lat"), table.number("Lng"), table.number("Alt")
        fix_is_enough = table.number("Status") >= self._source.least_fix
        is_place = is_a_place(lat, lon) & _is_in_its_time(time_us)
        home_m = self._home_amsl_m(time_us)
        return Samples(
            time_us,
            time_us + self._epoch_us,
            is_place & fix_is_enough,
            lat,
            lon,
            alt,
            table.number("RelAlt") if np.isnan(home_m).all() else alt - home_m,
            table.number("Spd"),
            table.number("GCrs") % 360.0,
            self._battery_pct(time_us),
            self._geoid_undulation_m(time_us),
            without_fix=is_place & ~fix_is_enough,
        )

    def _has_fix(self, time_us: Times) -> Flags:
        """Whether any receiver's latest word is a 3-D fix; the autopilot's position drifts without. A log without a
        receiver, or with one that is never connected (status 0), has positions of another kind."""
        fixes = [
            table.number("Status")[np.maximum(np.searchsorted(table.time_us, time_us, side="right") - 1, 0)] >= FIX_3D
            for table in self._receivers
            if "Status" in table and table.number("Status").any()
        ]
        return np.logical_or.reduce(fixes) if fixes else np.ones(len(time_us), np.bool_)

    def _home_amsl_m(self, time_us: Times) -> Numbers:
        """Home's height at each time: it may be set anew in flight. NaN before it is known."""
        table, pos = self._log.table("ORGN"), self._log.table("POS")
        if table is not None and {"Type", "Alt"} <= set(table.columns):
            told_m = _last_said(table.where(table.number("Type") == _HOME), "Alt", time_us)
            if not np.isnan(told_m).all():
                return told_m
        if pos is not None and {"Alt", "RelHomeAlt"} <= set(pos.columns):
            last = np.maximum(np.searchsorted(pos.time_us, time_us, side="right") - 1, 0)
            home_m: Numbers = (pos.number("Alt") - pos.number("RelHomeAlt"))[last]
            return home_m
        return np.full(len(time_us), np.nan)

    def _battery_pct(self, time_us: Times) -> Numbers:
        """What the first battery monitor last said was left."""
        table = first_instance(self._log.table("BAT"))
        left = _last_said(table, "RemPct", time_us)
        return np.where((left >= 0) & (left <= 100), left, np.nan)

    def _geoid_undulation_m(self, time_us: Times) -> Numbers:
        """GPA.Und is mean sea level above the ellipsoid with the sign turned; 0 is how ArduPilot says unknown. Since
        4.6 GPA has the height above the ellipsoid instead (AEl, far below any place if unknown), the GPS message of the
        same instant that above mean sea level; where they are equal a simulator knows no geoid."""
        told = first_instance(self._log.table("GPA"))
        if told is not None and "Und" not in told:
            gps = first_instance(self._log.table("GPS"))
            last = np.searchsorted(told.time_us, time_us, side="right") - 1
            amsl_m = _last_said(gps, "Alt", told.time_us)[np.maximum(last, 0)]
            und = amsl_m - _last_said(told, "AEl", time_us)
        else:
            und = _last_said(told, "Und", time_us)
        return np.where(und == 0, np.nan, -und)

    def _speed_at(self, time_us: Times) -> Numbers:
        """The EKF's horizontal speed; of old logs, the receiver's."""
        for name in ("XKF1", "NKF1", "EKF1"):
            table = first_instance(self._log.table(name))
            if table is not None and {"VN", "VE"} <= set(table.columns):
                north, east = (_at(table, column, time_us) for column in ("VN", "VE"))
                return np.hypot(north, east)
        return _at(self._gps, "Spd", time_us)

    def _armed_spans(self, position_us: Times) -> list[tuple[int, int]]:
        """From arming to disarming. A log without a word on arming is one flight; one that begins with disarming
        began when it was armed, as logs do by default. Armed while armed: disarming was not logged."""
        changes = arming_of(self._log)
        first, last = int(position_us.min()), int(position_us.max())
        if not changes:
            return [(first, last)]
        spans: list[tuple[int, int]] = []
        begin: int | None = None if changes[0][1] else min(first, changes[0][0])
        for at_us, is_armed in changes:
            if begin is not None and at_us > begin:
                spans.append((begin, at_us - 1 if is_armed else at_us))
                begin = None
            if is_armed:
                begin = at_us
        if begin is not None:
            spans.append((begin, max(last, begin)))
        return spans


def _is_whole(table: MessageTable, amsl_m: Numbers) -> NDArray[np.bool_]:
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


def _is_in_its_time(time_us: Times) -> NDArray[np.bool_]:
    """False for a time that damage has moved: no checksum tells, its neighbours do."""
    usual_us = without_lone_values(time_us.astype(np.float64))
    in_time: NDArray[np.bool_] = np.abs(time_us - usual_us) <= _DAMAGED_TIME_US
    return in_time


def _last_said(table: MessageTable | None, column: str, time_us: Times) -> Numbers:
    """A column's latest value at each time; NaN before the first, and without the column."""
    if table is None or not len(table) or column not in table:
        return np.full(len(time_us), np.nan)
    last = np.searchsorted(table.time_us, time_us, side="right") - 1
    value: Numbers = np.where(last >= 0, table.number(column)[np.maximum(last, 0)], np.nan)
    return value


def _at(table: MessageTable | None, column: str, time_us: Times, *, period: float | None = None) -> Numbers:
    """A column's values at other times, straight in between; NaN when the log has none."""
    if table is None or column not in table or not len(table):
        return np.full(len(time_us), np.nan)
    known_us, values = table.time_us, table.number(column)
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
