"""A briefing sheet: what a pilot takes to the field for one drone, as HTML that prints on A4 and needs no network.

Everything is worked out from the plan's items and the workspace; what is not known (frequencies that nobody wrote down,
names, telephone numbers) is a line to write on. A browser prints it or makes a PDF of it: it shapes Thai rightly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from importlib import resources

from dronectl.formats.briefing.day import another_day, authorisations, day_of_flight
from dronectl.formats.briefing.flight import degrees, flight_map, points_table
from dronectl.formats.briefing.law import law_of_flight
from dronectl.formats.briefing.table import row, table
from dronectl.formats.briefing.words import CHECKLIST, ORDERS, altitude
from dronectl.formats.maps import symbols
from dronectl.formats.maps.below import Below
from dronectl.formats.maps.page import policy_hash
from dronectl.formats.maps.words import SEVERITY_WORDS, authorised_until, both, made_on, shown
from dronectl.formats.plans.plan_folder import plan_sha256
from dronectl.formats.text.xml_text import escaped
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.ardupilot.float32 import in_digits
from dronectl.model.ardupilot.vehicle_settings import Setting, wires_of
from dronectl.model.fleet import Battery, Drone
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.finding_groups import FindingGroup, grouped
from dronectl.model.plan.mission import MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.plan.shift import shift_of
from dronectl.model.site import Site
from dronectl.model.text.number_ranges import number_ranges
from dronectl.model.text.shown_time import clock, minutes, span
from dronectl.site.local_time import day_of, zone_of

_BLANK = "." * 28


def render_briefing(
    plan: Plan, site: Site, drones: Sequence[DronePlan], *, day: date, below: Below | None = None
) -> str:
    """One sheet for each drone, each from a new page. ``day`` is the day of the flight, local at the site."""
    digest = plan_sha256(plan)
    names = ", ".join(shown(drone.name) for drone in drones)
    looks = resources.files("dronectl.formats.briefing").joinpath("briefing.css").read_text("utf-8")
    foot = _css_text(f"{names} · {shown(plan.name)} · SHA-256 {digest[:16]}… · ")
    pages = 'counter(page) " / " counter(pages)'
    style = f"{symbols.STYLE}{looks}@page{{@bottom-center{{font-family:sans-serif;content:{foot} {pages}}}}}"
    policy = f"default-src 'none'; style-src {policy_hash(style)}; img-src data:; base-uri 'none'"
    head = [
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<title>{escaped(f'{names} – {shown(plan.name)}')}</title>",
        f"<style>{style}</style>",
    ]
    sheets = [_sheet(plan, site, drone, day, digest, below) for drone in drones]
    return "\n".join(
        ["<!DOCTYPE html>", '<html lang="th"><head>', *head, "</head><body>", *sheets, "</body></html>", ""]
    )


def _sheet(plan: Plan, site: Site, drone: DronePlan, day: date, digest: str, below: Below | None) -> str:
    parts = [_header(plan, site, drone, day, digest), _warnings(plan, site, drone, day), _aircraft(plan, site, drone)]
    parts += [_sorties(plan, site, drone), _orders(drone), _rally(site, drone), _others(plan, site, drone)]
    for sortie in drone.sorties:
        parts += [flight_map(plan, site, drone, sortie, below), points_table(site, drone, sortie)]
    parts += [_findings(plan, site, drone), authorisations(plan, site, day)]
    parts += [law_of_flight(plan, site, drone, day), _checklist(), _signatures()]
    return f'<section class="sheet">{"".join(parts)}</section>'


def _header(plan: Plan, site: Site, drone: DronePlan, day: date, digest: str) -> str:
    return (
        "<header><div>"
        f"<h1>ใบบรรยายสรุปการบิน · Flight briefing: {escaped(shown(drone.name))}</h1>"
        f"<p>{escaped(shown(site.name))}</p>"
        f"<p>แผน plan <b>{escaped(shown(plan.name))}</b> · วางแผนเมื่อ planned "
        f"{escaped(made_on(plan.created_utc, site.time_zone))}</p>"
        f'<p class="hash">SHA-256 {digest}</p></div>'
        f"{day_of_flight(plan, site, day)}"
        "</header>"
    )


def _warnings(plan: Plan, site: Site, drone: DronePlan, day: date) -> str:
    """What forbids the flight, before all else."""
    lines = another_day(plan, site, day)
    if plan.edited:
        lines.append("แก้ไขหลังตรวจสอบ – ห้ามบิน · Edited since it was checked: not to be flown")
    errors = sum(one.severity is Severity.ERROR for one in plan.findings)
    if errors:
        lines.append(f"ผิดกฎ {errors} รายการ – ห้ามบิน · Breaks rules in {errors} places: not to be flown")
    if not drone.sorties:
        lines.append("ไม่มีเที่ยวบินในแผนนี้ · No flight in this plan")
    lines += [f"ยกเว้นกฎโดย · overridden: {one}" for one in plan.overrides]
    return "".join(f'<p class="stop">{escaped(shown(line))}</p>' for line in lines)


def _aircraft(plan: Plan, site: Site, drone: DronePlan) -> str:
    known = site.drone(drone.name)
    rows = [
        ("หมายเลขระบบ · system id", str(drone.system_id)),
        ("จุดขึ้นลง · home", f"{drone.home} · {drone.home_amsl_m:g} m AMSL"),
    ]
    if known is not None:
        battery = known.battery
        rows += [
            ("ลิงก์ · link", ", ".join(map(shown, known.links))),
            (
                "แบตเตอรี่ · battery",
                f"{_battery_size(battery)} · ใช้ได้ usable {battery.usable_share:.0%}",
            ),
            (
                "ความเร็ว · speeds",
                _speeds(known),
            ),
        ]
    rows += _shift_rows(plan, site, drone)
    rows.append(("ความถี่ · frequencies", f"คำสั่ง control {_BLANK} วิดีโอ video {_BLANK}"))
    cells = "".join(f"<tr><th>{escaped(name)}</th><td>{escaped(value)}</td></tr>" for name, value in rows)
    return f'<table class="facts">{cells}</table>'


def _shift_rows(plan: Plan, site: Site, drone: DronePlan) -> list[tuple[str, str]]:
    """Of several flights: how long the shift is, and the battery sets to bring."""
    shift = shift_of(plan, site.drones, 60.0 * site.rules.turnaround_min)
    need = next((need for need in shift.batteries if need.drone == drone.name), None)
    if need is None or shift.waves < 2:
        return []
    how = "สมมติ assumed" if need.charge_assumed else "ตามที่ตั้งไว้ as set"
    return [
        ("กะ · shift", f"{span(shift.duration_s)} min · {shift.waves} รอบ waves"),
        (
            "ชุดแบตเตอรี่ · battery sets",
            f"{need.sets} · บิน flights {need.sorties} · ชาร์จ charging {minutes(need.charge_s)} min ({how})",
        ),
    ]


def _battery_size(battery: Battery) -> str:
    return battery.size_text if battery.endurance_s is None else f"ลอยตัวได้ hovers {battery.size_text}"


def _speeds(drone: Drone) -> str:
    speeds = (
        ("บิน cruise", drone.cruise_speed_m_s),
        ("ขึ้น up", drone.climb_speed_m_s),
        ("ลง down", drone.descent_speed_m_s),
    )
    return ", ".join(f"{words} {speed_m_s:g} m/s" for words, speed_m_s in speeds)


def _sorties(plan: Plan, site: Site, drone: DronePlan) -> str:
    reserve = site.rules.battery_reserve_pct
    heads = (
        "เที่ยวที่<br>sortie",
        "ภารกิจ<br>patrol",
        "ขึ้นบิน<br>take-off",
        "ลำดับ<br>order",
        "ชั้นความสูง<br>layer",
        "ระยะ<br>distance",
        "เวลา<br>duration",
        "แบตฯ ใช้<br>battery used",
        f"เหลือ (กฎ ≥ {reserve:g} %)<br>left",
    )
    rows = []
    for sortie in drone.sorties:
        patrol = site.patrol(sortie.patrol)
        rows.append(
            row(
                (
                    str(sortie.number),
                    shown(patrol.name if patrol else sortie.patrol),
                    _take_off(plan, site, sortie),
                    _order(plan, drone, sortie),
                    f"{sortie.work_altitude_m:g} m",
                    *_figures(sortie),
                )
            )
        )
    heading = "<h2>เที่ยวบิน · sorties</h2>"
    if drone.rtl_altitude_m:
        heading += (
            f"<p>push ตั้งความสูงบินกลับ · sets the altitude of return: <strong>{drone.rtl_altitude_m:g} m</strong> "
            f"({_on_board(Setting.RETURN_ALTITUDE_M, drone.rtl_altitude_m)})</p>"
        )
    note = (
        "<p class='small'>ก่อนบินกลับ RTL โดรนไต่ถึงความสูงบินกลับถ้าอยู่ต่ำกว่า ไม่ลดระดับลง: ตั้งความสูงบินกลับ"
        "ไม่สูงกว่าชั้นความสูงของตน · Before it returns (RTL) a drone climbs to this altitude if it is lower, and never "
        "descends to it: it must not be above the drone's own layer. "
        "T+ นับจากเริ่มแต่ละเที่ยว · T+ counts from the start of each sortie number. "
        f"ลม · wind: {site.rules.wind_m_s:g} m/s จากทิศที่แย่ที่สุด · from its worst side.</p>"
    )
    said = "บินต่างจากที่ภารกิจขอ · flown otherwise than asked"
    otherwise = "".join(f"<p class='small'>{said}: {escaped(shown(one))}</p>" for one in plan.notes)
    return heading + table(heads, rows, "sorties") + note + otherwise


def _figures(sortie: Sortie) -> tuple[str, ...]:
    """Distance, duration, battery used and left: in calm air, and below in the site's wind where that is known."""
    if not sortie.duration_s:
        return ("?",) * 4
    air = [("", sortie.duration_s, sortie.battery_pct)]
    if sortie.windy_battery_pct:
        air.append(("ลม wind ", sortie.windy_duration_s, sortie.windy_battery_pct))
    return (
        f"{sortie.distance_m:,.0f} m",
        "\n".join(f"{words}{span(duration_s)} min" for words, duration_s, _ in air if duration_s),
        "\n".join(f"{words}{used_pct:.0f} %" for words, _, used_pct in air),
        "\n".join(f"{words}{100.0 - used_pct:.0f} %" for words, _, used_pct in air),
    )


def _take_off(plan: Plan, site: Site, sortie: Sortie) -> str:
    """By the site's clock where the plan has a timetable, and always after the start of the wave."""
    zone, day = zone_of(site), day_of(plan, site)
    starts = [clock(one.start, zone, day=day) for one in plan.timetable if one.sortie == sortie.number]
    return "\n".join([*starts, f"T+{span(sortie.start_s)}"])


def _order(plan: Plan, drone: DronePlan, sortie: Sortie) -> str:
    """``2 / 3``: whose turn it is in the wave."""
    wave = [(one.start_s, other.name) for other in plan.drones for one in other.sorties if one.number == sortie.number]
    return f"{sorted(wave).index((sortie.start_s, drone.name)) + 1} / {len(wave)}"


def _others(plan: Plan, site: Site, drone: DronePlan) -> str:
    rows = [
        row(
            (
                shown(other.name),
                str(sortie.number),
                f"{sortie.work_altitude_m:g} m",
                f"T+{span(sortie.start_s)} – {span(sortie.start_s + sortie.duration_s)}",
                f"{math.dist(*(LocalPlane(site.home).to_xy(place) for place in (drone.home, other.home))):.0f} m",
            )
        )
        for other in plan.drones
        if other.name != drone.name
        for sortie in other.sorties
        if drone.sortie(sortie.number) is not None
    ]
    if not rows:
        return ""
    heads = (
        "โดรนอื่น<br>other drone",
        "เที่ยวที่<br>sortie",
        "ชั้นความสูง<br>layer",
        "ในอากาศ<br>in the air",
        "ห่างจุดขึ้น<br>home to home",
    )
    least = ""
    if plan.min_separation_m is not None:
        least = f"<p class='small'>ระยะห่างต่ำสุดตามแผน · least separation planned: {plan.min_separation_m:.1f} m</p>"
    return f"<h2>ในอากาศพร้อมกัน · in the air at the same time</h2>{table(heads, rows)}{least}"


def _on_board(setting: Setting, value: float) -> str:
    """What a person reads in the aircraft, under the name of each firmware."""
    return " · ".join(f"{wire.name} {in_digits(wire.value(value))}" for wire in reversed(wires_of(setting, None)))


def _rally(site: Site, drone: DronePlan) -> str:
    if not drone.rally.items:
        return "<h2>จุดลงฉุกเฉิน · rally points</h2><p>ไม่มี · none: the drone returns home</p>"
    heads = (
        "ที่<br>no.",
        "ชื่อ<br>name",
        "ละติจูด<br>latitude",
        "ลองจิจูด<br>longitude",
        "ความสูง<br>altitude",
        "ห่างบ้าน<br>from home",
    )
    names = {(one.position.lat_e7, one.position.lon_e7): shown(one.name) for one in site.zones.rally_points}
    frame = LocalPlane(drone.home)
    rows = []
    for index, item in enumerate(drone.rally.items, start=1):
        place = (item.lat_e7, item.lon_e7)
        rows.append(
            row((str(index), names.get(place, ""), *degrees(item), altitude(item), _away_from_home(item, frame)))
        )
    return f'<div class="together"><h2>จุดลงฉุกเฉิน · rally points</h2>{table(heads, rows, "points")}</div>'


def _away_from_home(item: MissionItem, frame: LocalPlane) -> str:
    try:
        return f"{math.hypot(*frame.to_xy(item.position)):,.0f} m"
    except ValueError:
        return "?"


def _findings(plan: Plan, site: Site, drone: DronePlan) -> str:
    """Errors and warnings each, with sortie and item; what is authorised by cause."""
    found = [one for one in plan.findings if one.drone in (drone.name, None)]
    if not found:
        nothing = "ยังไม่ได้ตรวจ · not checked" if plan.edited else "ไม่พบสิ่งผิดกฎ · nothing found"
        return f"<h2>ผลการตรวจสอบ · findings</h2><p>{nothing}</p>"
    heads = ("ระดับ<br>severity", "กฎ<br>rule", "เที่ยว/จุด<br>sortie/item", "รายละเอียด<br>what")
    groups = grouped(found)
    singles = [FindingGroup((one,)) for group in groups if not _is_authorised(group) for one in group.findings]
    rows = [_finding_row(group, site) for group in (*singles, *filter(_is_authorised, groups))]
    return f"<h2>ผลการตรวจสอบ · findings</h2>{table(heads, rows)}"


def _is_authorised(group: FindingGroup) -> bool:
    return group.severity is Severity.AUTHORISED


def _finding_row(group: FindingGroup, site: Site) -> str:
    worst = group.worst
    if len(group.findings) > 1:
        item = number_ranges(one.sortie for one in group.findings)
    else:
        item = "" if worst.item is None else f"{worst.sortie}/{worst.item}"
    by = authorised_until(worst, site)
    words = shown(both(group.thai, group.message)) + (f" ({shown(by)})" if by else "")
    return row((SEVERITY_WORDS[worst.severity], worst.rule, item, words))


def _orders(drone: DronePlan) -> str:
    heads = ("พิมพ์<br>type", "โดรนทำ<br>the drone will")
    rows = []
    for command, thai, english in ORDERS:
        typed = f"dronectl {command} --drone {shown(drone.name)}"
        rows.append(f"<tr><td><code>{escaped(typed)}</code></td><td>{escaped(f'{thai} · {english}')}</td></tr>")
    note = (
        "<p>ไม่ใส่ --drone คือทุกลำ · without --drone: every drone.</p>"
        "<p>หรือใช้สวิตช์โหมดบนรีโมต: นักบินมีสิทธิ์เหนือคอมพิวเตอร์เสมอ · Or the mode switch of the transmitter: the pilot "
        "always overrules the computer.</p>"
        f"<p>โทรศัพท์ · telephone: ศูนย์ควบคุม control room {_BLANK} สนามบิน aerodrome {_BLANK}</p>"
    )
    return f'<div class="together"><h2>เหตุฉุกเฉิน · emergency</h2>{table(heads, rows)}{note}</div>'


def _checklist() -> str:
    boxes = "".join(f"<li>{escaped(f'{thai} · {english}')}</li>" for thai, english in CHECKLIST)
    return f'<div class="together"><h2>ตรวจก่อนบิน · before the flight</h2><ul class="boxes">{boxes}</ul></div>'


def _signatures() -> str:
    roles = ("นักบิน · pilot", "ผู้สังเกตการณ์ · observer", "ผู้อนุมัติ · approved by")
    lines = [f"<div>{role}</div>" for role in roles] + ["<div>วันที่ เวลา · date, time</div>"] * 3
    return f'<div class="names">{"".join(lines)}</div>'


def _css_text(text: str) -> str:
    """A string in a style sheet, whatever is in it."""
    return '"' + "".join(c if c.isalnum() or c in " .,-" else f"\\{ord(c):x} " for c in text) + '"'
