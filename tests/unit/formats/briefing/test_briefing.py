"""The briefing sheet: all that a pilot needs stands on it, what forbids the flight first, no name becomes markup."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from lxml import html as lxml_html
from planning_sites import drones, keep_out, patrol, place, rally, square, zone
from planning_sites import site as make_site

from dronectl.formats.briefing.sheet import render_briefing
from dronectl.formats.briefing.words import action, altitude
from dronectl.formats.plans.plan_folder import plan_sha256
from dronectl.model.fleet import Battery
from dronectl.model.law.filing import Filing, Recipient
from dronectl.model.law.law import Law
from dronectl.model.law.paper import Paper, PaperKind, Pilot
from dronectl.model.plan.finding import Finding, Message, Severity
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.plan.schedule import Departure
from dronectl.model.rules import Authorisation, Rules
from dronectl.model.site import Site
from dronectl.model.validity import DailyHours, Validity

DAY = date(2026, 11, 25)
HOSTILE = "</style></script><script>alert(1)</script>\"'&<b onload=x>\\\x00\x1b[31m"
PAPER = Authorisation("กพท.", "ที่ ๑๒/๒๕๖๙", date(2026, 1, 1), date(2026, 12, 31), ("aerodrome",))


def at(command: int, x_m: float, y_m: float, altitude_m: float, **fields: float) -> MissionItem:
    spot = place(x_m, y_m)
    return MissionItem(command, lat_e7=spot.lat_e7, lon_e7=spot.lon_e7, altitude_m=altitude_m, **fields)  # type: ignore[arg-type]


MISSION = Mission(
    (
        at(Command.NAV_WAYPOINT, 0.0, -400.0, 145.0),
        at(Command.NAV_TAKEOFF, 0.0, -400.0, 40.0),
        MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=20.0),
        at(Command.NAV_WAYPOINT, 0.0, -300.0, 40.0),
        at(Command.NAV_LOITER_TIME, 100.0, -300.0, 40.0, param1=15.0),
        MissionItem(Command.NAV_RETURN_TO_LAUNCH),
    )
)


def site() -> Site:
    made = make_site(
        zones=[zone("park", square(0, 0, 500))],
        keep_outs=[keep_out("tower", square(100, 100, 60), 0.0, 80.0)],
        rally_points=[rally("field", -150, -350, 40)],
        fleet=drones(2),
    )
    return replace(made, patrols=(patrol(),), authorisations=(PAPER,))


def plan(of: Site, *, sorties: int = 1, **fields: object) -> Plan:
    spot = place(-150, -350)
    points = Mission(
        (MissionItem(Command.RALLY_POINT, lat_e7=spot.lat_e7, lon_e7=spot.lon_e7, altitude_m=40.0),), MissionType.RALLY
    )
    flown = tuple(
        DronePlan(
            *(one.name, one.system_id, one.home, 145.0),
            tuple(
                Sortie(number, "patrol", MISSION, 20.0 * index, 341.0, 90.0, 12.5, 40.0 + 10.0 * index)
                for number in range(1, sorties + 1)
            ),
            rally=points,
        )
        for index, one in enumerate(of.drones)
    )
    made = Plan("แผนเช้า", "2026-11-22T18:00:00Z", flown, {}, 95.0, 99.5, 40.0, 12.0)
    return replace(made, **fields)  # type: ignore[arg-type]


def sheet(of: Site, made: Plan, which: int = 0, day: date = DAY) -> str:
    return render_briefing(made, of, [made.drones[which]], day=day)


def words(page: str) -> str:
    return " ".join(lxml_html.fromstring(page).text_content().split())


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    root = lxml_html.fromstring(page)
    (title,) = [one for one in root.iter("h2") if heading in one.text_content()]
    table = next(one for one in title.itersiblings() if one.tag == "table")
    return [[cell.text_content() for cell in row.findall("td")] for row in table.find("tbody").findall("tr")]


def test_who_when_and_which_plan() -> None:
    here = site()
    made = plan(here)
    text = words(sheet(here, made))
    assert "Flight briefing: alpha" in text
    assert "25 พฤศจิกายน พ.ศ. 2569" in text
    assert "25 November 2026" in text
    assert "แผนเช้า" in text
    assert plan_sha256(made) in text
    assert "not to be flown" not in text


def test_the_sorties_with_order_layer_and_battery() -> None:
    here = site()
    (row,) = rows(sheet(here, plan(here), 1), "sorties")
    assert row[2:] == ["T+0:20", "2 / 2", "50 m", "341 m", "1:30 min", "12 %", "88 %"]
    assert rows(sheet(here, plan(here), 1), "at the same time")[0][:4] == ["alpha", "1", "40 m", "T+0:00 – 1:30"]


def departures(*starts: datetime) -> tuple[Departure, ...]:
    return tuple(Departure(1, "patrol", index + 1, start, start) for index, start in enumerate(starts))


def test_take_offs_are_told_by_the_clock_of_the_site() -> None:
    morning, noon = datetime(2026, 11, 25, 0, 30, tzinfo=UTC), datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
    here = site()
    assert rows(sheet(here, plan(here, timetable=departures(morning, noon))), "sorties")[0][2] == (
        "07:30 UTC+7\n12:00 UTC+7\nT+0:00"
    )
    st_johns = replace(here, time_zone="America/St_Johns")
    assert rows(sheet(st_johns, plan(here, timetable=departures(noon))), "sorties")[0][2] == "01:30 UTC-3:30\nT+0:00"


def test_a_flight_after_midnight_is_of_the_next_day_and_needs_its_papers_too() -> None:
    here = site()
    late = departures(datetime(2026, 12, 31, 15, 0, tzinfo=UTC), datetime(2026, 12, 31, 18, 0, tzinfo=UTC))
    page = sheet(here, plan(here, timetable=late), day=date(2026, 12, 31))
    assert rows(page, "sorties")[0][2] == "22:00 UTC+7\n01:00 +1 d UTC+7\nT+0:00"
    assert rows(page, "authorisations")[0][-1] == "ใช้ไม่ได้ NOT VALID"
    assert "31 December 2026 – 1 January 2027" in words(page)


def test_a_plan_without_a_day_says_so_and_one_for_another_day_is_not_to_be_flown() -> None:
    here = site()
    assert "the plan names no day" in words(sheet(here, plan(here)))
    own = words(sheet(here, plan(here, day=DAY)))
    assert "names no day" not in own
    assert "another day" not in own
    other = words(sheet(here, plan(here, day=DAY), day=date(2026, 11, 26)))
    assert "The plan is for 25 November 2026: not to be flown on another day" in other


def test_a_battery_is_told_in_its_own_unit_and_its_use_in_calm_air_and_in_wind() -> None:
    here = site()
    batteries = (Battery(97.7, 300.0, 280.0), Battery.from_endurance(28.0 * 60.0, usable_share=0.8))
    fleet = tuple(replace(one, battery=battery) for one, battery in zip(here.drones, batteries, strict=True))
    here = replace(here, drones=fleet)
    made = plan(here)
    windy = (replace(made.drones[0].sorties[0], windy_duration_s=100.0, windy_battery_pct=15.2),)
    made = replace(made, drones=(replace(made.drones[0], sorties=windy), made.drones[1]))
    page = sheet(here, made)
    assert "97.7 Wh · ใช้ได้ usable 100%" in words(page)
    lasts, used, left = rows(page, "sorties")[0][-3:]
    assert (lasts, used, left) == ("1:30 min\nลม wind 1:40 min", "12 %\nลม wind 15 %", "88 %\nลม wind 85 %")
    assert "ลอยตัวได้ hovers 28 min · ใช้ได้ usable 80%" in words(sheet(here, made, 1))
    assert "Wh" not in words(sheet(here, made, 1))


def test_every_item_has_its_line() -> None:
    here = site()
    table = rows(sheet(here, plan(here)), "waypoints")
    assert [row[0] for row in table] == ["1", "2", "3", "4", "5"]
    spot = place(0.0, -300.0)
    number, what, lat, lon, high, leg, course, when = table[2]
    assert (number, what) == ("3", "บินไป · fly to")
    assert (lat, lon, high) == (f"{spot.lat_deg:.7f}", f"{spot.lon_deg:.7f}", "40 m")
    assert leg.endswith(" m")
    assert re.fullmatch(r"\d{3}°", course)
    assert when.startswith("T+")
    assert table[1][1:5] == ["ถ่ายภาพ · photographs: 20 m", "", "", ""]
    assert table[3][1] == "ลอยตัว · hold 15 s"
    assert table[3][6] == "090°"


def test_scale_bar_and_north_arrow_hide_nothing_of_the_flight() -> None:
    """The signs of the flight lie between the bar at the bottom and the arrow at the top."""
    here = site()
    page = sheet(here, plan(here))
    drawn = page.partition('class="route"')[2].partition("</svg>")[0]
    spots = [tuple(map(float, spot)) for spot in re.findall(r"translate\(([\d.-]+) ([\d.-]+)\)\" data-item", drawn)]
    assert spots
    assert all(60.0 < x < 700.0 and 70.0 < y < 500.0 for x, y in spots)


def test_each_sortie_has_a_map_and_a_table() -> None:
    here = site()
    page = sheet(here, plan(here, sorties=3))
    assert page.count('class="map"') == 3
    assert len(set(re.findall(r'clipPath id="([^"]+)"', page))) == 3
    assert len(rows(page, "sorties")) == 3


def test_rally_points_papers_orders_boxes_and_signatures() -> None:
    here = site()
    page = sheet(here, plan(here))
    (point,) = rows(page, "rally points")
    assert point[1] == here.zones.rally_points[0].name
    (paper,) = rows(page, "authorisations")
    assert paper[:2] == ["กพท.", "ที่ ๑๒/๒๕๖๙"]
    assert "1 มกราคม พ.ศ. 2569 (2026-01-01)" in paper[2]
    assert paper[-1] == "ใช้ได้ valid"
    for order in ("hold", "resume", "rtl", "land"):
        assert f"<code>dronectl {order} --drone alpha</code>" in page
    assert page.count("<li>") >= 10
    assert "นักบิน · pilot" in page


def test_a_paper_that_is_not_valid_that_day_says_so() -> None:
    here = site()
    assert rows(sheet(here, plan(here), day=date(2027, 1, 1)), "authorisations")[0][-1] == "ใช้ไม่ได้ NOT VALID"


def test_findings_of_this_drone_and_of_all_errors_first() -> None:
    here = site()
    found = (
        Finding("aerodrome", Severity.AUTHORISED, "ใกล้", "alpha", 3, authorisation="ที่ ๑"),
        Finding("fence", Severity.ERROR, "นอกเขต", "alpha", 4),
        Finding("separation", Severity.WARNING, "ใกล้กัน"),
        Finding("fence", Severity.ERROR, "ของลำอื่น", "bravo", 4),
    )
    page = sheet(here, plan(here, findings=found))
    assert [row[1:] for row in rows(page, "findings")] == [
        ["fence", "1/4", "นอกเขต"],
        ["separation", "", "ใกล้กัน"],
        ["aerodrome", "1/3", "ใกล้ (ที่ ๑)"],
    ]
    assert "Breaks rules in 2 places: not to be flown" in words(page)


def test_findings_are_in_thai_and_what_is_authorised_is_told_once_with_its_last_day() -> None:
    authorisation = Authorisation("กพท.", "ที่ ๑", date(2026, 1, 1), date(2026, 12, 31), ("aerodrome",))
    here = replace(site(), authorisations=(authorisation,))
    near = Message("2 km from VTUR", "ห่าง VTUR 2 กม.", "near", ("within 9 km of VTUR", "ห่าง VTUR ไม่ถึง 9 กม."))
    high = Message("95 m above ground", "สูง 95 ม.", "high", ("above 90 m", "สูงเกิน 90 ม."))
    found = (
        *(
            Finding(
                "aerodrome", Severity.AUTHORISED, near.english, "alpha", 3, authorisation="ที่ ๑", sortie=n, words=near
            )
            for n in (1, 2)
        ),
        *(Finding("ceiling", Severity.WARNING, high.english, "alpha", n, sortie=n, words=high) for n in (1, 2)),
    )
    assert [row[1:] for row in rows(sheet(here, plan(here, findings=found)), "findings")] == [
        ["ceiling", "1/1", "สูง 95 ม. · 95 m above ground"],
        ["ceiling", "2/2", "สูง 95 ม. · 95 m above ground"],
        [
            "aerodrome",
            "1–2",
            "2 เที่ยวบิน ห่าง VTUR ไม่ถึง 9 กม. · 2 sorties within 9 km of VTUR (ที่ ๑ ถึง until 2026-12-31)",
        ],
    ]


def test_an_edited_plan_is_not_to_be_flown_and_knows_no_figures() -> None:
    here = site()
    made = plan(here, edited=("alpha.plan",), min_separation_m=None)
    unknown = tuple(replace(one, distance_m=0.0, duration_s=0.0, battery_pct=0.0) for one in made.drones[0].sorties)
    made = replace(made, drones=(replace(made.drones[0], sorties=unknown), *made.drones[1:]))
    page = sheet(here, made)
    assert "Edited since it was checked: not to be flown" in words(page)
    assert rows(page, "sorties")[0][-4:] == ["?", "?", "?", "?"]
    assert "not checked" in words(page)


def test_an_override_is_named() -> None:
    here = site()
    assert "overridden: ceiling by สมชาย" in words(sheet(here, plan(here, overrides=("ceiling by สมชาย",))))


def test_no_name_becomes_markup() -> None:
    here = replace(site(), name=HOSTILE)
    made = plan(here, name=HOSTILE, overrides=(HOSTILE,), findings=(Finding("fence", Severity.ERROR, HOSTILE),))
    named = replace(made.drones[0], name=HOSTILE)
    page = sheet(here, replace(made, drones=(named, *made.drones[1:])))
    assert "<script" not in page
    assert page.count("</style>") == page.count("<style") == 1
    root = lxml_html.fromstring(page)
    assert not root.xpath("//*[@onload]")
    assert "\x1b" not in page


def test_the_policy_allows_this_style_alone() -> None:
    here = site()
    page = sheet(here, plan(here))
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page
    assert "size:A4" in style
    assert not re.search(r"(src|href)=|url\((?!#)|@import", page)


def test_the_same_plan_gives_the_same_sheet_and_one_file_holds_several() -> None:
    here = site()
    made = plan(here)
    both = render_briefing(made, here, made.drones, day=DAY)
    assert both == render_briefing(made, here, made.drones, day=DAY)
    assert both.count('<section class="sheet">') == 2


def test_a_drone_that_does_not_fly_and_items_that_are_nowhere() -> None:
    here = site()
    made = plan(here)
    idle = replace(made.drones[0], sorties=(), rally=Mission((), MissionType.RALLY))
    assert "No flight in this plan" in words(render_briefing(made, here, [idle], day=DAY))
    nowhere = Mission((*MISSION.items, MissionItem(16, lat_e7=2_000_000_000, lon_e7=1, altitude_m=float("nan"))))
    sortie = replace(made.drones[0].sorties[0], mission=nowhere)
    strange = replace(made.drones[0], sorties=(sortie,))
    page = render_briefing(replace(made, drones=(strange,)), here, [strange], day=DAY)
    assert len(rows(page, "waypoints")) == 6


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (MissionItem(Command.NAV_WAYPOINT, param1=5.0), "บินไป · fly to + hold 5 s"),
        (MissionItem(Command.NAV_LOITER_TURNS, param1=2.0, param3=-30.0), "บินวน · circle 2 × r 30 m"),
        (MissionItem(Command.DO_CHANGE_SPEED, param1=1.0, param2=6.5), "ความเร็ว · speed 6.5 m/s"),
        (MissionItem(Command.DO_SET_CAM_TRIGG_DIST), "หยุดถ่ายภาพ · photographs off"),
        (MissionItem(Command.DO_JUMP, param1=3.0, param2=2.0), "ทำซ้ำจาก · repeat from 3, 2×"),
        (MissionItem(Command.DO_SET_ROI, lat_e7=160000000, lon_e7=1036000000), "กล้องชี้ไป · camera at"),
        (MissionItem(Command.DO_SET_ROI), "เลิกชี้กล้อง · camera free"),
        (MissionItem(Command.DO_SET_SERVO), "DO_SET_SERVO"),
        (MissionItem(4242), "command 4242"),
    ],
)
def test_what_an_item_does(item: MissionItem, text: str) -> None:
    assert action(item) == text


def test_altitudes_say_what_they_are_measured_from() -> None:
    assert altitude(MissionItem(16, Frame.GLOBAL_RELATIVE_ALT, altitude_m=58.0)) == "58 m"
    assert altitude(MissionItem(16, Frame.GLOBAL, altitude_m=203.5)) == "203.5 m AMSL"
    assert altitude(MissionItem(16, Frame.GLOBAL_TERRAIN_ALT, altitude_m=58.0)) == "58 m AGL"


def test_what_was_filed_and_told_and_which_papers_are_valid_that_day() -> None:
    filing = Filing(
        (Recipient.UAS_PORTAL,),
        "UAS-17",
        date(2026, 1, 5),
        Validity(date(2026, 1, 8), DAY),
        "ร.ต.อ. สมชาย",
        "ลาดตระเวน",
    )
    insurance = Paper(PaperKind.INSURANCE, "IN-1", date(2026, 1, 1), DAY, amount_baht=1e6)
    pilot = Pilot("ส.ต.ท. สมหญิง", 1999, "P-7", DAY)
    dated = replace(keep_out("school", square(0, 0, 50)), validity=Validity(hours=(DailyHours(450, 510),)))
    here = replace(site(), rules=Rules(), filings=(filing,), papers=(insurance,), pilots=(pilot,))
    here = replace(here, zones=replace(here.zones, keep_outs=(dated,)), rules=Rules(law=Law.THAILAND))
    page = sheet(here, plan(here))
    portal, centre = rows(page, "filed and told")
    assert portal[:4] == [
        "UAS Portal ของ กพท. · UAS Portal",
        "UAS-17",
        "5 มกราคม พ.ศ. 2569 (2026-01-05)",
        "ร.ต.อ. สมชาย",
    ]
    assert portal[-1] == "ใช้ได้ valid"
    assert centre[0].endswith("Police Anti-Drone Centre")
    assert centre[-1] == "ไม่มีบันทึก NOT RECORDED"
    papers = {row[0].rpartition(" · ")[2]: row[1:] for row in rows(page, "papers")}
    assert papers["insurance"][0] == "IN-1"
    assert papers["insurance"][-1] == "ใช้ได้ valid"
    assert papers["pilot"][0] == "ส.ต.ท. สมหญิง (P-7)"
    assert papers["CAAT registration"][-1] == "ไม่มีบันทึก NOT RECORDED"
    assert "1999" not in page, "of a birthday the sheet says nothing"
    assert rows(page, "dated areas") == [["ห้ามบิน (school)", "07:30-08:30", "ปิด – ห้ามเข้า CLOSED"]]
    later = sheet(here, plan(here), day=date(2027, 1, 1))
    assert rows(later, "filed and told")[0][-1] == "ใช้ไม่ได้ NOT VALID"
    assert {row[-1] for row in rows(later, "papers") if row[1]} == {"ใช้ไม่ได้ NOT VALID"}
