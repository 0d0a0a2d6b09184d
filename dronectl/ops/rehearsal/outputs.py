"""What was flown, as files: KML, and the plan's map with where all flights went."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dronectl.errors import InputError
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.found import Breach
from dronectl.model.rehearsal.result import Rehearsal
from dronectl.model.site import Site
from dronectl.ops.background.below import open_below
from dronectl.ops.plans.plan_map import SUFFIXES
from dronectl.storage.files import write_atomic

if TYPE_CHECKING:
    from dronectl.formats.kml.rehearsal import FlownLine
    from dronectl.formats.maps.scene import DrawnArea
    from dronectl.ops.rehearsal.wave import Common

_ONE_IN = 4
"""Of the samples, one a second, are in the KML's lines."""


def require_writable(output: Path) -> None:
    """
    Raises:
        InputError: nothing is written with this suffix.
    """
    if output.suffix.lower() not in SUFFIXES:
        raise InputError(f"{output}: cannot write '{output.suffix}' maps", hint=f"writable: {', '.join(SUFFIXES)}")


def write_output(result: Rehearsal, common: Common, output: Path) -> None:
    """The kind of file that the suffix names.

    Raises:
        InputError: no such kind, or the package that makes it is not installed. OSError: it cannot be written.
    """
    require_writable(output)
    suffix = output.suffix.lower()
    if suffix == ".kml":
        from dronectl.formats.kml.rehearsal import rehearsal_kml

        write_atomic(output, rehearsal_kml(result, common.site, _worst_lines(result, common)))
        return
    plan, areas = _with_breaches(common.plan, result), _areas(result, common.site)
    if suffix == ".html":
        from dronectl.formats.maps.html import render_html

        with open_below(common.site) as below:
            write_atomic(output, render_html(plan, common.site, areas=areas, below=below))
        return
    from dronectl.formats.maps.svg import render_svg

    with open_below(common.site) as below:
        drawn = render_svg(plan, common.site, areas=areas, below=below)
    if suffix == ".svg":
        write_atomic(output, drawn)
    else:
        from dronectl.formats.maps.png import to_png

        write_atomic(output, to_png(drawn))


def _areas(result: Rehearsal, site: Site) -> list[DrawnArea]:
    from dronectl.formats.maps.scene import DrawnArea

    areas = []
    for (name, sortie), polygons in result.envelope.items():
        drone = site.drone(name)
        title = f"{name}, sortie {sortie}: flown in {result.runs_text}"
        colour = drone.colour if drone else "#808080"
        areas += [DrawnArea(colour, title, tuple(map(tuple, rings)), sortie) for rings in polygons]
    return areas


def _with_breaches(plan: Plan, result: Rehearsal) -> Plan:
    """With what was broken in place of the checks' findings, so that the map has marks for it."""
    from dronectl.checks import in_both_languages

    found = [
        _finding(group.worst, Severity.ERROR, f"{group.worst.words}; in {group.runs} of {result.runs_text}")
        for group in result.groups
    ]
    for failure in result.failures:
        severity = Severity.ERROR if failure.weight == "breaks" else Severity.WARNING
        found += [
            _finding(breach, severity, f"{failure.failure} failed on item {moment.item}: {breach.words}")
            for moment in failure.worst
            for breach in moment.breaches
        ]
    return replace(plan, findings=in_both_languages(found))


def _finding(breach: Breach, severity: Severity, words: str) -> Finding:
    return Finding(
        breach.rule,
        severity,
        words,
        drone=breach.drone,
        item=breach.item or None,
        zone=breach.zone,
        lat_deg=breach.lat_deg,
        lon_deg=breach.lon_deg,
        amount=breach.amount,
        sortie=breach.sortie,
    )


def _worst_lines(result: Rehearsal, common: Common) -> list[FlownLine]:
    """The worst runs, else the first one; flown again where that gives the same."""
    from dronectl.formats.kml.rehearsal import FlownLine
    from dronectl.ops.rehearsal.wave import flown_again

    numbers = [worst.figures.number for worst in result.worst_runs] or [1]
    lines = []
    for number in numbers:
        for sortie in common.plan.sortie_numbers():
            for flown in result.tracks.get((number, sortie)) or flown_again(common, number, sortie):
                planned, track = common.plan.drone(flown.drone), flown.track
                home_m = planned.home_amsl_m if planned else 0.0
                rows = np.column_stack([track.lat_deg, track.lon_deg, track.height_m])[::_ONE_IN].tolist()
                vertices = ((GeoPoint(lat, lon), home_m + up_m) for lat, lon, up_m in rows)
                lines.append(FlownLine(flown.drone, number, sortie, tuple(vertices)))
    return lines
