"""From the frames of a telemetry log to tracks: whose, on which clock, from arming to disarming.

Time: a vehicle's positions carry its milliseconds since boot, and SYSTEM_TIME ties those to UTC. The recording
computer's stamps are not used for pace: a simulated flight may run many times faster than they do.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.flight_samples import Samples, is_a_place, track_of, without_gaps
from dronectl.formats.recordings.tlog.clock import EARLIEST_UTC_US, LATEST_UTC_US, Clock
from dronectl.formats.recordings.tlog.events import ARMED, events_of, photographs_of
from dronectl.formats.recordings.tlog.frames import Frames, Rows, decode_messages
from dronectl.formats.recordings.tlog.layout import payload_layout
from dronectl.model.geo import E7
from dronectl.model.track.track import PositionSource, Track

_RECEIVERS = ("GPS_RAW_INT", "GPS2_RAW")
_OF_CAMERAS = ("CAMERA_FEEDBACK", "CAMERA_IMAGE_CAPTURED", "CAMERA_TRIGGER")
_MESSAGES = (
    "HEARTBEAT",
    "SYSTEM_TIME",
    "GLOBAL_POSITION_INT",
    *_RECEIVERS,
    "HOME_POSITION",
    "STATUSTEXT",
    "MISSION_ITEM_REACHED",
    *_OF_CAMERAS,
    "FENCE_STATUS",
    "SYS_STATUS",
)
_AUTOPILOT_INVALID = 8  # MAV_AUTOPILOT_INVALID: a ground station, a gimbal, a companion computer
_NO_AIRCRAFT = (5, 6, 18, 26, 27)  # MAV_TYPE: antenna tracker, GCS, onboard controller, gimbal, ADS-B receiver
_FIX_3D = 3
_UNKNOWN_U16 = 65535
_END = np.iinfo(np.int64).max

Offsets = NDArray[np.int64]


def tracks_of(frames: Frames, *, source: PositionSource, names: Mapping[int, str]) -> tuple[tuple[Track, ...], int]:
    """Every flight of every vehicle, by system id and time, and how many frames failed their checksum."""
    rows = {name: decode_messages(frames, payload_layout(name)) for name in _MESSAGES}
    tracks: list[Track] = []
    for system_id, component_id in _vehicles(rows["HEARTBEAT"], rows["GLOBAL_POSITION_INT"]):
        own = {
            message: of_all.take(_sent_by(of_all, system_id, None if message in _OF_CAMERAS else component_id))
            for message, of_all in rows.items()
        }
        name = names.get(system_id, f"system {system_id}")
        tracks.extend(_Vehicle(name, system_id, source, own).flights())
    return tuple(tracks), sum(of_all.damaged for of_all in rows.values())


def _vehicles(heartbeats: Rows, positions: Rows) -> list[tuple[int, int]]:
    """(system id, component id) of every autopilot; of a log without a system's heartbeats, who tells its position."""
    kinds = heartbeats.fields
    is_vehicle = (kinds["autopilot"] != _AUTOPILOT_INVALID) & ~np.isin(kinds["type"], _NO_AIRCRAFT)
    is_mute = ~np.isin(positions.system_id, heartbeats.system_id)
    senders = (heartbeats.take(is_vehicle), positions.take(is_mute))
    pairs = (zip(rows.system_id.tolist(), rows.component_id.tolist(), strict=True) for rows in senders)
    return sorted(set(itertools.chain.from_iterable(pairs)))


def _sent_by(rows: Rows, system_id: int, component_id: int | None) -> NDArray[np.bool_]:
    """``component_id`` None: any of that system, as a camera is one of its own."""
    sent: NDArray[np.bool_] = rows.system_id == system_id
    return sent if component_id is None else sent & (rows.component_id == component_id)


class _Vehicle:
    """One vehicle's messages, and the flights in them."""

    def __init__(self, name: str, system_id: int, source: PositionSource, rows: Mapping[str, Rows]) -> None:
        self._name, self._system_id, self._rows = name, system_id, rows
        self._clock = Clock(rows["SYSTEM_TIME"], rows["GLOBAL_POSITION_INT"])
        has_own = source is not PositionSource.EKF or len(rows["GLOBAL_POSITION_INT"]) > 0
        self._source = source if has_own else PositionSource.GPS

    def flights(self) -> Iterator[Track]:
        """One track from each arming to its disarming, if positions were heard in between; none over a gap."""
        if not self._clock:
            return
        positions = self._from_ekf() if self._source is PositionSource.EKF else self._from_gps()
        for armed, disarmed in self._boots() if self._source is PositionSource.RAW else self._armed_spans():
            for begin, end in without_gaps(positions, armed, disarmed):
                track = track_of(
                    positions,
                    begin,
                    end,
                    name=self._name,
                    system_id=self._system_id,
                    source=self._source,
                    events=events_of(self._rows, self._clock, begin, end),
                    photographs=photographs_of(self._rows, self._clock, begin, end),
                    clock_is_utc=self._clock_is_utc,
                )
                if track is not None:
                    yield track

    def _boots(self) -> list[tuple[int, int]]:
        starts = self._clock.boot_start.tolist()
        return list(zip(starts, [*starts[1:], _END], strict=True))

    def _armed_spans(self) -> list[tuple[int, int]]:
        """File ranges from the last heartbeat that says disarmed to the next that says so, cut at reboots.

        The moment of arming lies between two heartbeats; taking the earlier one loses nothing of the flight. A log
        without heartbeats does not tell: each boot is a flight.
        """
        heartbeats = self._rows["HEARTBEAT"]
        if not len(heartbeats):
            return self._boots()
        armed = (heartbeats.fields["base_mode"] & ARMED) != 0
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
            spans.append((begin, _END))
        return spans

    def _clock_is_utc(self, place: int) -> bool:
        return bool(self._clock.is_utc[self._clock.boot_of(np.array([place]))[0]])

    def _from_ekf(self) -> Samples:
        rows = self._rows["GLOBAL_POSITION_INT"]
        fields = rows.fields
        speed_cm_s = np.hypot(fields["vx"].astype(np.float64), fields["vy"].astype(np.float64))
        return Samples(
            place=rows.offset,
            utc_us=self._clock.utc_us(rows.offset, fields["time_boot_ms"].astype(np.int64) * 1000),
            usable=self._has_fix(rows.offset) & is_a_place(fields["lat"] / E7, fields["lon"] / E7),
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
        rows = self._receiver()
        fields = rows.fields
        time_us = fields["time_usec"].astype(np.int64)
        since_boot = time_us < EARLIEST_UTC_US
        utc_us = np.where(since_boot, self._clock.utc_us(rows.offset, np.where(since_boot, time_us, 0)), time_us)
        return Samples(
            place=rows.offset,
            utc_us=utc_us,
            usable=(fields["fix_type"] >= self._source.least_fix)
            & is_a_place(fields["lat"] / E7, fields["lon"] / E7)
            & (utc_us > 0)
            & (utc_us < LATEST_UTC_US),
            lat_deg=fields["lat"] / E7,
            lon_deg=fields["lon"] / E7,
            amsl_altitude_m=fields["alt"] / 1000,
            relative_altitude_m=(fields["alt"] - self._home_amsl_mm(rows.offset)) / 1000,
            ground_speed_m_s=_or_nan(fields["vel"]) / 100,
            heading_deg=_or_nan(fields["cog"]) / 100,
            battery_pct=self._battery_pct(rows.offset),
            geoid_undulation_m=self._geoid_undulation_m(rows.offset),
        )

    def _receiver(self) -> Rows:
        """The messages of the receiver with the most 3-D fixes; of equals the first."""
        return max(
            (self._rows[name] for name in _RECEIVERS), key=lambda gps: int((gps.fields["fix_type"] >= _FIX_3D).sum())
        )

    def _has_fix(self, offset: Offsets) -> NDArray[np.bool_]:
        """Whether any receiver's latest word is a 3-D fix; the autopilot's position drifts without. A vehicle that
        tells of no receiver has positions of another kind."""
        fixes = [
            gps.fields["fix_type"][_latest(gps.offset, offset)] >= _FIX_3D
            for gps in (self._rows[name] for name in _RECEIVERS)
            if len(gps)
        ]
        return np.logical_or.reduce(fixes) if fixes else np.ones(len(offset), np.bool_)

    def _home_amsl_mm(self, offset: Offsets) -> NDArray[np.float64]:
        """This vehicle's home altitude as it was at each place in the file; home may move in flight."""
        position, home = self._rows["GLOBAL_POSITION_INT"], self._rows["HOME_POSITION"]
        position = position.take(is_a_place(position.fields["lat"] / E7, position.fields["lon"] / E7))
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
        gps = self._receiver()
        above_ellipsoid_mm = gps.fields["alt_ellipsoid"].astype(np.float64)
        known = (
            (above_ellipsoid_mm != 0) & (above_ellipsoid_mm != gps.fields["alt"]) & (gps.fields["fix_type"] >= _FIX_3D)
        )
        undulation_m = np.where(known, (above_ellipsoid_mm - gps.fields["alt"]) / 1000, np.nan)
        return _last_said(gps.offset, undulation_m, offset)


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
