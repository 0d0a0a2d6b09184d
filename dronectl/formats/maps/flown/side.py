"""The column beside the map of flown tracks: what is at this moment, heights, flights, events, layers, signs, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dronectl.formats.maps import profile, symbols
from dronectl.formats.maps.flown.drawing import MARKED, MOST_PHOTOGRAPHS, diamond, photograph_places, shows_ground
from dronectl.formats.maps.flown.flights import Flight, Flights, seconds_of
from dronectl.formats.maps.flown.found import findings, photographs
from dronectl.formats.maps.flown.outings import Outing
from dronectl.formats.maps.legend import Sign, flight_signs, ground_signs, sign_list
from dronectl.formats.maps.svg_text import element
from dronectl.formats.maps.words import shown
from dronectl.formats.text.xml_text import escaped
from dronectl.formats.tracks.colours import Scale
from dronectl.formats.tracks.view import AMSL_DATUM, ColourBy
from dronectl.geodesy.columns import path_length_m
from dronectl.model.text.shown_time import day_and_clock, span, utc_of_us
from dronectl.model.track.track import EventKind, Track, TrackEvent

if TYPE_CHECKING:
    from dronectl.formats.maps.below import Below
    from dronectl.formats.tracks.track_document import TrackDocument

MOST_EVENTS = 1000
"""In the list, of all flights."""
_KINDS = {
    EventKind.MODE: "โหมด mode",
    EventKind.ARMED: "มอเตอร์ติด",
    EventKind.DISARMED: "มอเตอร์ดับ",
    EventKind.WAYPOINT: "ถึงจุด reached",
    EventKind.FENCE: "แนวเขตบิน",
    EventKind.FIX: "พิกัด",
    EventKind.TEXT: "ข้อความ message",
}


def side(
    document: TrackDocument, flights: Flights, outings: Sequence[Outing], scale: Scale, below: Below | None
) -> str:
    heads = "".join(
        f"<th>{head}</th>"
        for head in (
            '<span class="unseen">สี colour</span>',
            "โดรน<br>drone",
            "สูง<br>height",
            "เร็ว<br>speed",
            "แบตเตอรี่<br>battery",
            "โหมด<br>mode",
        )
    )
    profiles = "".join(_profile(number, one, flights, document) for number, one in enumerate(outings))
    events, left_out = _events(flights, outings)
    notes = "".join(f"<p>{escaped(note)}</p>" for note in _notes(document, flights, left_out))
    return (
        '<p class="of-all">เลือกเที่ยวบินใต้แผนที่ หรือกด ▶ · Choose flights below the map, or press ▶.</p>'
        '<div class="of-one"><h2>ขณะนี้ · at this moment</h2>'
        f'<table id="moment"><thead><tr>{heads}</tr></thead><tbody></tbody></table>'
        '<p id="apart"></p>'
        f"<h2>ความสูงเหนือจุดขึ้นบิน · height above home</h2>{profiles}</div>"
        f"<h2>เที่ยวบิน · flights ({len(flights.flights)})</h2>{_table(document, flights)}"
        f'<div class="of-one"><h2>เหตุการณ์ · events</h2><ol id="events">{events}</ol></div>'
        f"<h2>ชั้นข้อมูล · layers</h2>{_layers(document, flights, below)}"
        f"<h2>สัญลักษณ์ · signs</h2>{sign_list(_signs(document, flights, scale))}"
        f"<h2>หมายเหตุ · notes</h2>{notes}"
    )


def _table(document: TrackDocument, flights: Flights) -> str:
    heads = "".join(
        f"<th>{head}</th>"
        for head in (
            '<span class="unseen">สี colour</span>',
            "โดรน<br>drone",
            "เริ่ม<br>begin",
            "นาที<br>min:s",
            "ระยะ<br>length",
            "สูงสุด<br>highest",
            "ภาพ<br>photos",
        )
    )
    bodies = "".join(_row(index, one, document) for index, one in enumerate(flights.flights))
    return f'<table id="flights"><thead><tr>{heads}</tr></thead>{bodies}</table>'


def _row(index: int, flight: Flight, document: TrackDocument) -> str:
    track = flight.track
    begun = utc_of_us(track.start_us)
    cells = [
        "ไม่ทราบ not known" if begun is None else day_and_clock(begun, document.zone, seconds=True),
        span(track.duration_s),
        f"{path_length_m(track.lat_deg, track.lon_deg):,.0f} m",
        _highest(track),
        str(photographs(flight)),
    ]
    name = escaped(f"{shown(track.name)} #{flight.number}")
    found = "<br>".join(map(escaped, findings(flight, document)))
    noted = f'<tr><td></td><td colspan="6" class="found">{found}</td></tr>' if found else ""
    return (
        f'<tbody data-flight="{index}"><tr><td>{_sample(flight.colour)}</td>'
        f'<td><button class="there" data-flight="{index}">{name}</button></td>'
        f"{''.join(f'<td>{escaped(cell)}</td>' for cell in cells)}</tr>{noted}</tbody>"
    )


def _highest(track: Track) -> str:
    for column, datum in ((track.relative_altitude_m, ""), (track.amsl_altitude_m, f" {AMSL_DATUM}")):
        known = column[np.isfinite(column)]
        if len(known):
            return f"{round(float(known.max())) or 0} m{datum}"
    return "–"


def _sample(colour: str) -> str:
    return f'<svg width="22" height="12"><path d="M1 6H21" stroke="{colour}" stroke-width="3"/></svg>'


def _profile(number: int, outing: Outing, flights: Flights, document: TrackDocument) -> str:
    lines = [
        profile.ProfileLine(flight.track.name, flight.colour, _heights_over_time(flight, from_s))
        for index, from_s in outing.members
        for flight in [flights.flights[index]]
    ]
    return profile.profile_svg(lines, outing.end_s, document.ceiling_m, data_outing=str(number))


def _heights_over_time(flight: Flight, from_s: float) -> list[list[tuple[float, float]]]:
    """Above home, where that is known."""
    found = []
    for part in flight.parts:
        heights = part.kept.relative_altitude_m
        known = np.isfinite(heights)
        if known.any():
            seconds = part.seconds[known] + from_s
            found.append(list(zip(seconds.tolist(), heights[known].tolist(), strict=True)))
    return found


def _events(flights: Flights, outings: Sequence[Outing]) -> tuple[str, int]:
    """The list in the order of time, and how many are left out of it."""
    rows: list[str] = []
    left_out = 0
    for number, outing in enumerate(outings):
        found: list[tuple[float, int, TrackEvent]] = []
        for index, from_s in outing.members:
            track = flights.flights[index].track
            events = [event for event in track.events if event.kind is not EventKind.PHOTO]
            at_s = seconds_of(np.array([event.time_utc for event in events], "datetime64[us]"), track) + from_s
            found += [(at, index, event) for at, event in zip(at_s.tolist(), events, strict=True)]
        found.sort(key=lambda one: (one[0], one[1]))
        room = max(MOST_EVENTS - len(rows), 0)
        left_out += max(len(found) - room, 0)
        rows += [_event(number, *one, flights) for one in found[:room]]
    return "".join(rows), left_out


def _event(outing: int, at_s: float, index: int, event: TrackEvent, flights: Flights) -> str:
    flight = flights.flights[index]
    words = f"{shown(flight.track.name)}: {_KINDS[event.kind]} {shown(event.text)}"
    return (
        f'<li tabindex="0" class="there" data-outing="{outing}" data-at="{max(at_s, 0.0):.1f}">'
        f'<span class="at">{span(at_s)}</span><span>{_sample(flight.colour)} {escaped(words)}</span></li>'
    )


def _layers(document: TrackDocument, flights: Flights, below: Below | None) -> str:
    kinds = [
        ("site", "พื้นที่ปฏิบัติงาน · the site", shows_ground(document.zones, flights)),
        ("plan", "แผน · the plan", document.plan is not None),
        ("photographs", "จุดถ่ายภาพ · photographs", any(map(photographs, flights.flights))),
        ("below", "พื้นหลัง · background", below is not None),
    ]
    boxes = "".join(
        f'<li><label><input type="checkbox" checked data-layer="{name}"> {escaped(words)}</label></li>'
        for name, words, is_there in kinds
        if is_there
    )
    return f"<ul>{boxes or '<li>ไม่มี · none</li>'}</ul>"


def _signs(document: TrackDocument, flights: Flights, scale: Scale) -> list[Sign]:
    rows: list[Sign] = []
    if document.view.colour_by is not ColourBy.DRONE:
        rows.append(("", scale.title))
        for entry in scale.entries:
            line = element("path", d="M-14 0H12", stroke=entry.colour, class_="line")
            rows.append((line, shown(entry.label)))
    ink = symbols.INK
    rows.append(flight_signs()[1])
    if any(flight.gaps for flight in flights.flights):
        ring = element("circle", r=3.5, fill="#fff", stroke=ink, stroke_width=2.0)
        both = f'<g transform="translate(-9 0)">{ring}</g><g transform="translate(7 0)">{ring}</g>'
        rows.append((both, "ช่วงที่ไม่มีบันทึก · gap in the recording"))
    if any(not (flight.begins_on_ground and flight.ends_on_ground) for flight in flights.flights):
        square = element("rect", x=-4.0, y=-4.0, width=8.0, height=8.0, fill="#fff", stroke=ink, stroke_width=2.0)
        rows.append((square, "บันทึกเริ่มหรือจบกลางอากาศ · the recording begins or ends in the air"))
    if any(flight.track.outages for flight in flights.flights):
        line = element("path", d="M-14 0H12", stroke=ink, class_="line") + element("path", d="M-14 0H12", class_="held")
        rows.append((line, "ไม่มีพิกัด 3 มิติ ประมาณโดยระบบนำร่อง · no 3-D fix, the autopilot's own reckoning"))
    if any(map(photographs, flights.flights)):
        dot = element("circle", r=2.6, fill="#fff", stroke=ink, stroke_width=2.0)
        rows.append((dot, "จุดถ่ายภาพ · photograph"))
    if document.plan is not None:
        rows.append((element("path", d="M-14 0H12", stroke=ink, class_="planned"), "แผน · planned"))
    for found, colour, words in (
        (document.trespasses, "#e02020", "ที่ที่ไม่ควรอยู่ · where it was not to be"),
        (
            [event for flight in flights.flights for event in flight.track.events if event.kind in MARKED],
            "#ffc400",
            "แนวเขตบินหรือพิกัด ตามที่บันทึก · fence or fix, as recorded",
        ),
        (document.deviations, "#fff", "ห่างแผนมากที่สุด · farthest off the plan"),
    ):
        if found:
            rows.append((diamond(colour), words))
    rows.append((_moment_sign(), "ขณะนี้ และหนึ่งนาทีก่อนหน้า · at this moment, and the minute before"))
    if document.zones is not None and shows_ground(document.zones, flights):
        rows += ground_signs(document.zones)
    return rows


def _moment_sign() -> str:
    line = element("path", d="M-16 0H0", stroke=symbols.INK, stroke_width=6.0, stroke_opacity=0.5)
    return line + element("circle", r=6.0, fill=symbols.INK, stroke="#fff", stroke_width=2.0)


def _notes(document: TrackDocument, flights: Flights, events_left_out: int) -> list[str]:
    places = sum(len(photograph_places(flight)[0]) for flight in flights.flights)
    within = f"{flights.tolerance_m:g}"
    thai = f"วาด {flights.drawn:,} จาก {flights.fixes:,} จุด จุดอื่นห่างจากเส้นไม่เกิน {within} ม. ณ เวลาของมัน"
    english = (
        f"{flights.drawn:,} of {flights.fixes:,} recorded positions are drawn; each of the others is within {within} m "
        "of the line at its own time. Facts in the table are of all of them."
    )
    notes = [f"{thai} · {english}"]
    if document.zones is not None and not shows_ground(document.zones, flights):
        notes.append("พื้นที่ปฏิบัติงานอยู่ไกลจากที่บิน จึงไม่ได้วาด · The site lies far from these tracks and is not drawn.")
    if places > MOST_PHOTOGRAPHS:
        notes.append(f"มีจุดถ่ายภาพ {places:,} จุด วาดเพียงบางส่วน · {places:,} photographs: not every one of them is drawn.")
    if events_left_out:
        notes.append(
            f"และอีก {events_left_out:,} เหตุการณ์ · and {events_left_out:,} more events: export .geojson for all."
        )
    if all(flight.track.start_us is not None for flight in flights.flights):
        notes.append(f"เวลาท้องถิ่น · Times are those of {document.zone}.")
    else:
        notes.append(
            f"เวลาท้องถิ่น · Times are those of {document.zone}; where a recording tells no time of day, from its begin."
        )
    notes.append(
        "แป้นพิมพ์: Space เล่นและหยุด ลูกศรเลื่อนแถบเวลา “,” “.” ทีละวินาที · "
        "Keys: Space plays and pauses, arrows move the slider, “,” and “.” go by a second; "
        "on the map arrows, “+”, “−” and “0”. WGS 84."
    )
    return notes
