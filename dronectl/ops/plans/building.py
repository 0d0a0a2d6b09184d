"""From missions to a plan in its folder: built, timed, held against the rules, written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.plans.dated_areas import asked_begins, built_around_what_closes
from dronectl.storage.files import real_path

if TYPE_CHECKING:
    from dronectl.model.plan.patrol import Patrol
    from dronectl.model.plan.plan import Plan
    from dronectl.model.plan.schedule import Departure
    from dronectl.model.site import Site

_LONG_NAME = 60


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """How a plan is built. ``drones``: names of those that fly, the whole fleet without any.

    ``day`` is the day of the flight, today at the site without one; ``start`` is when the first patrol without a
    schedule of its own begins, in the site's time.
    """

    drones: Sequence[str] | None = None
    name: str | None = None
    overrides: tuple[str, ...] = ()
    day: date | None = None
    start: time | None = None
    timed: bool = True
    """With the times that the missions' schedules give."""
    budget_s: float = 1.0
    """How long to search for shorter flights, counted in rounds: the same on every computer."""


@dataclass(frozen=True, slots=True)
class BuiltPlan:
    """A checked plan, the day that it was held against, and the folder that it is for."""

    plan: Plan
    folder: Path
    day: date


_USUAL = BuildSettings()


def build_to_folder(
    site: Site,
    patrols: Sequence[Patrol],
    folder: Path | None = None,
    settings: BuildSettings = _USUAL,
    *,
    on_progress: Callable[[str, float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> BuiltPlan:
    """Builds, checks and writes a plan; into plans/NAME of the workspace without a ``folder``.

    One that breaks rules is written all the same: it says so, and is not uploaded.

    Raises:
        InputError: the patrols cannot be flown, one is given twice, or the folder holds something else.
    """
    from dronectl.ops.plans.plan_map import write_plan_with_map

    built = build_checked(site, patrols, settings, on_progress=on_progress, stop=stop)
    if folder is not None:
        built = replace(built, folder=folder)
    write_plan_with_map(built.plan, site, built.folder)
    return built


def build_checked(
    site: Site,
    patrols: Sequence[Patrol],
    settings: BuildSettings = _USUAL,
    *,
    on_progress: Callable[[str, float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> BuiltPlan:
    """The plan with its timetable and what the checks find; nothing is written.

    Raises:
        InputError: the patrols cannot be flown, or one is given twice.
    """
    from dronectl.checks import check_plan, otherwise_than_asked
    from dronectl.planning.assignment.allocation import ROUNDS_PER_SECOND
    from dronectl.planning.build import build_plan
    from dronectl.planning.deconfliction.schedule import timetable_of
    from dronectl.site.local_time import today_at, zone_of

    for index, patrol in enumerate(patrols):
        if patrol in patrols[:index]:
            raise InputError(f"mission '{patrol.id}' is given twice")
    name = settings.name or plan_name([patrol.id for patrol in patrols])
    day, zone = settings.day or today_at(site), zone_of(site)

    def build(ground: Site) -> Plan:
        return build_plan(
            ground,
            patrols,
            name=name,
            created_utc=iso_z(now()),
            drones=settings.drones,
            on_progress=on_progress,
            rounds=round(settings.budget_s * ROUNDS_PER_SECOND),
            stop=stop,
        )

    def times_of(plan: Plan) -> tuple[Departure, ...]:
        if not settings.timed:
            return ()
        turnaround_s = 60.0 * site.rules.turnaround_min
        return timetable_of(plan, patrols, day=day, zone=zone, turnaround_s=turnaround_s, start=settings.start)

    begins = asked_begins(patrols, site, day, settings.start) if settings.timed else []
    made, times = built_around_what_closes(site, build, times_of, day=day, begins=begins)
    own_day = day if times or settings.day is not None else None
    made = replace(made, overrides=settings.overrides, day=own_day, timetable=times)
    made = replace(made, notes=otherwise_than_asked(made, site, patrols, settings.drones))
    made = replace(made, findings=check_plan(made, site, day=day))
    return BuiltPlan(made, site.root / "plans" / name, day)


def find_patrol(site: Site, mission: str) -> Patrol:
    """By path of its file, else by its name.

    Raises:
        InputError: there is none.
    """
    path = Path(mission)
    if path.exists():
        found = next((one for one in site.patrols if real_path(site.root / one.source) == real_path(path)), None)
        if found is not None:
            return found
    found = site.patrol(mission.removesuffix(".toml"))
    if found is None:
        known = ", ".join(patrol.id for patrol in site.patrols)
        raise InputError(f"no mission '{mission}' in {site.root / 'missions'}", hint=f"there are: {known or 'none'}")
    return found


def plan_name(patrol_ids: Sequence[str]) -> str:
    """What a plan of these patrols is called."""
    joined = "+".join(patrol_ids)
    return joined if len(joined) <= _LONG_NAME else f"{patrol_ids[0]}+{len(patrol_ids) - 1}-more"
