"""``dronectl track compare``: what was planned against what was flown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.track.files import (
    SOME_FAILED,
    count,
    drone_names,
    in_order,
    listed,
    note,
    read_all,
    report_failures,
    report_notes,
    source_option,
    start_cell,
    start_heading,
)
from dronectl.errors import InputError
from dronectl.model.text.shown_time import clock, minutes, span, utc_of_us

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    from _typeshed import DataclassInstance

    from dronectl.analysis.flight_comparison import Comparison, FlownLeg
    from dronectl.analysis.footprints import Photographed
    from dronectl.analysis.patrol_results import FlownHotspots
    from dronectl.model.plan.plan import Plan


def _a_number(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    if value is not None and value != value:  # NaN is within every range
        raise click.BadParameter("nan is no distance")
    return value


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.argument("plan_folder", metavar="PLAN", type=click.Path(path_type=Path))
@click.option(
    "--within",
    "within_m",
    type=click.FloatRange(min=0.1, max=1_000.0),
    metavar="METRES",
    callback=_a_number,
    help="A waypoint that was passed no farther off is reached. Default: the drone's waypoint_radius_m and 1 m.",
)
@source_option
@command_options(drones=True)
def compare(app: App, files: tuple[Path, ...], plan_folder: Path, within_m: float | None, source: str) -> int:
    """How far the flights in each FILE were off PLAN, what they reached, and when."""
    from dronectl.analysis.patrol_results import idleness, photographed
    from dronectl.analysis.plan_comparison import compare_plan
    from dronectl.formats.plans.plan_folder import read_plan

    site = app.site()
    wanted = {drone.name for drone in app.drones(site)}
    plan = read_plan(plan_folder)
    recordings, failures = read_all(files, source, drone_names(site, plan))
    tracks = [flight for flight in in_order(recordings.values()) if flight.name in wanted or not app.drone_names]
    if not tracks:
        whose = f" of {', '.join(sorted(wanted))}" if app.drone_names else ""
        raise InputError(
            f"no flight{whose} in {listed(recordings)}", hint="'dronectl track info' tells what a file holds"
        )
    comparisons, strangers = compare_plan(tracks, plan, site, within_m=within_m)
    areas = photographed(comparisons, site)
    hotspots = idleness(plan.hotspots, _sorties(plan), comparisons, site)
    unflown = _unflown(plan, comparisons, wanted)
    if app.json:
        app.print_json(
            {
                "plan": plan.name,
                "flights": [_flight_json(one) for one in comparisons],
                "not_flown": [{"drone": drone, "sortie": sortie} for drone, sortie in unflown],
                "not_planned": strangers,
                "photographed": [_rounded(area) for area in areas],
                "hotspots": [_rounded(one) for one in hotspots],
                "errors": [error.as_json() for error in failures.values()],
            }
        )
    else:
        _print_flights(app, comparisons, ZoneInfo(site.time_zone))
        for one in comparisons:
            _print_legs(app, one)
        _print_areas(areas)
        for patrol in hotspots:
            _print_hotspots(app, patrol)
        for words in _notes(comparisons, unflown, strangers):
            note(words)
        report_notes(recordings.values())
        report_failures(failures)
    return SOME_FAILED if failures else 0


def _sorties(plan: Plan) -> int:
    return sum(len(drone.sorties) for drone in plan.drones)


def _unflown(plan: Plan, comparisons: Iterable[Comparison], wanted: set[str]) -> list[tuple[str, int]]:
    flown = {(one.planned.drone.name, one.planned.sortie) for one in comparisons}
    planned = [(drone.name, sortie.number) for drone in plan.drones for sortie in drone.sorties if drone.name in wanted]
    return [one for one in planned if one not in flown]


def _flight_json(one: Comparison) -> dict[str, object]:
    return {
        "drone": one.track.name,
        "sortie": one.planned.sortie,
        "patrol": one.planned.patrol,
        "start_utc": _iso(one.start_utc),
        "clock_is_utc": one.track.clock_is_utc,
        "only_auto": one.in_auto,
        "samples": len(one.samples),
        "planned_duration_s": round(one.planned_s, 1),
        "flown_duration_s": round(one.flown_s, 1),
        "planned_distance_m": round(one.planned_m, 1),
        "flown_distance_m": round(one.flown_m, 1),
        "cross_track": _rounded(one.cross_track),
        "height_error": _rounded(one.height) if one.height else None,
        "within_m": one.within_m,
        "waypoints": len(one.legs),
        "missed_items": list(one.missed),
        "worst": {**_rounded(one.worst), "time_utc": _iso(one.worst.time_utc)},
        "legs": [_rounded(leg) for leg in one.legs],
    }


def _rounded(figures: DataclassInstance) -> dict[str, object]:
    """As JSON, metres and seconds to the millimetre and millisecond, degrees to 1e-7."""

    def plain(key: str, value: object) -> object:
        if isinstance(value, dict):
            return {inner: plain(inner, one) for inner, one in value.items()}
        return round(value, 7 if key.endswith("_deg") else 3) if isinstance(value, float) else value

    return {key: plain(key, value) for key, value in asdict(figures).items()}


def _iso(time: np.datetime64) -> str:
    import numpy as np

    from dronectl.model.track.track import iso_utc

    return iso_utc(np.array([time], "datetime64[us]"))[0]


def _moment(one: Comparison, time: np.datetime64) -> datetime | None:
    """None where the recording tells no time of day."""
    return None if one.track.start_us is None else utc_of_us(int(time.astype("datetime64[us]").astype("int64")))


def _print_flights(app: App, comparisons: Iterable[Comparison], zone: ZoneInfo) -> None:
    from dronectl.cli.common.tables import new_table

    table = new_table()
    for heading in ("drone", "sortie", start_heading(zone)):
        table.add_column(heading, no_wrap=True)
    for heading in ("planned", "flown", "off: mean m", "95 % m", "max m", "height: max m", "reached"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("farthest off")
    for one in comparisons:
        reached = sum(leg.reached for leg in one.legs)
        farthest = _moment(one, one.worst.time_utc)
        table.add_row(
            one.track.name,
            str(one.planned.sortie),
            start_cell(_moment(one, one.start_utc), zone),
            span(one.planned_s),
            span(one.flown_s),
            f"{one.cross_track.mean_m:.2f}",
            f"{one.cross_track.p95_m:.2f}",
            f"{one.cross_track.max_m:.2f}",
            f"{one.height.max_m:.2f}" if one.height else "",
            f"{reached} of {len(one.legs)}",
            one.worst.leg + (f", {clock(farthest, zone, seconds=True)}" if farthest else ""),
        )
    app.out().print(table)


def _print_legs(app: App, one: Comparison) -> None:
    from dronectl.cli.common.tables import new_table

    table = new_table(f"{one.track.name}, sortie {one.planned.sortie}: errors on the way to each item")
    table.add_column("item", justify="right", no_wrap=True)
    table.add_column("command", no_wrap=True)
    for heading in ("mean m", "95 % m", "max m", "height: max m", "passed by m", "planned", "flown", "late s"):
        table.add_column(heading, justify="right", no_wrap=True)
    for leg in one.legs:
        table.add_row(str(leg.item), leg.command, *_leg_cells(leg))
    app.out().print(table)


def _leg_cells(leg: FlownLeg) -> list[str]:
    off = leg.cross_track
    errors = [f"{off.mean_m:.2f}", f"{off.p95_m:.2f}", f"{off.max_m:.2f}"] if off else ["not flown", "", ""]
    height = f"{leg.height.max_m:.2f}" if leg.height else ""
    if leg.flown_s is None:
        return [*errors, height, f"{leg.off_m:.1f}", span(leg.planned_s), "missed", ""]
    late = f"{leg.flown_s - leg.planned_s:+.1f}"
    return [*errors, height, f"{leg.off_m:.2f}", span(leg.planned_s), span(leg.flown_s), late]


def _print_areas(areas: Iterable[Photographed]) -> None:
    for area in areas:
        source = "as the cameras reported" if area.source == "camera" else "as the plan sets the camera off"
        echo(
            f"photographed for {area.patrol}: {area.photographed_pct:.2f} % of {', '.join(area.zones)}, "
            f"{area.at_gsd_pct:.2f} % at {100.0 * area.wanted_gsd_m:.1f} cm or finer "
            f"({count(area.pictures, 'photograph')}, {source})"
        )


def _print_hotspots(app: App, patrol: FlownHotspots) -> None:
    from dronectl.cli.common.tables import new_table

    sorties = f"{patrol.sorties_flown} of {count(patrol.sorties_planned, 'sortie')} flown"
    table = new_table(f"hot spots of {patrol.planned.patrol}, in minutes; {sorties}")
    table.add_column("point", no_wrap=True)
    for heading in ("visits planned", "flown", "mean idle planned", "flown", "worst idle planned", "flown"):
        table.add_column(heading, justify="right", no_wrap=True)
    for spot in patrol.spots:
        table.add_row(
            spot.planned.id,
            str(spot.planned.visits),
            str(spot.visits),
            minutes(spot.planned.mean_idleness_s),
            minutes(spot.mean_idleness_s),
            minutes(spot.planned.worst_idleness_s),
            minutes(spot.worst_idleness_s),
        )
    app.out().print(table)


def _notes(
    comparisons: Iterable[Comparison], unflown: Sequence[tuple[str, int]], strangers: Sequence[str]
) -> list[str]:
    notes = [
        f"{one.track.name}: the recording never says AUTO: all of the flight is compared"
        for one in comparisons
        if not one.in_auto
    ]
    notes += [
        f"{one.track.name}: the autopilot said that it reached {count(len(items), 'waypoint')} which the track passes "
        f"farther off than {one.within_m:g} m: {', '.join(items)}"
        for one in comparisons
        if (items := [f"item {leg.item} by {leg.off_m:.1f} m" for leg in one.legs if leg.reported and not leg.reached])
    ]
    notes += [f"sortie {sortie} of {drone} is in none of these recordings" for drone, sortie in unflown]
    notes += [f"{name} is not in the plan: left out" for name in strangers]
    return notes
