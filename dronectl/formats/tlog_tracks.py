"""From the frames of a telemetry log to tracks: whose, on which clock, from arming to disarming.

Time: a vehicle's positions carry its milliseconds since boot, and SYSTEM_TIME ties those to UTC. The recording
computer's stamps are not used for pace: a simulated flight may run many times faster than they do.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.flight_samples import Samples, fence_words, is_a_place, printable, track_of
from dronectl.formats.tlog_frames import Frames, Rows, decode
from dronectl.formats.tlog_layout import enum_names, layout
from dronectl.model.geo import E7
from dronectl.model.shot import Shot
from dronectl.model.track import EventKind, PositionSource, Track, TrackEvent

_MESSAGES = (
    "HEARTBEAT",
    "SYSTEM_TIME",
    "GLOBAL_POSITION_INT",
    "GPS_RAW_INT",
    "HOME_POSITION",
    "STATUSTEXT",
    "MISSION_ITEM_REACHED",
    "CAMERA_FEEDBACK",
    "FENCE_STATUS",
    "SYS_STATUS",
)
_AUTOPILOT_INVALID = 8  # MAV_AUTOPILOT_INVALID: a ground station, a gimbal, a companion computer
_NO_AIRCRAFT = (5, 6, 18, 26, 27)  # MAV_TYPE: antenna tracker, GCS, onboard controller, gimbal, ADS-B receiver
_ARMED = 0x80  # MAV_MODE_FLAG_SAFETY_ARMED
_FIX_3D = 3
_UNKNOWN_U16 = 65535
_REBOOT_MS = 10_000
"""Boot time that falls back by more than this is a reboot; by less, a late packet."""
_UNHEARD_REBOOT_MS = 60_000
"""So is boot time that falls so far behind the host's clock, and stays there: it rebooted unheard."""
_EARLIEST_UTC_US = 1_104_537_600_000_000  # 2005: no autopilot of these messages is older, an unset clock is
_LATEST_UTC_US = 4_102_444_800_000_000  # 2100

_LATE_FEEDBACK_US = 5_000_000
_SHOT_FIELDS = ("alt_msl", "alt_rel", "roll", "pitch", "yaw")
_BITS_OF_BREACH = {1: 8, 2: 1, 3: 2 | 4}  # FENCE_BREACH: MINALT, MAXALT, BOUNDARY
_BREACH_UNKNOWN = 1 << 7

_MODE_ENUM_OF_TYPE = {
    **dict.fromkeys((2, 3, 4, 13, 14, 15, 29), "COPTER_MODE"),
    **dict.fromkeys((1, 16, 19, 20, 21, 22, 23, 24, 25), "PLANE_MODE"),
    **dict.fromkeys((10, 11), "ROVER_MODE"),
    12: "SUB_MODE",
}

Offsets = NDArray[np.int64]


def tracks_of(frames: Frames, *, source: PositionSource, names: Mapping[int, str]) -> tuple[tuple[Track, ...], int]:
    """Every flight of every vehicle, by system id and time, and how many frames failed their checksum."""
    rows = {name: decode(frames, layout(name)) for name in _MESSAGES}
    tracks: list[Track] = []
    for system_id, component_id in _vehicles(rows["HEARTBEAT"]):
        own = {name: of_all.take(_sent_by(of_all, system_id, component_id)) for name, of_all in rows.items()}
        name = names.get(system_id, f"system {system_id}")
        tracks.extend(_Vehicle(name, system_id, source, own).flights())
    return tuple(tracks), sum(of_all.damaged for of_all in rows.values())


def _vehicles(heartbeats: Rows) -> list[tuple[int, int]]:
    """(system id, component id) of every autopilot."""
    kinds = heartbeats.fields
    is_vehicle = (kinds["autopilot"] != _AUTOPILOT_INVALID) & ~np.isin(kinds["type"], _NO_AIRCRAFT)
    systems, components = heartbeats.system_id[is_vehicle], heartbeats.component_id[is_vehicle]
    return sorted(set(zip(systems.tolist(), components.tolist(), strict=True)))


def _sent_by(rows: Rows, system_id: int, component_id: int) -> NDArray[np.bool_]:
    sent: NDArray[np.bool_] = (rows.system_id == system_id) & (rows.component_id == component_id)
    return sent


class _Clock:
    """Ties places in the file to boots and to UTC, for one vehicle.

    Messages without a time of their own (HEARTBEAT, STATUSTEXT) get theirs from the timed messages around them.
    """

    def __init__(self, system_time: Rows, position: Rows) -> None:
        offset = np.concatenate([system_time.offset, position.offset])
        order = np.argsort(offset, kind="stable")
        self._offset = offset[order]
        boot_ms = np.concatenate([system_time.fields["time_boot_ms"], position.fields["time_boot_ms"]])
        boot_ms = boot_ms[order].astype(np.int64)
        stamp_us = np.concatenate([system_time.stamp_us, position.stamp_us])[order]

        booted_us = _without_lone_values(stamp_us - boot_ms * 1000)
        is_reboot = (np.diff(boot_ms) < -_REBOOT_MS) | (np.diff(booted_us) > _UNHEARD_REBOOT_MS * 1000)
        reboots = np.flatnonzero(is_reboot) + 1
        first = np.concatenate([[0], reboots]) if len(boot_ms) else reboots
        self.boot_start: Offsets = self._offset[first]
        """Offset of the first timed message of each boot."""
        self.boot_start[:1] = 0
        self._epoch_us = np.empty(len(first), np.int64)
        self.is_utc = np.zeros(len(first), np.bool_)
        self._fit(system_time, booted_us[first])
        self._utc_us = self.utc_us(self._offset, boot_ms * 1000)

    def __bool__(self) -> bool:
        return len(self._offset) > 0

    def boot_of(self, offset: Offsets) -> NDArray[np.int64]:
        """Which boot a place in the file belongs to: 0, 1, …"""
        return np.searchsorted(self.boot_start, offset, side="right").astype(np.int64) - 1

    def utc_us(self, offset: Offsets, since_boot_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """UTC of messages that carry their time since boot."""
        utc: NDArray[np.int64] = self._epoch_us[self.boot_of(offset)] + since_boot_us
        return utc

    def utc_us_at(self, offset: Offsets) -> NDArray[np.int64]:
        """UTC of messages that carry no time."""
        return np.rint(np.interp(offset, self._offset, self._utc_us)).astype(np.int64)

    def _fit(self, system_time: Rows, epoch_by_stamp_us: NDArray[np.int64]) -> None:
        """The UTC of each boot: the median that SYSTEM_TIME tells, else the computer's at the boot's first message."""
        unix_us = system_time.fields["time_unix_usec"]
        plausible = (unix_us > _EARLIEST_UTC_US) & (unix_us < _LATEST_UTC_US)
        epoch_us = (
            unix_us[plausible].astype(np.int64) - system_time.fields["time_boot_ms"][plausible].astype(np.int64) * 1000
        )
        boot = self.boot_of(system_time.offset[plausible])
        for index in range(len(self._epoch_us)):
            told = np.sort(epoch_us[boot == index])
            self.is_utc[index] = len(told) > 0
            self._epoch_us[index] = told[len(told) // 2] if len(told) else epoch_by_stamp_us[index]


def _without_lone_values(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The median of each value and its neighbours, steps kept: no checksum covers the host's stamps, and a damaged one
    would otherwise be a reboot."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    middle: NDArray[np.int64] = np.sort(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0)[1]
    return middle


class _Vehicle:
    """One vehicle's messages, and the flights in them."""

    def __init__(self, name: str, system_id: int, source: PositionSource, rows: Mapping[str, Rows]) -> None:
        self._name, self._system_id, self._source, self._rows = name, system_id, source, rows
        self._clock = _Clock(rows["SYSTEM_TIME"], rows["GLOBAL_POSITION_INT"])

    def flights(self) -> Iterator[Track]:
        """One track from each arming to its disarming, if positions were heard in between."""
        if not self._clock:
            return
        positions = self._from_ekf() if self._source is PositionSource.EKF else self._from_gps()
        for begin, end in self._armed_spans():
            track = track_of(
                positions,
                begin,
                end,
                name=self._name,
                system_id=self._system_id,
                source=self._source,
                events=self._events(begin, end),
                shots=self._shots(begin, end),
                clock_is_utc=self._clock_is_utc,
            )
            if track is not None:
                yield track

    def _armed_spans(self) -> list[tuple[int, int]]:
        """File ranges from the last heartbeat that says disarmed to the next that says so, cut at reboots.

        The moment of arming lies between two heartbeats; taking the earlier one loses nothing of the flight.
        """
        heartbeats = self._rows["HEARTBEAT"]
        armed = (heartbeats.fields["base_mode"] & _ARMED) != 0
        boots = self._clock.boot_of(heartbeats.offset)
        boot_start = self._clock.boot_start.tolist()
        spans: list[tuple[int, int]] = []
        begin: int | None = None
        disarmed_at, boot_before = 0, 0
        for offset, is_armed, boot in zip(heartbeats.offset.tolist(), armed.tolist(), boots.tolist(), strict=True):
            if boot != boot_before:
                if begin is not None:
                    spans.append((begin, boot_start[boot]))
                begin, disarmed_at, boot_before = None, boot_start[boot], boot
            if not is_armed:
                if begin is not None:
                    spans.append((begin, offset))
                begin, disarmed_at = None, offset
            elif begin is None:
                begin = disarmed_at
        if begin is not None:
            spans.append((begin, np.iinfo(np.int64).max))
        return spans

    def _clock_is_utc(self, place: int) -> bool:
        return bool(self._clock.is_utc[self._clock.boot_of(np.array([place]))[0]])

    def _from_ekf(self) -> Samples:
        rows, gps = self._rows["GLOBAL_POSITION_INT"], self._rows["GPS_RAW_INT"]
        fields = rows.fields
        speed_cm_s = np.hypot(fields["vx"].astype(np.float64), fields["vy"].astype(np.float64))
        has_fix = np.ones(len(rows), np.bool_)
        if len(gps):
            has_fix = gps.fields["fix_type"][_latest(gps.offset, rows.offset)] >= _FIX_3D
        return Samples(
            place=rows.offset,
            utc_us=self._clock.utc_us(rows.offset, fields["time_boot_ms"].astype(np.int64) * 1000),
            usable=has_fix & is_a_place(fields["lat"] / E7, fields["lon"] / E7),
            lat_deg=fields["lat"] / E7,
            lon_deg=fields["lon"] / E7,
            amsl_altitude_m=fields["alt"] / 1000,
            relative_altitude_m=fields["relative_alt"] / 1000,
            ground_speed_m_s=speed_cm_s / 100,
            heading_deg=_or_nan(fields["hdg"]) / 100,
            battery_pct=self._battery_pct(rows.offset),
            geoid_undulation_m=self._geoid_undulation_m(rows.offset),
        )

    def _from_gps(self) -> Samples:
        rows = self._rows["GPS_RAW_INT"]
        fields = rows.fields
        time_us = fields["time_usec"].astype(np.int64)
        since_boot = time_us < _EARLIEST_UTC_US
        utc_us = np.where(since_boot, self._clock.utc_us(rows.offset, np.where(since_boot, time_us, 0)), time_us)
        return Samples(
            place=rows.offset,
            utc_us=utc_us,
            usable=(fields["fix_type"] >= _FIX_3D)
            & is_a_place(fields["lat"] / E7, fields["lon"] / E7)
            & (utc_us > 0)
            & (utc_us < _LATEST_UTC_US),
            lat_deg=fields["lat"] / E7,
            lon_deg=fields["lon"] / E7,
            amsl_altitude_m=fields["alt"] / 1000,
            relative_altitude_m=(fields["alt"] - self._home_amsl_mm(rows.offset)) / 1000,
            ground_speed_m_s=_or_nan(fields["vel"]) / 100,
            heading_deg=_or_nan(fields["cog"]) / 100,
            battery_pct=self._battery_pct(rows.offset),
            geoid_undulation_m=self._geoid_undulation_m(rows.offset),
        )

    def _home_amsl_mm(self, offset: Offsets) -> NDArray[np.float64]:
        """This vehicle's home altitude as it was at each place in the file; home may move in flight."""
        position, home = self._rows["GLOBAL_POSITION_INT"], self._rows["HOME_POSITION"]
        if len(position):
            both = position.fields[_latest(position.offset, offset)]
            home_mm: NDArray[np.float64] = both["alt"].astype(np.float64) - both["relative_alt"]
            return home_mm
        if len(home):
            return home.fields["altitude"][_latest(home.offset, offset)].astype(np.float64)
        return np.full(len(offset), np.nan)

    def _battery_pct(self, offset: Offsets) -> NDArray[np.float64]:
        """What SYS_STATUS last said was left at each place in the file; it says -1 for unknown."""
        status = self._rows["SYS_STATUS"]
        left = status.fields["battery_remaining"].astype(np.float64)
        return _last_said(status.offset, np.where(left < 0, np.nan, left), offset)

    def _geoid_undulation_m(self, offset: Offsets) -> NDArray[np.float64]:
        """By the receiver's two altitudes. An ellipsoid height of 0 is how ArduPilot says that it has none, and two
        equal heights how a simulator that knows no geoid does."""
        gps = self._rows["GPS_RAW_INT"]
        above_ellipsoid_mm = gps.fields["alt_ellipsoid"].astype(np.float64)
        known = (
            (above_ellipsoid_mm != 0) & (above_ellipsoid_mm != gps.fields["alt"]) & (gps.fields["fix_type"] >= _FIX_3D)
        )
        undulation_m = np.where(known, (above_ellipsoid_mm - gps.fields["alt"]) / 1000, np.nan)
        return _last_said(gps.offset, undulation_m, offset)

    def _shots(self, begin: int, end: int) -> tuple[Shot, ...]:
        """Photographs by CAMERA_FEEDBACK, each once. Its own UTC counts where it agrees with the vehicle's clock."""
        rows = self._within("CAMERA_FEEDBACK", begin, end)
        fields = rows.fields
        heard_us = self._clock.utc_us_at(rows.offset)
        told_us = fields["time_usec"].astype(np.int64)
        utc_us = np.where(np.abs(told_us - heard_us) < _LATE_FEEDBACK_US, told_us, heard_us)
        lat_deg, lon_deg = fields["lat"] / E7, fields["lng"] / E7
        columns = (fields[name].astype(np.float64).tolist() for name in _SHOT_FIELDS)
        numbers, times = fields["img_idx"].tolist(), utc_us.astype("datetime64[us]")
        rows_of_shots = zip(times, numbers, lat_deg.tolist(), lon_deg.tolist(), *columns, strict=True)
        shots = {shot[:2]: Shot(*shot) for shot in itertools.compress(rows_of_shots, is_a_place(lat_deg, lon_deg))}
        return tuple(sorted(shots.values(), key=lambda shot: shot.time_utc))

    def _events(self, begin: int, end: int) -> tuple[TrackEvent, ...]:
        found: list[tuple[int, EventKind, str]] = [*self._mode_events(begin, end), *self._texts(begin, end)]
        reached, photos = self._within("MISSION_ITEM_REACHED", begin, end), self._within("CAMERA_FEEDBACK", begin, end)
        for offset, seq in zip(reached.offset.tolist(), reached.fields["seq"].tolist(), strict=True):
            found.append((offset, EventKind.WAYPOINT, f"waypoint {seq}"))
        for offset, number in zip(photos.offset.tolist(), photos.fields["img_idx"].tolist(), strict=True):
            found.append((offset, EventKind.PHOTO, f"photo {number}"))
        found += self._fence_events(begin, end)
        found.sort(key=lambda event: event[0])
        utc_us = self._clock.utc_us_at(np.array([offset for offset, _, _ in found], np.int64))
        times = utc_us.astype("datetime64[us]")
        return tuple(TrackEvent(time, kind, text) for time, (_, kind, text) in zip(times, found, strict=True))

    def _mode_events(self, begin: int, end: int) -> Iterator[tuple[int, EventKind, str]]:
        heartbeats = self._within("HEARTBEAT", begin, end + 1)
        fields = heartbeats.fields
        armed = ((fields["base_mode"] & _ARMED) != 0).tolist()
        modes = zip(fields["type"].tolist(), fields["custom_mode"].tolist(), strict=True)
        was_armed: bool | None = None
        mode_before = ""
        for offset, is_armed, (vehicle_type, custom_mode) in zip(heartbeats.offset.tolist(), armed, modes, strict=True):
            if was_armed is not None and is_armed != was_armed:
                kind = EventKind.ARMED if is_armed else EventKind.DISARMED
                yield offset, kind, str(kind)
            was_armed = is_armed
            mode = _mode_name(vehicle_type, custom_mode)
            if is_armed and mode != mode_before:
                yield offset, EventKind.MODE, mode
                mode_before = mode

    def _fence_events(self, begin: int, end: int) -> Iterator[tuple[int, EventKind, str]]:
        """Changes between broken and respected."""
        rows = self._within("FENCE_STATUS", begin, end)
        was_broken = False
        columns = (rows.offset, rows.fields["breach_status"], rows.fields["breach_type"])
        for offset, status, breach_type in zip(*(column.tolist() for column in columns), strict=True):
            if bool(status) != was_broken:
                bits = _BITS_OF_BREACH.get(breach_type, _BREACH_UNKNOWN) if status else 0
                yield offset, EventKind.FENCE, fence_words(bits)
            was_broken = bool(status)

    def _texts(self, begin: int, end: int) -> Iterator[tuple[int, EventKind, str]]:
        """Status texts; the chunks of a long one (same id ≠ 0, numbered from 0) are joined."""
        rows = self._within("STATUSTEXT", begin, end)
        fields = rows.fields
        joined: list[tuple[int, int, bytes]] = []
        for offset, text, text_id, chunk in zip(
            rows.offset.tolist(),
            fields["text"].tolist(),
            fields["id"].tolist(),
            fields["chunk_seq"].tolist(),
            strict=True,
        ):
            if text_id and chunk and joined and joined[-1][1] == text_id:
                start, _, before = joined[-1]
                joined[-1] = (start, text_id, before + text)
            else:
                joined.append((offset, text_id, text))
        for offset, _, text in joined:
            yield offset, EventKind.TEXT, printable(text)

    def _within(self, message: str, begin: int, end: int) -> Rows:
        rows = self._rows[message]
        return rows.take((rows.offset >= begin) & (rows.offset < end))


@functools.cache
def _mode_name(vehicle_type: int, custom_mode: int) -> str:
    enum = _MODE_ENUM_OF_TYPE.get(vehicle_type)
    return (enum_names(enum) if enum else {}).get(custom_mode, f"mode {custom_mode}")


def _latest(known: Offsets, wanted: Offsets) -> NDArray[np.intp]:
    """Index of the last known place at or before each wanted one; of the first for those before it."""
    return np.maximum(np.searchsorted(known, wanted, side="right") - 1, 0)


def _last_said(said_at: Offsets, values: NDArray[np.float64], wanted: Offsets) -> NDArray[np.float64]:
    """The value that was heard last at or before each wanted place; NaN before the first."""
    if not len(said_at):
        return np.full(len(wanted), np.nan)
    last = np.searchsorted(said_at, wanted, side="right") - 1
    return np.where(last >= 0, values[np.maximum(last, 0)], np.nan)


def _or_nan(values: NDArray[np.uint16]) -> NDArray[np.float64]:
    return np.where(values == _UNKNOWN_U16, np.nan, values.astype(np.float64))
