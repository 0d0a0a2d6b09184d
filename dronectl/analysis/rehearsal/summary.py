"""All runs of a rehearsal, summed up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from dronectl.analysis.rehearsal.odds import percentile
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.found import Breach, MomentFigures, RunFigures
from dronectl.model.rehearsal.result import PERCENTILES, Band, BreachGroup, FailureFigures, FlightBands, WorstRun

MOST_WORST_RUNS = 5


def band(values: Iterable[float], *, least_is_worst: bool = False) -> Band:
    """Percentiles of a figure, and its worst."""
    known = [value for value in values if not math.isnan(value)]
    low, middle, high = (percentile(known, share) for share in PERCENTILES)
    worst = math.nan if not known else min(known) if least_is_worst else max(known)
    return Band(*(round(value, 3) for value in (low, middle, high, worst)))


def flight_bands(runs: Sequence[RunFigures], plan: Plan) -> tuple[FlightBands, ...]:
    """Each sortie of each drone of the plan."""
    found = []
    for planned in plan.drones:
        for sortie in planned.sorties:
            flown = [
                flight
                for run in runs
                for flight in run.flights
                if (flight.drone, flight.sortie) == (planned.name, sortie.number)
            ]
            found.append(
                FlightBands(
                    drone=planned.name,
                    sortie=sortie.number,
                    duration_s=band(one.duration_s for one in flown),
                    planned_s=sortie.duration_s,
                    planned_windy_s=sortie.windy_duration_s,
                    left_pct=band((one.left_pct for one in flown), least_is_worst=True),
                    planned_left_pct=100.0 - (sortie.windy_battery_pct or sortie.battery_pct),
                    fence_m=band((one.fence_m for one in flown), least_is_worst=True),
                    keep_out_m=band((one.keep_out_m for one in flown), least_is_worst=True),
                    highest_m=band(one.highest_m for one in flown),
                )
            )
    return tuple(found)


def groups_of(runs: Sequence[RunFigures], *, lifted: bool) -> tuple[BreachGroup, ...]:
    """What was broken, the most frequent first. ``lifted``: that which somebody allows."""
    found: dict[tuple[object, ...], list[tuple[int, Breach]]] = {}
    for run in runs:
        for breach in run.breaches:
            if (breach.by is not None) is lifted:
                key = (breach.rule, breach.zone, breach.drone, breach.sortie)
                found.setdefault(key, []).append((run.number, breach))
    groups = []
    for members in found.values():
        number, worst = max(members, key=lambda member: (member[1].amount, -member[0]))
        groups.append(BreachGroup(worst, number, len({run for run, _ in members})))
    return tuple(sorted(groups, key=lambda group: (-group.runs, group.worst.rule, group.worst.drone)))


def failure_figures(moments: Sequence[MomentFigures], weights: Mapping[str, str]) -> tuple[FailureFigures, ...]:
    """Each kind of failure that was tried."""
    found = []
    for failure, weight in weights.items():
        tried = [one for one in moments if one.failure == failure]
        if not tried:
            continue
        bad: dict[tuple[str, int, int], MomentFigures] = {}
        for one in tried:
            if not one.is_safe and not one.known:
                key = (one.drone, one.sortie, one.item)
                if key not in bad or _gravity(one) > _gravity(bad[key]):
                    bad[key] = one
        found.append(
            FailureFigures(
                failure=failure,
                weight=weight,
                tried=len(tried),
                safe=sum(one.is_safe for one in tried),
                known=sum(one.known and not one.is_safe for one in tried),
                least_left_pct=min(one.left_pct for one in tried),
                worst=tuple(sorted(bad.values(), key=_gravity, reverse=True)),
            )
        )
    return tuple(found)


def worst_runs(runs: Sequence[RunFigures]) -> tuple[WorstRun, ...]:
    """Those that broke most, and gravest."""

    def gravest(run: RunFigures) -> Breach | None:
        return max((one for one in run.breaches if one.by is None), key=lambda one: one.amount, default=None)

    bad = [run for run in runs if not run.is_safe]
    bad.sort(key=lambda run: (-len([one for one in run.breaches if one.by is None]), run.number))
    return tuple(WorstRun(run, gravest(run)) for run in bad[:MOST_WORST_RUNS])


def _gravity(one: MomentFigures) -> float:
    return max((breach.amount for breach in one.breaches if breach.by is None), default=0.0)
