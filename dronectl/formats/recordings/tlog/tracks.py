"""From the frames of a telemetry log to tracks: whose, on which clock, from arming to disarming.

Time: a vehicle's positions carry its milliseconds since boot, and SYSTEM_TIME ties those to UTC. The recording
computer's stamps are not used for pace: a simulated flight may run many times faster than they do.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.fix_outages import held
from dronectl.formats.recordings.flight_samples import (
    LONGEST_GAP_S,
    Flags,
    Samples,
    is_a_place,
    left_out_of,
    track_of,
    without_gaps,
)
from dronectl.formats.recordings.flights import Flights, Heard, at_most
from dronectl.formats.recordings.tlog.clock import utc_by_own_time
from dronectl.formats.recordings.tlog.events import events_of, photographs_of
from dronectl.formats.recordings.tlog.frames import Frames, Rows, decode_messages
from dronectl.formats.recordings.tlog.heartbeats import ARMED
from dronectl.formats.recordings.tlog.high_latency import high_latency_samples
from dronectl.formats.recordings.tlog.layout import payload_layout
from dronectl.formats.recordings.tlog.timed import (
    FIX_3D,
    HIGH_LATENCY,
    LATEST_UTC_US,
    RECEIVERS,
    Offsets,
    has_fix,
    latest,
)
from dronectl.formats.recordings.tlog.vehicles import OF_CAMERAS, POSITIONS, Vehicle, vehicles_of
from dronectl.model.degrees import E7
from dronectl.model.track.clock_facts import TimeSource
from dronectl.model.track.track import PositionSource

MESSAGES = (
    "HEARTBEAT",
    "SYSTEM_TIME",
    *POSITIONS,
    "HOME_POSITION",
    "STATUSTEXT",
    "MISSION_ITEM_REACHED",
    *OF_CAMERAS,
    "FENCE_STATUS",
    "SYS_STATUS",
)
_LONGEST_GAP_OF_HIGH_LATENCY_S = 600.0
"""Satellite links carry a position every few seconds, or every few minutes."""
_UNKNOWN_U16 = 65535
_END = np.iinfo(np.int64).max


def tracks_of(
    frames: Frames,
    *,
    source: PositionSource,
    names: Mapping[int, str],
    stamps: TimeSource = TimeSource.COMPUTER,
) -> tuple[Flights, int]:
    """Every flight of every vehicle, and how many frames failed their checksum. ``stamps``: whose time they are."""
    rows = {name: decode_messages(frames, payload_layout(name)) for name in MESSAGES}
    found = Flights()
    for vehicle in vehicles_of(rows, stamps):
        name = names.get(vehicle.system_id, f"system {vehicle.system_id}")
        found += _Vehicle(vehicle, name, source).flights()
    return found, sum(of_all.damaged for of_all in rows.values())


class _Vehicle:
    """One vehicle's messages, and the flights in them."""

    def __init__(self, vehicle: Vehicle, name: str, source: PositionSource) -> None:
        self._vehicle, self._rows, self._system_id = vehicle, vehicle.rows, vehicle.system_id
        self._name = name if vehicle.of == 1 else f"{name} ({vehicle.number} of {vehicle.of})"
        self._clock = vehicle.clock
        self._source = self._best_source(source)

    def flights(self) -> Flights:
        """One track from each arming to its disarming, if positions were heard in between; none over a gap."""
        positions = self._positions()
        heard = Heard(1, len(positions.place)) if positions is not None else Heard(1)
        if positions is None:
            return Flights(heard=heard)
        is_slow = self._source is PositionSource.HIGH_LATENCY
        longest_s = _LONGEST_GAP_OF_HIGH_LATENCY_S if is_slow else LONGEST_GAP_S
        spans = self._boots() if self._source is PositionSource.RAW else self._armed_spans()
        found = (
            track_of(
                positions,
                begin,
                end,
                name=self._name,
                system_id=self._system_id,
                source=self._source,
                events=events_of(self._rows, self._clock, begin, end),
                photographs=photographs_of(self._rows, self._clock, begin, end),
                clock=self._clock.facts_at,
            )
            for span in spans
            for begin, end in without_gaps(positions, *span, longest_s=longest_s)
        )
        tracks = at_most(found)
        left_out = left_out_of(positions, spans, tracks)
        return Flights(tracks, left_out, heard + Heard(armed=len(spans)), self._notes())

    def _notes(self) -> tuple[str, ...]:
        if self._vehicle.of == 1:
            return ()
        who = f"{self._vehicle.of} aircraft with system id {self._system_id} were heard at once"
        return (f"{who}: told apart by their times since boot and their places; give each an id of its own",)

    def _best_source(self, wanted: PositionSource) -> PositionSource:
        """What is wanted, or what there is in its stead."""
        if wanted is PositionSource.EKF and not len(self._rows["GLOBAL_POSITION_INT"]):
            wanted = PositionSource.GPS
        if wanted is PositionSource.GPS and not any(len(self._rows[name]) for name in RECEIVERS):
            return PositionSource.HIGH_LATENCY if any(len(self._rows[name]) for name in HIGH_LATENCY) else wanted
        return wanted

    def _positions(self) -> Samples | None:
        """None where there are none."""
        if not self._clock:
            return None
        match self._source:
            case PositionSource.EKF:
                return self._from_ekf()
            case PositionSource.HIGH_LATENCY:
                return high_latency_samples(self._rows, self._clock)
            case _:
                return self._from_gps()

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

    def _from_ekf(self) -> Samples:
        rows = self._rows["GLOBAL_POSITION_INT"]
        fields = rows.fields
        speed_cm_s = np.hypot(fields["vx"].astype(np.float64), fields["vy"].astype(np.float64))
        utc_us = self._clock.utc_us(rows.offset, fields["time_boot_ms"].astype(np.int64) * 1000)
        lat_deg, lon_deg = fields["lat"] / E7, fields["lon"] / E7
        is_place = is_a_place(lat_deg, lon_deg)
        fixed: Flags = has_fix(self._rows, rows.offset, unknown=True)
        reckoned = held(fixed, is_place, self._clock.boot_of(rows.offset), utc_us, lat_deg, lon_deg)
        return Samples(
            place=rows.offset,
            utc_us=utc_us,
            usable=(fixed | reckoned) & is_place,
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            amsl_altitude_m=fields["alt"] / 1000,
            relative_altitude_m=fields["relative_alt"] / 1000,
            ground_speed_m_s=speed_cm_s / 100,
            heading_deg=_or_nan(fields["hdg"]) / 100,
            battery_pct=self._battery_pct(rows.offset),
            geoid_undulation_m=self._geoid_undulation_m(rows.offset),
            without_fix=is_place & ~fixed & ~reckoned,
            held=reckoned,
        )

    def _from_gps(self) -> Samples:
        name, rows = self._receiver()
        fields = rows.fields
        utc_us = utc_by_own_time(name, rows, self._clock)
        is_place = is_a_place(fields["lat"] / E7, fields["lon"] / E7) & (utc_us > 0) & (utc_us < LATEST_UTC_US)
        fixed = fields["fix_type"] >= self._source.least_fix
        return Samples(
            place=rows.offset,
            utc_us=utc_us,
            usable=fixed & is_place,
            lat_deg=fields["lat"] / E7,
            lon_deg=fields["lon"] / E7,
            amsl_altitude_m=fields["alt"] / 1000,
            relative_altitude_m=(fields["alt"] - self._home_amsl_mm(rows.offset)) / 1000,
            ground_speed_m_s=_or_nan(fields["vel"]) / 100,
            heading_deg=_or_nan(fields["cog"]) / 100,
            battery_pct=self._battery_pct(rows.offset),
            geoid_undulation_m=self._geoid_undulation_m(rows.offset),
            without_fix=is_place & ~fixed,
        )

    def _receiver(self) -> tuple[str, Rows]:
        """The messages of the receiver with the most 3-D fixes, of equals the most messages; else the first."""
        return max(
            ((name, self._rows[name]) for name in RECEIVERS),
            key=lambda one: (int((one[1].fields["fix_type"] >= FIX_3D).sum()), len(one[1])),
        )

    def _home_amsl_mm(self, offset: Offsets) -> NDArray[np.float64]:
        """This vehicle's home altitude as it was at each place in the file; home may move in flight."""
        position, home = self._rows["GLOBAL_POSITION_INT"], self._rows["HOME_POSITION"]
        position = position.take(is_a_place(position.fields["lat"] / E7, position.fields["lon"] / E7))
        if len(position):
            both = position.fields[latest(position.offset, offset)]
            home_mm: NDArray[np.float64] = both["alt"].astype(np.float64) - both["relative_alt"]
            return home_mm
        if len(home):
            return home.fields["altitude"][latest(home.offset, offset)].astype(np.float64)
        return np.full(len(offset), np.nan)

    def _battery_pct(self, offset: Offsets) -> NDArray[np.float64]:
        """What SYS_STATUS last said was left at each place in the file; it says -1 for unknown."""
        status = self._rows["SYS_STATUS"]
        left = status.fields["battery_remaining"].astype(np.float64)
        return _last_said(status.offset, np.where(left < 0, np.nan, left), offset)

    def _geoid_undulation_m(self, offset: Offsets) -> NDArray[np.float64]:
        """By the receiver's two altitudes. An ellipsoid height of 0 is how ArduPilot says that it has none, and two
        equal heights how a simulator that knows no geoid does."""
        _, gps = self._receiver()
        above_ellipsoid_mm = gps.fields["alt_ellipsoid"].astype(np.float64)
        known = (
            (above_ellipsoid_mm != 0) & (above_ellipsoid_mm != gps.fields["alt"]) & (gps.fields["fix_type"] >= FIX_3D)
        )
        undulation_m = np.where(known, (above_ellipsoid_mm - gps.fields["alt"]) / 1000, np.nan)
        return _last_said(gps.offset, undulation_m, offset)


def _last_said(said_at: Offsets, values: NDArray[np.float64], wanted: Offsets) -> NDArray[np.float64]:
    """The value that was heard last at or before each wanted place; NaN before the first."""
    if not len(said_at):
        return np.full(len(wanted), np.nan)
    last = np.searchsorted(said_at, wanted, side="right") - 1
    return np.where(last >= 0, values[np.maximum(last, 0)], np.nan)


def _or_nan(values: NDArray[np.uint16]) -> NDArray[np.float64]:
    return np.where(values == _UNKNOWN_U16, np.nan, values.astype(np.float64))
