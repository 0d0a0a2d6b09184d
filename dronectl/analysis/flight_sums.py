"""Adds up what was flown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from dronectl.model.track.flight_sums import BatterySum, FlightSum, FlightSums, FlownOnce


def summed(flights: Sequence[FlownOnce]) -> FlightSums:
    return FlightSums(
        _sum("", flights),
        tuple(_by(flights, lambda one: ("unknown" if one.day is None else str(one.day),))),
        tuple(_by(flights, lambda one: (one.drone,))),
        tuple(_by(flights, lambda one: one.zones)),
        tuple(
            _battery(drone, [one for one in flights if one.drone == drone])
            for drone in sorted({one.drone for one in flights})
        ),
    )


def _by(flights: Sequence[FlownOnce], keys: Callable[[FlownOnce], Iterable[str]]) -> Iterable[FlightSum]:
    groups: dict[str, list[FlownOnce]] = {}
    for one in flights:
        for key in keys(one):
            groups.setdefault(key, []).append(one)
    return (_sum(key, groups[key]) for key in sorted(groups))


def _sum(what: str, flights: Sequence[FlownOnce]) -> FlightSum:
    heights = [one.highest_m for one in flights if one.highest_m is not None]
    return FlightSum(
        what,
        len(flights),
        sum(one.duration_s for one in flights),
        sum(one.distance_m for one in flights),
        tuple(sorted({one.drone for one in flights})),
        tuple(sorted({zone for one in flights for zone in one.zones})),
        max(heights, default=None),
    )


def _battery(drone: str, flights: Sequence[FlownOnce]) -> BatterySum:
    told = [
        (one.battery_begin_pct, one.battery_end_pct, one.duration_s)
        for one in flights
        if one.battery_begin_pct is not None and one.battery_end_pct is not None
    ]
    used_pct = sum(max(0.0, begin - end) for begin, end, _ in told)
    minutes = sum(seconds for _, _, seconds in told) / 60.0
    return BatterySum(
        drone,
        len(told),
        len(flights) - len(told),
        used_pct,
        min((end for _, end, _ in told), default=None),
        minutes * 10.0 / used_pct if used_pct else None,
    )
