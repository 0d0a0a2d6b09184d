"""What the plan commands say: tables for people, one document for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dronectl.cli.common.app import App
from dronectl.model.text.shown_time import clock, minutes, span

if TYPE_CHECKING:
    from dronectl.model.plan.plan import DronePlan, Plan
    from dronectl.model.plan.shift import Shift
    from dronectl.model.site import Site
    from dronectl.ops.plans.fixed_copy import FixedCopy


def plan_document(plan: Plan, shift: Shift) -> dict[str, object]:
    """The contract of ``plan build --json``."""
    from dronectl.formats.plans.hotspot_json import hotspot_json
    from dronectl.formats.plans.plan_folder import least_json, search_json
    from dronectl.formats.plans.timetable import departure_json

    return {
        "plan": plan.name,
        "drones": [_drone_document(drone) for drone in plan.drones],
        "makespan_s": plan.makespan_s,
        "shift": shift.as_json(),
        "coverage_pct": plan.coverage_pct,
        "swath_m": plan.swath_m,
        "min_separation_m": plan.min_separation_m,
        "hotspot": [hotspot_json(figures) for figures in plan.hotspots],
        "day": None if plan.day is None else str(plan.day),
        "timetable": [departure_json(departure) for departure in plan.timetable],
        "search": None if plan.search is None else search_json(plan.search),
        "violations": [finding.as_json() for finding in plan.findings],
        "overrides": list(plan.overrides),
        "least": least_json(plan),
        "advice": list(plan.advice),
        "notes": list(plan.notes),
    }


def print_plan(app: App, plan: Plan, shift: Shift) -> None:
    """A line a sortie, then the figures of the whole."""
    from dronectl.cli.common.tables import new_table

    table = new_table(plan.name)
    for heading in ("drone", "patrol"):
        table.add_column(heading, no_wrap=True)
    for heading in ("sortie", "items", "altitude m", "distance m", "duration", "battery %", "in wind %"):
        table.add_column(heading, justify="right")
    for drone in plan.drones:
        for sortie in drone.sorties:
            table.add_row(
                drone.name,
                sortie.patrol,
                str(sortie.number),
                str(len(sortie.mission) - 1),
                f"{sortie.work_altitude_m:g}",
                f"{sortie.distance_m:,.0f}",
                span(sortie.duration_s),
                f"{sortie.battery_pct:.1f}",
                f"{sortie.windy_battery_pct:.1f}" if sortie.windy_battery_pct else "?",
            )
    out = app.out()
    out.print(table)
    facts = [_whole(plan, shift)]
    if plan.coverage_pct is not None:
        facts.append(f"coverage {plan.coverage_pct:.2f} %")
    if plan.swath_m is not None:
        facts.append(f"swath {plan.swath_m:.1f} m")
    if plan.min_separation_m is not None:
        facts.append(f"least separation {plan.min_separation_m:.1f} m")
    returns = [f"{drone.name} {drone.rtl_altitude_m:g} m" for drone in plan.drones if drone.rtl_altitude_m]
    if returns:
        facts.append(f"returns (RTL) at {', '.join(returns)}")
    out.print(", ".join(facts))
    if shift.waves > 1:
        out.print(_batteries(shift))
    print_notes(app, plan)
    for least in plan.least:
        flights, flight_s = plan.flown_for(least.patrol)
        out.print(f"{least.patrol}: {flights} flights, {span(flight_s)} in the air")
        out.print(f"  no plan with these lines needs less than {least.flights} flights, {span(least.flight_s)}")
    for advice in plan.advice:
        out.print(f"advice: {advice}")


def _whole(plan: Plan, shift: Shift) -> str:
    """Of several waves the shift: what lies between them takes time too."""
    if shift.waves < 2:
        return f"whole plan {span(plan.makespan_s)}"
    return f"shift {span(shift.duration_s)}, {shift.waves} waves, {span(shift.air_s)} of it in the air"


def _batteries(shift: Shift) -> str:
    """Sets by drone, and how long charging is taken to last."""
    by_drone = [
        f"{need.drone} {need.sets} for {need.sorties} flight{'s' if need.sorties > 1 else ''}"
        for need in shift.batteries
    ]
    times = {need.charge_s: need.charge_assumed for need in shift.batteries}
    charging = ", ".join(f"{minutes(time_s)} min{' (assumed)' if times[time_s] else ''}" for time_s in sorted(times))
    said = "; [drone.battery] charge_min says it" if any(times.values()) else ""
    return f"battery sets: {', '.join(by_drone)}; charging takes {charging} a set, each on its own charger{said}"


def print_notes(app: App, plan: Plan) -> None:
    """What is flown otherwise than asked."""
    for note in plan.notes:
        app.out().print(f"note: {note}", markup=False, highlight=False)


def print_timetable(app: App, plan: Plan, site: Site) -> None:
    """When each sortie is flown, in local time; nothing for a plan without times."""
    from dronectl.cli.common.tables import new_table
    from dronectl.site.local_time import day_of, zone_of

    if not plan.timetable:
        return
    zone, day = zone_of(site), day_of(plan, site)
    table = new_table(f"timetable of {day}, {site.time_zone}")
    for heading in ("take-off", "landed"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("patrol", no_wrap=True)
    for heading in ("round", "sortie"):
        table.add_column(heading, justify="right")
    for departure in plan.timetable:
        times = (clock(moment, zone, seconds=True, day=day) for moment in (departure.start, departure.end))
        table.add_row(*times, departure.patrol, str(departure.round), str(departure.sortie))
    app.out().print(table)


def print_fixed(app: App, copy: FixedCopy) -> None:
    """What was mended, and where it is."""
    out = app.out()
    if copy.written is None:
        out.print("nothing to mend without a choice: no copy is written")
        return
    for finding in copy.mended:
        words = finding.fix.description if finding.fix is not None else ""
        out.print(f"mended      {finding.rule:<16}{words}")
    out.print(f"{copy.written} is the mended copy; {copy.source} is as it was")


def _drone_document(drone: DronePlan) -> dict[str, object]:
    return {
        "name": drone.name,
        "items": sum(len(sortie.mission) - 1 for sortie in drone.sorties),
        "distance_m": sum(sortie.distance_m for sortie in drone.sorties),
        "duration_s": sum(sortie.duration_s for sortie in drone.sorties),
        "battery_pct": max((sortie.battery_pct for sortie in drone.sorties), default=0.0),
        "windy_battery_pct": max((sortie.windy_battery_pct for sortie in drone.sorties), default=0.0),
        "sorties": len(drone.sorties),
        "rtl_altitude_m": drone.rtl_altitude_m,
    }
