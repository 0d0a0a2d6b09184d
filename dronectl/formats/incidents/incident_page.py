"""The page about one incident: A4, Thai and English, no script, no network."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib import resources
from zoneinfo import ZoneInfo

from dronectl.formats.incidents.incident_json import TIMES
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.model.incidents.incident_sheet import FlownWay, IncidentSheet
from dronectl.model.text.plain_text import plain
from dronectl.model.text.shown_time import both_eras, clock, day_and_clock, local_day, span

MOST_DEEDS = 16
"""So many lines fit on the page; what is left out is said."""
MOST_REPORTS = 4
MAP_WIDTH, MAP_HEIGHT = 720.0, 330.0
MARGIN_M = 60.0
_STAGES = {
    IncidentEvent.REPORTED: ("รับแจ้ง", "reported"),
    IncidentEvent.PROPOSED: ("เสนอโดรน", "proposed"),
    IncidentEvent.CONFIRMED: ("ยืนยัน", "confirmed"),
    IncidentEvent.FIRST_BYTE: ("ส่งคำสั่งแรก", "first byte"),
    IncidentEvent.AIRBORNE: ("ขึ้นบิน", "airborne"),
    IncidentEvent.IN_SIGHT: ("เห็นที่เกิดเหตุ", "in sight"),
    IncidentEvent.LEFT: ("ออกจากที่เกิดเหตุ", "left"),
    IncidentEvent.CLOSED: ("ปิดเหตุ", "closed"),
}
_STATES = {"standing": "ที่พื้น · standing", "flying": "บินอยู่ · flying", "unheard": "ติดต่อไม่ได้ · unheard"}
_FILLS = {"fence": "none", "zone": "#eaf3ea", "keep_out": "#f6d5d5"}
_GROUND = {"zone": "พื้นสีเขียว · green: a zone", "keep_out": "สีแดง · red: keep out"}
_LINES = {"fence": "#555555", "zone": "#8ab58a", "keep_out": "#b03030"}


def incident_page(sheet: IncidentSheet, zone: ZoneInfo) -> bytes:
    """The whole page. Times are the site's."""
    incident = sheet.incident
    thai, english = both_eras(local_day(incident.reported, zone))
    state = ("เปิดอยู่", "open") if incident.is_open else ("ปิดแล้ว", "closed")
    title = f"รายงานเหตุ {incident.number} · Incident report {incident.number}"
    body = [
        f"<header><div><h1>{_text(title)}</h1><p>{_text(sheet.site_name)}</p></div>",
        f'<div class="plain">{_text(thai)}<br>{_text(english)}<br>{_text(" · ".join(state))}</div></header>',
        *_call(sheet, zone),
        *_decision(sheet),
        *_times(sheet, zone),
        "<h2>เส้นทางที่บิน · The way flown</h2>",
        _map(sheet),
        *_legend(sheet, zone),
        *_deeds(sheet, zone),
        *_foot(sheet, zone),
    ]
    style = resources.files("dronectl.formats.incidents").joinpath("incident_page.css").read_text("utf-8")
    head = f'<meta charset="utf-8"><title>{_text(title)}</title><style>{style}</style>'
    lines = ["<!DOCTYPE html>", f'<html lang="th"><head>{head}</head><body>', *body, "</body></html>", ""]
    return "\n".join(lines).encode("utf-8")


def _call(sheet: IncidentSheet, zone: ZoneInfo) -> Iterable[str]:
    incident, place = sheet.incident, sheet.incident.place
    yield "<h2>การแจ้งเหตุ · The call</h2>"
    yield f"<p><b>{_text(incident.kind.thai)} · {_text(str(incident.kind))}</b>, {_text(place.name)} "
    yield f"<span class='small'>({_text(str(place.point))})</span></p>"
    rows = [
        (clock(one.reported, zone, seconds=True), one.source, one.kind.thai, one.words, one.place.name)
        for one in incident.reports[:MOST_REPORTS]
    ]
    heads = ("เวลา · time", "จาก · from", "เหตุ · what", "คำแจ้ง · words", "ที่ · where")
    yield from _table(heads, rows)
    yield from _left_out(len(incident.reports), MOST_REPORTS)


def _decision(sheet: IncidentSheet) -> Iterable[str]:
    yield "<h2>การตัดสินใจ · The decision</h2>"
    cameras = ", ".join(sheet.cameras) or "ไม่มี · none"
    if not sheet.options:
        yield "<p>ไม่ได้ส่งโดรน · no drone was proposed</p>"
        return
    rows = []
    for one in sheet.options:
        name = str(one.get("name"))
        why = str(one.get("why") or "")
        mark = "✔ ส่งไป · sent" if name == sheet.chosen else why
        rows.append(
            (
                name,
                _STATES.get(str(one.get("state", "")), str(one.get("state", ""))),
                _number(one.get("arrives_s")),
                _number(one.get("distance_m")),
                _number(one.get("relative_altitude_m")),
                _number(one.get("battery_there_pct")),
                _number(one.get("battery_home_pct")),
                mark,
            )
        )
    heads = (
        "โดรน · drone",
        "สถานะ · state",
        "ถึงใน s · there in",
        "ทาง m · way",
        "สูง m · height",
        "แบต % there",
        "% home",
        "ผล · outcome",
    )
    yield from _table(heads, rows)
    yield f"<p class='small'>กล้องวงจรปิดที่เห็น · fixed cameras that see it: {_text(cameras)}</p>"


def _times(sheet: IncidentSheet, zone: ZoneInfo) -> Iterable[str]:
    yield "<h2>เวลา · Times</h2>"
    reported = sheet.incident.reported
    moments: list[tuple[IncidentEvent, datetime | None]] = [(IncidentEvent.REPORTED, reported)]
    moments += [(event, sheet.incident.when(event)) for event in TIMES]

    def cell(moment: datetime | None) -> str:
        if moment is None:
            return "<td>–</td>"
        after = span((moment - reported).total_seconds())
        return f"<td>{_text(clock(moment, zone, seconds=True))}<br><b>+{after}</b></td>"

    heads = "".join(f"<th>{thai}<br>{english}</th>" for thai, english in (_STAGES[event] for event, _ in moments))
    cells = "".join(cell(moment) for _, moment in moments)
    yield f"<table class='times'><tr>{heads}</tr><tr>{cells}</tr></table>"


def _map(sheet: IncidentSheet) -> str:
    """The ground around the place, the ways, the place and from where it was looked at; north is up."""
    plane = LocalPlane(sheet.incident.place.point)
    inside = [(0.0, 0.0), *(plane.to_xy(view) for view in sheet.views)]
    inside += [plane.to_xy(point) for way in sheet.ways for point in way.points]
    low_x, high_x = min(x for x, _ in inside) - MARGIN_M, max(x for x, _ in inside) + MARGIN_M
    low_y, high_y = min(y for _, y in inside) - MARGIN_M, max(y for _, y in inside) + MARGIN_M
    scale = min(MAP_WIDTH / (high_x - low_x), MAP_HEIGHT / (high_y - low_y))
    middle_x, middle_y = (low_x + high_x) / 2.0, (low_y + high_y) / 2.0

    def at(point: GeoPoint) -> tuple[float, float]:
        x, y = plane.to_xy(point)
        return MAP_WIDTH / 2.0 + (x - middle_x) * scale, MAP_HEIGHT / 2.0 - (y - middle_y) * scale

    def path(points: Iterable[GeoPoint]) -> str:
        return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in map(at, points))

    parts = []
    for shape in sheet.ground:
        rings = " ".join(f"{path(ring)} Z" for ring in (shape.polygon.exterior, *shape.polygon.holes))
        parts.append(
            f'<path d="{rings}" fill="{_FILLS[shape.kind]}" stroke="{_LINES[shape.kind]}" stroke-width="1" '
            'fill-rule="evenodd"/>'
        )
    for way in sheet.ways:
        colour = way.colour if way.colour.startswith("#") else "#444444"
        parts.append(f'<path d="{path(way.points)}" fill="none" stroke="{_text(colour)}" stroke-width="2.5"/>')
        parts += [_dot(at(place), 2.0, "#000000") for place in way.photographs]
    parts += [_dot(at(view), 5.0, "#ffffff", "#000000") for view in sheet.views]
    x, y = at(sheet.incident.place.point)
    cross = f"M{x - 7:.1f} {y:.1f} H{x + 7:.1f} M{x:.1f} {y - 7:.1f} V{y + 7:.1f}"
    parts.append(f'<path d="{cross}" stroke="#c00000" stroke-width="3"/>')
    bar_m = next(m for m in (2000, 1000, 500, 200, 100, 50, 20, 10, 5) if m * scale < MAP_WIDTH / 3.0)
    parts.append(f'<path d="M14 {MAP_HEIGHT - 14} h{bar_m * scale:.1f}" stroke="#000000" stroke-width="3"/>')
    parts.append(f'<text x="14" y="{MAP_HEIGHT - 20}" font-size="12">{bar_m} m · N ↑</text>')
    clip = f'<clipPath id="map"><rect width="{MAP_WIDTH}" height="{MAP_HEIGHT}"/></clipPath>'
    inner = "\n".join(parts)
    return f'<svg class="map" viewBox="0 0 {MAP_WIDTH} {MAP_HEIGHT}">{clip}<g clip-path="url(#map)">{inner}</g></svg>'


def _dot(at: tuple[float, float], radius: float, fill: str, line: str = "none") -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius}" fill="{fill}" stroke="{line}"/>'


def _legend(sheet: IncidentSheet, zone: ZoneInfo) -> Iterable[str]:
    words = ["✚ ที่เกิดเหตุ · the place", "○ จุดที่มอง · looked from"]
    kinds = {shape.kind for shape in sheet.ground}
    words += [legend for kind, legend in _GROUND.items() if kind in kinds]
    words += [_way_words(way, zone) for way in sheet.ways]
    if not sheet.ways and sheet.chosen:
        words.append("ไม่มีบันทึกการบิน · no recording of the flight")
    yield f"<p class='small'>{' &nbsp; '.join(map(_text, words))}</p>"


def _way_words(way: FlownWay, zone: ZoneInfo) -> str:
    photographs = f", ภาพถ่าย · photographs {len(way.photographs)}" if way.photographs else ""
    return f"— {way.drone} {clock(way.begins, zone)}–{clock(way.ends, zone)}{photographs}"


def _deeds(sheet: IncidentSheet, zone: ZoneInfo) -> Iterable[str]:
    yield "<h2>ใครทำอะไร · Who did what</h2>"
    rows = [
        (clock(one.time, zone, seconds=True), one.who, one.what, plain(one.words, 110))
        for one in sheet.deeds[:MOST_DEEDS]
    ]
    yield from _table(("เวลา · time", "ใคร · who", "อะไร · what", ""), rows)
    yield from _left_out(len(sheet.deeds), MOST_DEEDS)


def _left_out(count: int, most: int) -> Iterable[str]:
    if count > most:
        yield f"<p class='small'>และอีก {count - most} รายการ · and {count - most} more</p>"


def _foot(sheet: IncidentSheet, zone: ZoneInfo) -> Iterable[str]:
    whole = "สมุดเหตุครบถ้วน · the book is whole"
    if sheet.whole:
        whole = f"สมุดเหตุถูกแก้ไข · THE BOOK IS NOT WHOLE: {sheet.whole}"
    made = day_and_clock(sheet.made, zone)
    yield f"<p class='small'>{_text(f'{made} · {whole} · {sheet.last_sha256[:16]}')}</p>"
    signed = ("ผู้รับแจ้ง · call taker", "ผู้ควบคุมโดรน · pilot", "หัวหน้าเวร · shift leader")
    yield f"<div class='names'>{''.join(f'<div>{who}</div>' for who in signed)}</div>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"<table><tr>{''.join(f'<th>{_text(head)}</th>' for head in heads)}</tr>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>"
    yield "</table>"


def _number(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, int | float) else ""


def _text(words: str) -> str:
    return html.escape(plain(words))
