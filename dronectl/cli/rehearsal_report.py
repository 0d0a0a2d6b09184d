"""What a rehearsal found, for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dronectl.cli.common.out import echo
from dronectl.cli.common.tables import new_table
from dronectl.model.text.shown_time import span

if TYPE_CHECKING:
    from dronectl.cli.common.app import App
    from dronectl.model.rehearsal.found import MomentFigures
    from dronectl.model.rehearsal.result import Band, FailureFigures, Rehearsal

_SHOWN = 3
"""So many legs of each failure are named without ``--all``."""


def report(app: App, result: Rehearsal, *, show_all: bool) -> None:
    """Tables of flights and failures, what was broken, and the odds."""
    _flights(app, result)
    _of_the_plan(result)
    _failures(app, result, show_all=show_all)
    for group in result.groups:
        worst = group.worst
        item = f" item {worst.item}" if worst.item else ""
        echo(
            f"broken  {worst.rule}: {worst.drone}{_sortie(worst.sortie)}{item}: {worst.words} "
            f"(in {group.runs} of {result.runs_text}; worst in run {group.worst_run}, {span(worst.time_s)} min after "
            f"the start, at {worst.lat_deg:.7f},{worst.lon_deg:.7f})"
        )
    for group in result.lifted:
        echo(f"authorised  {group.worst.rule}: {group.worst.words} (in {group.runs} runs, by {group.worst.by})")
    for run in result.worst_runs:
        figures = run.figures
        echo(
            f"run {figures.number}: wind {figures.wind_m_s:.1f} m/s from {figures.wind_from_deg:03.0f}°, gusts "
            f"{figures.gust_m_s:.1f} m/s: {run.worst.words if run.worst else ''}"
        )
    echo(_odds_line(result))


def _flights(app: App, result: Rehearsal) -> None:
    on = "".join(f", {drone} on ArduCopter {firmware}" for drone, firmware in result.firmware.items())
    if len(set(result.firmware.values())) == 1:
        on = f" on ArduCopter {next(iter(result.firmware.values()))}"
    told = f"{result.plan}: {result.runs_text}{on}, seed {result.seed}: p5 · p50 · p95, and what the plan says"
    table = new_table(told)
    table.add_column("drone")
    for heading in (
        "time min",
        "planned (in wind)",
        "battery left %",
        "planned",
        "fence m",
        "keep-outs m",
        "highest m",
    ):
        table.add_column(heading, justify="right")
    for flight in result.flights:
        windy = f" ({span(flight.planned_windy_s)})" if flight.planned_windy_s else ""
        minutes = (flight.duration_s.low, flight.duration_s.middle, flight.duration_s.high)
        table.add_row(
            f"{flight.drone}{_sortie(flight.sortie)}",
            " · ".join(span(seconds) for seconds in minutes),
            f"{span(flight.planned_s)}{windy}",
            _band(flight.left_pct),
            f"{flight.planned_left_pct:.1f}",
            f"{_number(flight.fence_m.worst)}",
            f"{_number(flight.keep_out_m.worst)}",
            f"{_number(flight.highest_m.worst)}",
        )
    app.out().print(table)


def _of_the_plan(result: Rehearsal) -> None:
    if result.apart_m is not None:
        echo(f"drones apart: {_band(result.apart_m)} m, least {_number(result.apart_m.worst)} m")
    if result.coverage_pct is not None:
        promised = f"; planned {result.promised_coverage_pct:.2f} %" if result.promised_coverage_pct is not None else ""
        echo(f"zones photographed: {_band(result.coverage_pct, 2)} %{promised}")
    for patrol, band in result.idleness_s.items():
        promised_s = result.promised_idleness_s.get(patrol, math.nan)
        told = f"{_band(_in_minutes(band))} min; promised {promised_s / 60.0:.1f} min"
        echo(f"hot spots of {patrol} left alone at most: {told}")


def _failures(app: App, result: Rehearsal, *, show_all: bool) -> None:
    if result.not_tried:
        told = [f"{one} ({result.not_taken[one]} legs)" if one in result.not_taken else one for one in result.not_tried]
        echo(f"not tried: what happens when these fail: {', '.join(told)}")
    if not result.failures:
        return
    if result.left_out:
        tried = sum(one.tried for one in result.failures)
        echo(f"{tried} of {tried + result.left_out} failures tried, spread over legs and kinds (--failures)")
    table = new_table("what the autopilot then does, on each leg")
    table.add_column("fails")
    for heading in ("tried", "ends well", "known to plan check", "does not", "least battery %"):
        table.add_column(heading, justify="right")
    for failure in result.failures:
        table.add_row(
            failure.failure, str(failure.tried), str(failure.safe), str(failure.known), str(failure.bad),
            f"{failure.least_left_pct:.1f}",
        )  # fmt: skip
    app.out().print(table)
    for failure in result.failures:
        shown = failure.worst if show_all else failure.worst[:_SHOWN]
        for moment in shown:
            echo(_moment_line(failure, moment))
        if len(failure.worst) > len(shown):
            echo(f"        and {len(failure.worst) - len(shown)} more legs: --all lists each")


def _moment_line(failure: FailureFigures, moment: MomentFigures) -> str:
    kind = "broken" if failure.weight == "breaks" else "told  "
    where = "; ".join(dict.fromkeys(breach.words for breach in moment.breaches))
    said = f" (said: {', '.join(dict.fromkeys(moment.said))})" if moment.said else ""
    return f"{kind}  {failure.failure}: {moment.drone}{_sortie(moment.sortie)} item {moment.item}: {where}{said}"


def _odds_line(result: Rehearsal) -> str:
    odds = result.odds
    told = (
        f"{odds.good} of {odds.of} runs safe: {odds.pct:.1f} %, at least {odds.least_pct:.1f} % with "
        f"{odds.confidence_pct:g} % confidence; {result.needed_pct:g} % asked"
    )
    if result.is_unsafe:
        why = "" if result.verdict == "unsafe" else ": a failure does not end well"
        return f"UNSAFE  {told}{why}"
    if result.verdict == "safe" and not result.all_tried:
        return f"not shown  {told}: not everything that may fail was tried"
    if not result.is_proven:
        return f"too few runs  {told}: {result.runs_needed} without a breach would show it"
    return f"safe  {told}"


def _in_minutes(band: Band) -> Band:
    from dataclasses import replace

    return replace(band, low=band.low / 60.0, middle=band.middle / 60.0, high=band.high / 60.0, worst=band.worst / 60.0)


def _band(band: Band, digits: int = 1) -> str:
    return " · ".join(_number(value, digits) for value in (band.low, band.middle, band.high))


def _number(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else "-"


def _sortie(number: int) -> str:
    return "" if number == 1 else f" sortie {number}"
