"""What was flown, as a page to print, as a table for spreadsheets, and as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from dronectl.formats.reports.report_page import both, html_page, html_table, text
from dronectl.model.track.flight_sums import BatterySum, FlightSum, FlightSums

CSV_COLUMNS = (
    "by",
    "what",
    "flights",
    "hours",
    "distance_km",
    "highest_m",
    "drones",
    "zones",
    "battery_used_pct",
    "battery_lowest_pct",
    "minutes_per_10_pct",
)
_OF_SUMS = ("flights", "hours", "km", "highest m", "drones", "zones")
_OF_BATTERIES = ("drone", "flights", "without a word", "used %", "lowest %", "minutes for 10 %")


def to_json(sums: FlightSums) -> dict[str, object]:
    return {
        "total": _json(sums.total, None),
        "days": [_json(one, "date") for one in sums.days],
        "drones": [_json(one, "drone") for one in sums.drones],
        "zones": [_json(one, "zone") for one in sums.zones],
        "batteries": [
            {
                "drone": one.drone,
                "flights": one.flights,
                "untold": one.untold,
                "used_pct": round(one.used_pct, 1),
                "lowest_pct": one.lowest_pct,
                "minutes_per_10_pct": None if one.minutes_per_10_pct is None else round(one.minutes_per_10_pct, 2),
            }
            for one in sums.batteries
        ],
    }


def to_csv(sums: FlightSums) -> bytes:
    """A line a day, drone and zone, and one for all; the batteries stand in the drones' lines."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    batteries = {one.drone: one for one in sums.batteries}
    for by, lines in (("total", (sums.total,)), ("day", sums.days), ("drone", sums.drones), ("zone", sums.zones)):
        for one in lines:
            battery = batteries.get(one.what) if by == "drone" else None
            writer.writerow((by, _harmless(one.what), *_cells(one), *_battery_cells(battery)))
    return stream.getvalue().encode("utf-8")


def to_html(sums: FlightSums, *, title: str, period: str, notes: Sequence[str]) -> bytes:
    """One page by itself: no script, no picture, no network. ``period``: which flights these are; ``notes``: what a
    reader should know of them."""
    return html_page(title, [_total(sums, period), *html_sections(sums)], notes)


def _total(sums: FlightSums, period: str) -> str:
    total = sums.total
    figures = f"{total.flights}, {total.hours:.2f} h, {total.distance_m / 1000:.1f} km"
    return f"<p>{text(period)}: {text(both('flights'))} {figures}.</p>"


def html_sections(sums: FlightSums) -> list[str]:
    """Days, drones, zones and batteries, for a page."""
    return [
        *html_table("Days", ("day", *_OF_SUMS), ((one.what, *_cells(one)) for one in sums.days)),
        *html_table("Drones", ("drone", *_OF_SUMS), ((one.what, *_cells(one)) for one in sums.drones)),
        *html_table("Zones", ("zone", *_OF_SUMS), ((one.what, *_cells(one)) for one in sums.zones)),
        *html_table("Batteries", _OF_BATTERIES, map(_battery_row, sums.batteries)),
    ]


def _json(one: FlightSum, key: str | None) -> dict[str, object]:
    return {
        **({key: one.what} if key else {}),
        "flights": one.flights,
        "hours": round(one.hours, 4),
        "distance_m": round(one.distance_m, 1),
        "max_relative_altitude_m": None if one.highest_m is None else round(one.highest_m, 1),
        "drones": list(one.drones),
        "zones": list(one.zones),
    }


def _cells(one: FlightSum) -> tuple[str, ...]:
    highest = "" if one.highest_m is None else f"{one.highest_m:.1f}"
    names = (", ".join(map(_harmless, names)) for names in (one.drones, one.zones))
    return (str(one.flights), f"{one.hours:.2f}", f"{one.distance_m / 1000:.2f}", highest, *names)


def _battery_cells(one: BatterySum | None) -> tuple[str, ...]:
    if one is None or not one.flights:
        return ("", "", "")
    return (f"{one.used_pct:.0f}", _or_empty(one.lowest_pct, 0), _or_empty(one.minutes_per_10_pct, 1))


def _battery_row(one: BatterySum) -> tuple[str, ...]:
    return (one.drone, str(one.flights), str(one.untold), *_battery_cells(one))


def _or_empty(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:.{decimals}f}"


def _harmless(words: str) -> str:
    """No formula to a spreadsheet."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@")) else words
