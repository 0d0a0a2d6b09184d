"""The report of a shift, a week or a month: a page to print, and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from dronectl.formats.reports.flight_report import html_sections
from dronectl.formats.reports.flight_report import to_json as sums_json
from dronectl.formats.reports.report_page import both, html_page, html_table, text
from dronectl.model.text.shown_time import both_eras, day_and_clock, iso_z, local_day, minutes, span
from dronectl.model.track.period_report import IncidentLine, Lifted, PeriodReport, SpotKept

_OF_INCIDENTS = ("number", "reported", "what", "where", "drone", "confirmed", "airborne", "in sight", "state")
_OF_LIFTED = ("time", "order", "drones", "who", "what")


def period_html(report: PeriodReport, zone: ZoneInfo) -> bytes:
    """One page by itself. Times are the site's."""
    total = report.flights.total
    when = f"{day_and_clock(report.begins, zone)} – {day_and_clock(report.ends, zone)}"
    first, last = (both_eras(local_day(one, zone)) for one in (report.begins, report.ends - timedelta(microseconds=1)))
    days = (" – ".join(dict.fromkeys(pair)) for pair in zip(first, last, strict=True))
    kinds = "".join(f", {kind} {count}" for kind, count in report.kinds.items())
    medians = ", ".join(
        f"{both(words)} {_after(seconds)}"
        for words, seconds in (("airborne", report.median_airborne_s), ("in sight", report.median_in_sight_s))
    )
    lines = [
        f"{' · '.join(days)} ({when})",
        f"{both('Flights')}: {total.flights}, {total.hours:.2f} h, {total.distance_m / 1000:.1f} km",
        f"{both('Incidents')}: {len(report.incidents)}{kinds}",
        f"{both('Medians from the report')}: {medians}",
    ]
    body = [
        *(f"<p>{text(line)}</p>" for line in lines),
        *html_table("Incidents", _OF_INCIDENTS, (_incident_row(one, zone) for one in report.incidents)),
        *html_table("Points of interest", ("point", "name", "visits", "alone min"), map(_spot_row, report.spots)),
        *html_table("Zones that nobody flew through", ("zone",), ((name,) for name in report.zones_not_flown)),
        *html_table("Rules and checks lifted by name", _OF_LIFTED, _lifted_rows(report.lifted, zone)),
        *html_table("Orders that a rule refused", _OF_LIFTED, _lifted_rows(report.refused, zone)),
        *html_sections(report.flights),
    ]
    return html_page(f"{both(report.title)}: {report.site_name}", body, report.notes)


def period_json(report: PeriodReport) -> dict[str, object]:
    """The contract of ``report … --json``."""
    return {
        "begins_utc": iso_z(report.begins),
        "ends_utc": iso_z(report.ends),
        "flights": sums_json(report.flights),
        "zones_not_flown": list(report.zones_not_flown),
        "points": [
            {
                "id": one.id,
                "name": one.name,
                "visits": one.visits,
                "alone_s": None if one.alone_s is None else round(one.alone_s, 1),
            }
            for one in report.spots
        ],
        "incidents": [
            {
                "number": one.number,
                "reported_utc": iso_z(one.reported),
                "kind": one.kind,
                "place": one.place,
                "drone": one.drone or None,
                "confirmed_s": one.confirmed_s,
                "airborne_s": one.airborne_s,
                "in_sight_s": one.in_sight_s,
                "open": one.is_open,
            }
            for one in report.incidents
        ],
        "median_airborne_s": report.median_airborne_s,
        "median_in_sight_s": report.median_in_sight_s,
        "lifted": [_lifted_json(one) for one in report.lifted],
        "refused": [_lifted_json(one) for one in report.refused],
        "notes": list(report.notes),
    }


def _lifted_json(one: Lifted) -> dict[str, object]:
    return {"time_utc": iso_z(one.time), "order": one.order, "drones": one.drones, "who": one.who, "what": one.what}


def _incident_row(one: IncidentLine, zone: ZoneInfo) -> tuple[str, ...]:
    times = (_after(one.confirmed_s), _after(one.airborne_s), _after(one.in_sight_s))
    reported = day_and_clock(one.reported, zone)
    return (one.number, reported, one.kind, one.place, one.drone, *times, both("open" if one.is_open else "closed"))


def _spot_row(one: SpotKept) -> tuple[str, ...]:
    return (one.id, one.name, str(one.visits), "" if one.alone_s is None else minutes(one.alone_s))


def _lifted_rows(lifted: Iterable[Lifted], zone: ZoneInfo) -> Iterable[tuple[str, ...]]:
    return ((day_and_clock(one.time, zone), one.order, one.drones, one.who, one.what) for one in lifted)


def _after(seconds: float | None) -> str:
    return "–" if seconds is None else f"+{span(seconds)}"
