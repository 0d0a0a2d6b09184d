"""A flown track: columns of one aircraft's samples, and what happened on the same clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dronectl.model.track.clock_facts import UNKNOWN_CLOCK, ClockFacts, TimeSource

if TYPE_CHECKING:
    from dronectl.model.track.fix_outage import FixOutage
    from dronectl.model.track.photograph import Photograph

_UNTOLD: NDArray[np.float64] = np.empty(0)
"""Stands for a column that nobody gave: it becomes NaN throughout."""


class PositionSource(StrEnum):
    """Where a track's positions come from; one track never mixes them."""

    EKF = "ekf"
    """The autopilot's estimate (GLOBAL_POSITION_INT)."""
    GPS = "gps"
    """The receiver's own solution (GPS_RAW_INT), where it has a 3-D fix."""
    RAW = "raw"
    """All that the receiver sent, also without a fix: what there is to look at when it was lost or disturbed."""
    HIGH_LATENCY = "high-latency"
    """What a satellite link carried (HIGH_LATENCY2, HIGH_LATENCY): few positions, heights in whole metres."""

    @property
    def least_fix(self) -> int:
        """GPS fix type that a position of this source needs (GPS_FIX_TYPE: 3 is a 3-D fix)."""
        return 0 if self is PositionSource.RAW else 3

    @property
    def description(self) -> str:
        match self:
            case PositionSource.EKF:
                return "positions from the autopilot"
            case PositionSource.GPS:
                return "positions from the GPS receiver"
            case PositionSource.RAW:
                return "positions from the GPS receiver, also those without a 3-D fix"
            case PositionSource.HIGH_LATENCY:
                return "positions from high-latency telemetry, heights in whole metres"


class EventKind(StrEnum):
    """What a :class:`TrackEvent` tells."""

    MODE = "mode"
    ARMED = "armed"
    DISARMED = "disarmed"
    WAYPOINT = "waypoint"
    PHOTO = "photo"
    FENCE = "fence"
    """A fence was broken, or was respected again."""
    FIX = "fix"
    """The 3-D fix was lost, or was back."""
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class TrackEvent:
    """Something that happened. ``time_utc`` is a ``datetime64[us]``; ``text`` is for people."""

    time_utc: np.datetime64
    kind: EventKind
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One flight of one aircraft. All columns have the same length; NaN stands for a value that was not sent.

    ``time_utc`` is ``datetime64[us]`` and strictly rising; every other column is ``float64``.

    Raises:
        ValueError: no sample, columns of unequal length, or times that do not rise.
    """

    name: str
    """The drone's name in the workspace, else ``system 3``."""
    system_id: int
    source: PositionSource
    time_utc: NDArray[np.datetime64]
    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]
    amsl_altitude_m: NDArray[np.float64]
    relative_altitude_m: NDArray[np.float64]
    """Above the vehicle's own home at that time."""
    ground_speed_m_s: NDArray[np.float64]
    heading_deg: NDArray[np.float64]
    battery_pct: NDArray[np.float64] = field(default_factory=lambda: _UNTOLD)
    """What is left, 0..100, as the autopilot's first battery monitor says."""
    geoid_undulation_m: NDArray[np.float64] = field(default_factory=lambda: _UNTOLD)
    """Height of mean sea level above the WGS 84 ellipsoid, as the GPS receiver has it."""
    events: tuple[TrackEvent, ...] = ()
    dropped: int = 0
    """Positions heard during the flight and left out: no 3-D fix, no place on Earth, torn by damage, or a second
    copy."""
    timing: ClockFacts = UNKNOWN_CLOCK
    """What tells the time of day, and how well."""
    outages: tuple[FixOutage, ...] = ()
    """Stretches without a 3-D fix whose positions are the autopilot's own reckoning, which held."""
    recorded_in: tuple[str, ...] = ()
    """The files that this flight was read from, the one whose samples these are first; empty where nobody asked."""
    simplified_away: int = 0
    """Fixes left out because they lie within ``tolerance_m`` of the way between those that are kept."""
    tolerance_m: float = 0.0
    """0: not simplified."""
    photographs: tuple[Photograph, ...] = ()
    """Photographs whose place and attitude the recording tells; the event PHOTO is there for each of them too."""

    def __post_init__(self) -> None:
        for optional in ("battery_pct", "geoid_undulation_m"):
            if getattr(self, optional) is _UNTOLD:
                object.__setattr__(self, optional, np.full(len(self.time_utc), np.nan))
        columns = (
            self.time_utc,
            self.lat_deg,
            self.lon_deg,
            self.amsl_altitude_m,
            self.relative_altitude_m,
            self.ground_speed_m_s,
            self.heading_deg,
            self.battery_pct,
            self.geoid_undulation_m,
        )
        if len(self.time_utc) == 0:
            raise ValueError("a track needs at least one sample")
        if any(column.shape != self.time_utc.shape for column in columns):
            raise ValueError("the columns of a track differ in length")
        if len(self.time_utc) > 1 and not bool((np.diff(self.time_utc) > np.timedelta64(0, "us")).all()):
            raise ValueError("the times of a track do not rise")

    def __len__(self) -> int:
        return len(self.time_utc)

    @property
    def clock_is_utc(self) -> bool:
        """Whether the vehicle told the time of day; :attr:`clock_text` says what times are else."""
        return self.timing.source.is_vehicles

    @property
    def clock(self) -> str:
        """What times are: UTC, or :attr:`clock_text`."""
        return self.clock_text or "UTC"

    @property
    def clock_text(self) -> str | None:
        """What times are when the vehicle never told the time of day; None when they are UTC."""
        return None if self.clock_is_utc else self.timing.source.description

    @property
    def start_utc(self) -> str:
        return iso_utc(self.time_utc[:1])[0]

    @property
    def end_utc(self) -> str:
        return iso_utc(self.time_utc[-1:])[0]

    @property
    def start_us(self) -> int | None:
        """Microseconds since 1970 in UTC; None where the recording tells no time of day."""
        if self.timing.source is TimeSource.BOOT:
            return None
        return int((self.time_utc[0] - np.datetime64(0, "us")).astype(np.int64))

    @property
    def duration_s(self) -> float:
        return float((self.time_utc[-1] - self.time_utc[0]) / np.timedelta64(1, "s"))

    def bbox(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in degrees; west > east over the antimeridian (RFC 7946, section 5.2)."""
        unwrapped = np.unwrap(self.lon_deg, period=360.0)
        west, east = (float((edge + 180.0) % 360.0 - 180.0) for edge in (unwrapped.min(), unwrapped.max()))
        if unwrapped.min() >= -180.0 and unwrapped.max() <= 180.0:
            west, east = float(unwrapped.min()), float(unwrapped.max())
        return west, float(self.lat_deg.min()), east, float(self.lat_deg.max())

    def modes(self) -> tuple[str, ...]:
        """Flight modes in the order they were flown, without immediate repeats."""
        return tuple(event.text for event in self.events if event.kind is EventKind.MODE)

    def mode_column(self) -> list[str]:
        """The flight mode at each sample; empty before the recording told one."""
        told = sorted((event.time_utc, event.text) for event in self.events if event.kind is EventKind.MODE)
        times = np.array([time for time, _ in told], "datetime64[us]")
        names = ["", *(name for _, name in told)]
        return [names[last] for last in np.searchsorted(times, self.time_utc, side="right").tolist()]

    def values_at(self, times_utc: NDArray[np.datetime64], column: NDArray[np.float64]) -> NDArray[np.float64]:
        """A column's values at any times, straight in between; before and after the flight those of its ends."""
        # Counted from the start: microseconds since 1970 are at the edge of what a float64 tells apart.
        start = self.time_utc[0]
        wanted, known = (
            (times.astype("datetime64[us]") - start).astype(np.float64) for times in (times_utc, self.time_utc)
        )
        values: NDArray[np.float64] = np.interp(wanted, known, column)
        return values

    def places_at(self, times_utc: NDArray[np.datetime64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(latitude, longitude) in degrees at any times, as :meth:`values_at`; over the antimeridian the short way."""
        lon = self.values_at(times_utc, np.unwrap(self.lon_deg, period=360.0))
        return self.values_at(times_utc, self.lat_deg), np.where(
            np.abs(lon) > 180.0, (lon + 180.0) % 360.0 - 180.0, lon
        )

    def take(self, wanted: NDArray[np.bool_] | slice) -> Track:
        """The track with some of its samples; at least one."""
        columns = (
            *("time_utc", "lat_deg", "lon_deg", "amsl_altitude_m", "relative_altitude_m"),
            *("ground_speed_m_s", "heading_deg", "battery_pct", "geoid_undulation_m"),
        )
        return replace(self, **{name: getattr(self, name)[wanted] for name in columns})

    def sample_at(self, time_utc: np.datetime64) -> int:
        """Index of the sample nearest in time."""
        after = int(np.searchsorted(self.time_utc, time_utc))
        if after == 0:
            return 0
        if after == len(self.time_utc):
            return after - 1
        earlier_is_nearer = time_utc - self.time_utc[after - 1] <= self.time_utc[after] - time_utc
        return after - 1 if earlier_is_nearer else after


def iso_utc(times: NDArray[np.datetime64]) -> list[str]:
    """``2026-11-23T01:28:54.697Z``: ISO 8601, milliseconds (cut, so that order is kept)."""
    texts: list[str] = np.datetime_as_string(times.astype("datetime64[ms]"), unit="ms").tolist()
    return [text + "Z" for text in texts]
