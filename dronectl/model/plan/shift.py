"""How long a plan keeps its crew, and how many battery sets it takes: the waves, what lies between them, charging."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dronectl.model.fleet import Drone
from dronectl.model.plan.plan import DronePlan, Plan


@dataclass(frozen=True, slots=True)
class BatteryNeed:
    """The battery sets of one drone. A set is charged from its landing on, each on a charger of its own."""

    drone: str
    sorties: int
    """Flights of the shift, rounds of a timetable counted."""
    sets: int
    charge_s: float
    charge_assumed: bool
    """dronectl.toml does not say how long charging takes."""


@dataclass(frozen=True, slots=True)
class Shift:
    """From the first take-off to the last landing, in still air; batteries as in the site's wind."""

    duration_s: float
    air_s: float
    """That somebody is in the air."""
    waves: int
    batteries: tuple[BatteryNeed, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "duration_s": self.duration_s,
            "air_s": self.air_s,
            "waves": self.waves,
            "batteries": [
                {
                    "drone": need.drone,
                    "sorties": need.sorties,
                    "sets": need.sets,
                    "charge_s": need.charge_s,
                    "charge_assumed": need.charge_assumed,
                }
                for need in self.batteries
            ],
        }


def shift_of(plan: Plan, drones: Sequence[Drone], turnaround_s: float) -> Shift:
    """By the plan's timetable where it has one, else wave after wave with ``turnaround_s`` between them, hot-spot
    patrols as they planned their waves."""
    begins = list(begins_of(plan, turnaround_s))
    lasts_s = {number: _lasts_s(plan, number) for number in plan.sortie_numbers()}
    known = {drone.name: drone for drone in drones}
    first_s = min((begin_s for begin_s, _ in begins), default=0.0)
    return Shift(
        duration_s=max((begin_s + lasts_s[number] for begin_s, number in begins), default=0.0) - first_s,
        air_s=sum(lasts_s[number] for _, number in begins),
        waves=len(begins),
        batteries=tuple(
            _need(planned, known[planned.name], begins) for planned in plan.drones if planned.name in known
        ),
    )


def begins_of(plan: Plan, turnaround_s: float) -> Iterator[tuple[float, int]]:
    """When each wave begins, in seconds, and its sortie number; with a timetable seconds since 1970."""
    if plan.timetable:
        yield from ((departure.start.timestamp(), departure.sortie) for departure in plan.timetable)
        return
    planned = {
        kept.first_sortie + index: start for kept in plan.hotspots for index, start in enumerate(kept.wave_starts_s)
    }
    firsts = {kept.first_sortie for kept in plan.hotspots}
    free_s = patrol_s = 0.0
    for number in plan.sortie_numbers():
        if number not in planned or number in firsts:
            patrol_s = free_s
        begin_s = patrol_s + planned.get(number, 0.0)
        yield begin_s, number
        free_s = begin_s + _lasts_s(plan, number) + turnaround_s


def _lasts_s(plan: Plan, number: int) -> float:
    sorties = (sortie for drone in plan.drones if (sortie := drone.sortie(number)) is not None)
    return max((sortie.start_s + sortie.duration_s for sortie in sorties), default=0.0)


def _need(planned: DronePlan, drone: Drone, begins: Sequence[tuple[float, int]]) -> BatteryNeed:
    """Each flight takes the set that is charged first; a new one where none is."""
    flights = sorted(
        (begin_s + sortie.start_s, begin_s + sortie.start_s + max(sortie.duration_s, sortie.windy_duration_s))
        for begin_s, number in begins
        if (sortie := planned.sortie(number)) is not None
    )
    charge_s = drone.battery.charging_s
    ready_s: list[float] = []
    for takes_off_s, lands_s in flights:
        if ready_s and ready_s[0] <= takes_off_s:
            heapq.heapreplace(ready_s, lands_s + charge_s)
        else:
            heapq.heappush(ready_s, lands_s + charge_s)
    return BatteryNeed(planned.name, len(flights), len(ready_s), charge_s, drone.battery.charge_s is None)
