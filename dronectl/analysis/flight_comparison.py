"""Planned against flown: how far off each leg a flight was, what it reached, and when."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.analysis.map_matching import Matched, match
from dronectl.checks.flight import Flight
from dronectl.checks.trajectory.leg import Leg, LegKind
from dronectl.checks.trajectory.timing import ON_GROUND_S, SLOW_M_S, SPOOL_UP_S
from dronectl.errors import InputError
from dronectl.geodesy.frame import BoolArray, FloatArray, IntArray, LocalFrame
from dronectl.model.plan.mission import Command
from dronectl.model.track.deviation import Deviation
from dronectl.model.track.track import EventKind, Track

FLYING_THE_MISSION = ("AUTO", "AUTO_RTL")
NEAR_M = 1.0
"""What a waypoint may be missed by beyond the waypoint radius: the autopilot's own estimate and sampling."""

STANDING_M = 0.5
"""A drone has come to a place where it is to stay once it is no farther off than this more than at its nearest."""

LIFTED_M, LIFTED_S = 0.3, 0.6
"""Higher than this above where it stood, a drone has left the ground; so long before, as ArduCopter 4.5 climbs."""

MODE_TOLD_S = 5.0
"""A recording may tell a mode so late: heartbeats come once a second, and queue behind other messages."""

_SECOND = np.timedelta64(1, "s")


@dataclass(frozen=True, slots=True)
class Spread:
    """Of the sizes of errors, signs left out, in metres."""

    mean_m: float
    p95_m: float
    max_m: float

    @classmethod
    def of(cls, errors_m: FloatArray) -> Spread | None:
        """None: of nothing."""
        sizes = np.abs(errors_m[np.isfinite(errors_m)])
        return cls(float(sizes.mean()), float(np.percentile(sizes, 95)), float(sizes.max())) if len(sizes) else None


@dataclass(frozen=True, slots=True)
class FlownLeg:
    """What one mission item makes the drone fly, against what it flew. Times: seconds since the start of the mission.

    Errors are of the samples on the way there (and of the stay there); ``None`` where there are none.
    """

    from_item: int
    item: int
    command: str
    samples: int
    cross_track: Spread | None
    height: Spread | None
    lat_deg: float
    lon_deg: float
    """Of the place that it leads to."""
    off_m: float
    """From that place when the drone was nearest, in space."""
    off_height_m: float
    """The part of it in height; NaN where heights are not known."""
    reached: bool
    reported: bool | None
    """Whether the autopilot said so; None: it says nothing of the kind in this recording."""
    planned_s: float
    flown_s: float | None
    """None: not reached."""
    planned_stay_s: float
    flown_stay_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One flight against the sortie that it flew."""

    track: Track
    planned: Flight
    in_auto: bool
    """Only samples in AUTO count; False: all, because the recording tells no flight mode, or never that one."""
    within_m: float
    """How near counts as reached."""
    start_utc: np.datetime64
    """Start of the mission: lift-off less what the rotors take to spool up."""
    planned_s: float
    flown_s: float
    planned_m: float
    flown_m: float
    """Over ground."""
    cross_track: Spread
    height: Spread | None
    legs: tuple[FlownLeg, ...]
    worst: Deviation
    samples: IntArray
    """Indices into the track of those that count."""
    matched: Matched

    @property
    def missed(self) -> tuple[int, ...]:
        """Items whose places were not reached, in order, each once."""
        return tuple(dict.fromkeys(leg.item for leg in self.legs if not leg.reached))


def compare_track(
    track: Track, sorties: Sequence[Flight], frame: LocalFrame, *, within_m: float | None = None
) -> Comparison:
    """Holds a flight against the one of ``sorties`` (of its drone, at least one) that it is most like.

    ``within_m``: how near counts as reached; None: the drone's waypoint radius and :data:`NEAR_M`.

    Raises:
        InputError: the flight is nowhere near this site, or no sortie goes anywhere.
    """
    flyable = [sortie for sortie in sorties if sortie.legs]
    if not flyable:
        raise InputError(f"the plan's mission of {track.name} goes nowhere", hint="'dronectl plan check' says why")
    samples = _counting(track)
    flown_m, knows_heights = _flown_m(track, samples, frame)
    matches = [match(flown_m, *_legs_m(sortie, knows_heights)) for sortie in flyable]
    best = min(range(len(flyable)), key=lambda index: _unlikeness_m(flown_m, flyable[index], matches[index]))
    return _compared(track, flyable[best], frame, samples, flown_m, knows_heights, matches[best], within_m)


def _compared(
    track: Track,
    planned: Flight,
    frame: LocalFrame,
    samples: IntArray,
    flown_m: FloatArray,
    knows_heights: bool,
    matched: Matched,
    within_m: float | None,
) -> Comparison:
    radius_m = planned.drone.waypoint_radius_m + NEAR_M if within_m is None else within_m
    start_s = _mission_start_s(track, planned, matched, int(samples[0]))
    times_s = (track.time_utc[samples] - track.time_utc[0]) / _SECOND - start_s
    heights = matched.height_error_m if knows_heights else np.full(len(samples), np.nan)
    legs = _flown_legs(track, planned, frame, flown_m, times_s, matched, heights, radius_m)
    steps_m = np.hypot(*np.diff(flown_m[:, :2], axis=0).T)
    cross_track = Spread.of(matched.cross_track_m)
    assert cross_track is not None
    ended_s = float((track.time_utc[-1] - track.time_utc[0]) / _SECOND) - start_s
    ways_m = np.hypot(*(planned.ends - planned.starts)[:, :2].T)
    return Comparison(
        track=track,
        planned=planned,
        in_auto=len(samples) < len(track) or set(track.mode_column()) <= set(FLYING_THE_MISSION),
        within_m=radius_m,
        start_utc=track.time_utc[0] + np.timedelta64(round(start_s * 1e6), "us"),
        planned_s=planned.legs[-1].end_s,
        flown_s=ended_s,
        planned_m=float(ways_m.sum()),
        flown_m=float(steps_m.sum()),
        cross_track=cross_track,
        height=Spread.of(heights),
        legs=legs,
        worst=_worst(track, planned, frame, samples, matched),
        samples=samples,
        matched=matched,
    )


def _counting(track: Track) -> IntArray:
    """Samples flown on the mission; all where the recording never says that."""
    is_on_mission = np.isin(np.array(track.mode_column()), FLYING_THE_MISSION)
    return np.flatnonzero(is_on_mission) if is_on_mission.any() else np.arange(len(track))


def _flown_m(track: Track, samples: IntArray, frame: LocalFrame) -> tuple[FloatArray, bool]:
    """(m, 3) in the frame, heights above the drone's own home; and whether these are known at all."""
    try:
        x_m, y_m = frame.to_xy(track.lat_deg[samples], track.lon_deg[samples])
    except InputError as error:
        raise InputError(
            f"the flight of {track.name} at {track.start_utc} was not at this site: {error.message}",
            hint="is it the plan of this flight, and its workspace?",
        ) from error
    height_m = track.relative_altitude_m[samples]
    known = np.isfinite(height_m)
    if not known.any():
        return np.column_stack([x_m, y_m, np.zeros(len(samples))]), False
    filled = np.interp(np.arange(len(samples)), np.flatnonzero(known), height_m[known])
    return np.column_stack([x_m, y_m, filled]), True


def _legs_m(planned: Flight, with_heights: bool) -> tuple[FloatArray, FloatArray]:
    """Starts and ends (n, 3) with heights above home, or all level where the flight has none."""
    home_m = np.array([0.0, 0.0, planned.legs[0].start.height_m])
    scale = np.array([1.0, 1.0, float(with_heights)])
    return (planned.starts - home_m) * scale, (planned.ends - home_m) * scale


def _unlikeness_m(flown_m: FloatArray, planned: Flight, matched: Matched) -> float:
    """How far the samples lie from the legs, and the corners of the legs from the samples, in the mean.

    To the decimetre, so that of equal sorties the first is taken.
    """
    corners = planned.corners[:, :2]
    thinned = flown_m[:: max(1, len(flown_m) // 2_000), :2]
    to_corners = [float(np.hypot(*(thinned - corner).T).min()) for corner in corners]
    return round(float(matched.cross_track_m.mean()) + float(np.mean(to_corners)), 1)


def _mission_start_s(track: Track, planned: Flight, matched: Matched, first: int) -> float:
    """When the mission began, in seconds of the track: by its lift-off, else by where it was at its first sample that
    counts."""
    times_s = (track.time_utc - track.time_utc[0]) / _SECOND
    lifted_s = _lifted_s(track.relative_altitude_m, times_s)
    if planned.legs[0].kind is LegKind.TAKE_OFF and lifted_s is not None and lifted_s >= times_s[first] - MODE_TOLD_S:
        return lifted_s - LIFTED_S - SPOOL_UP_S
    leg = planned.legs[int(matched.leg[0])]
    return float(times_s[first]) - (leg.start_s + float(matched.share[0]) * (leg.end_s - leg.start_s))


def _lifted_s(height_m: FloatArray, times_s: FloatArray) -> float | None:
    """When it was first higher than :data:`LIFTED_M` above where it stood; None: never, or not known."""
    known = np.flatnonzero(np.isfinite(height_m))
    above_m = height_m[known] - (height_m[known[0]] if len(known) else 0.0)
    up = np.flatnonzero(above_m > LIFTED_M)
    if not len(up):
        return None
    around = slice(int(up[0]) - 1, int(up[0]) + 1)
    return float(np.interp(LIFTED_M, above_m[around], times_s[known][around]))


def _flown_legs(
    track: Track,
    planned: Flight,
    frame: LocalFrame,
    flown_m: FloatArray,
    times_s: FloatArray,
    matched: Matched,
    heights: FloatArray,
    radius_m: float,
) -> tuple[FlownLeg, ...]:
    knows_heights = bool(np.isfinite(heights).any())
    ends_m = _legs_m(planned, knows_heights)[1]
    reports = {event.text for event in track.events if event.kind is EventKind.WAYPOINT}
    found = []
    groups = [list(own) for _, own in itertools.groupby(range(len(planned.legs)), lambda n: planned.legs[n].item)]
    for number, own in enumerate(groups):
        first, last = planned.legs[own[0]], planned.legs[own[-1]]
        holds = [planned.legs[index] for index in own if planned.legs[index].kind is LegKind.HOLD]
        following = groups[number + 1][0] if number + 1 < len(groups) else own[-1]
        near = _Nearest.of(flown_m, times_s, _window(matched.leg, own[0], following), ends_m[own[-1]])
        is_own = (matched.leg >= own[0]) & (matched.leg <= own[-1])
        reached = near.off_m <= radius_m
        (place,) = frame.to_points(np.array([[last.end.x_m, last.end.y_m]]))
        found.append(
            FlownLeg(
                from_item=first.from_item,
                item=last.item,
                command=planned.mission.items[last.item].command_name(),
                samples=int(is_own.sum()),
                cross_track=Spread.of(matched.cross_track_m[is_own]),
                height=Spread.of(heights[is_own]),
                lat_deg=place.lat_deg,
                lon_deg=place.lon_deg,
                off_m=near.off_m,
                off_height_m=near.off_height_m if knows_heights else float("nan"),
                reached=reached,
                reported=f"waypoint {last.item}" in reports if reports else None,
                planned_s=_arrival_s(last, holds),
                flown_s=(near.came_s if holds or last.kind is LegKind.DESCENT else near.passed_s) if reached else None,
                planned_stay_s=sum(hold.end_s - hold.start_s for hold in holds),
                flown_stay_s=near.stayed_s if holds and reached else 0.0,
            )
        )
    return tuple(found)


def _arrival_s(last: Leg, holds: Sequence[Leg]) -> float:
    """When a place is planned to be reached: before the stay there; on landing as near as counts as standing there."""
    if holds:
        return holds[0].start_s
    return last.end_s - (ON_GROUND_S + STANDING_M / SLOW_M_S if last.kind is LegKind.DESCENT else 0.0)


@dataclass(frozen=True, slots=True)
class _Nearest:
    """How a stretch of the flight passed a place."""

    off_m: float
    off_height_m: float
    passed_s: float
    """When it was nearest."""
    came_s: float
    """When it had come as near as it stayed."""
    stayed_s: float

    @classmethod
    def of(cls, flown_m: FloatArray, times_s: FloatArray, window: slice, place_m: FloatArray) -> _Nearest:
        own_m, own_s = flown_m[window], times_s[window]
        starts, ways = own_m[:-1], np.diff(own_m, axis=0)
        if not len(ways):
            starts, ways, own_s = own_m, np.zeros_like(own_m), np.repeat(own_s, 2)
        lengths_m2 = np.maximum((ways**2).sum(axis=1), 1e-12)
        shares = np.clip(((place_m - starts) * ways).sum(axis=1) / lengths_m2, 0.0, 1.0)
        apart = starts + shares[:, None] * ways - place_m
        off_m = np.linalg.norm(apart, axis=1)
        nearest = int(np.argmin(off_m))
        moments_s = own_s[:-1] + shares * np.diff(own_s)
        there = moments_s[_run_around(off_m <= off_m[nearest] + STANDING_M, nearest)]
        return cls(
            off_m=float(off_m[nearest]),
            off_height_m=float(apart[nearest, 2]),
            passed_s=float(moments_s[nearest]),
            came_s=float(there[0]),
            stayed_s=float(there[-1] - there[0]),
        )


def _run_around(flags: BoolArray, index: int) -> slice:
    """The unbroken run of true flags that holds ``index``."""
    breaks = np.flatnonzero(~flags)
    after = int(np.searchsorted(breaks, index))
    begin = int(breaks[after - 1]) + 1 if after else 0
    return slice(begin, int(breaks[after]) if after < len(breaks) else len(flags))


def _window(leg: IntArray, first: int, last: int) -> slice:
    """The samples on some legs, with one more on each side: a place may be passed in between two samples."""
    begin, end = np.searchsorted(leg, first, side="left"), np.searchsorted(leg, last, side="right")
    return slice(max(0, int(begin) - 1), min(len(leg), int(end) + 1))


def _worst(track: Track, planned: Flight, frame: LocalFrame, samples: IntArray, matched: Matched) -> Deviation:
    farthest = int(np.argmax(matched.cross_track_m))
    index, leg = int(samples[farthest]), int(matched.leg[farthest])
    foot = planned.starts[leg] + matched.share[farthest] * (planned.ends[leg] - planned.starts[leg])
    (place,) = frame.to_points(foot[None, :2])
    return Deviation(
        drone=track.name,
        sortie=planned.sortie,
        time_utc=track.time_utc[index],
        lat_deg=float(track.lat_deg[index]),
        lon_deg=float(track.lon_deg[index]),
        amsl_altitude_m=float(track.amsl_altitude_m[index]),
        relative_altitude_m=float(track.relative_altitude_m[index]),
        planned_lat_deg=place.lat_deg,
        planned_lon_deg=place.lon_deg,
        planned_relative_altitude_m=float(foot[2]) - planned.legs[0].start.height_m,
        cross_track_m=float(matched.cross_track_m[farthest]),
        leg=planned.legs[leg].words().english,
    )


def shutter_distances_m(planned: Flight) -> FloatArray:
    """By leg: the distance between photographs that the mission asks for there; 0: none."""
    distances = []
    for leg in planned.legs:
        before = reversed(planned.mission.items[: leg.item])
        asked = (item.param1 for item in before if item.command == Command.DO_SET_CAM_TRIGG_DIST)
        distances.append(next(asked, 0.0) if leg.camera_on else 0.0)
    return np.array(distances)
