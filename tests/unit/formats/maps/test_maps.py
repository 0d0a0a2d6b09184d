"""Maps of a plan: what is there is drawn, no name becomes markup, the same plan gives the same map."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import sys
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from planning_sites import drones, keep_out, obstacle, patrol, place, point, rally, square, zone
from planning_sites import site as make_site

from dronectl.errors import InputError
from dronectl.formats.maps import png as maps_png
from dronectl.formats.maps.html import render_html
from dronectl.formats.maps.labels import Label, placed
from dronectl.formats.maps.png import to_png
from dronectl.formats.maps.route import drawn_route
from dronectl.formats.maps.scene import scene_of
from dronectl.formats.maps.svg import render_svg, scale_length_m
from dronectl.formats.maps.text import draw_text
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import made_on, shown, width_em, wrapped
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import Cctv, Corridor, PoiCategory
from dronectl.model.plan.finding import Finding, Message, Severity
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.rules import Rules
from dronectl.model.site import Site
from dronectl.model.text.shown_time import both_eras
from dronectl.ops.plans.plan_map import letters_missing

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</script><script>alert(1)</script>\"'&<b onload=x>\x00\x1b[31m\ud800"


def at(command: int, x_m: float, y_m: float, altitude_m: float, **fields: float) -> MissionItem:
    spot = place(x_m, y_m)
    return MissionItem(command, lat_e7=spot.lat_e7, lon_e7=spot.lon_e7, altitude_m=altitude_m, **fields)


def mission(x_m: float, altitude_m: float) -> Mission:
    """Up, 100 m north photographed, 100 m east not, and home."""
    return Mission(
        (
            at(Command.NAV_WAYPOINT, x_m, -400.0, 145.0),
            at(Command.NAV_TAKEOFF, x_m, -400.0, altitude_m),
            MissionItem(Command.DO_CHANGE_SPEED, param1=1.0, param2=5.0),
            MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=20.0),
            at(Command.NAV_WAYPOINT, x_m, -300.0, altitude_m),
            MissionItem(Command.DO_SET_CAM_TRIGG_DIST),
            at(Command.NAV_WAYPOINT, x_m + 100.0, -300.0, altitude_m),
            MissionItem(Command.NAV_RETURN_TO_LAUNCH),
        )
    )


def site() -> Site:
    made = make_site(
        zones=[zone("park", square(0, 0, 500))],
        keep_outs=[keep_out("tower", square(100, 100, 60), 0.0, 80.0), keep_out("island", square(-100, 100, 60))],
        obstacles=[obstacle("mast", 50, -200, 67.85, 5)],
        points=[point("bank", 0, 150)],
        rally_points=[rally("field", -150, -350, 40)],
        fleet=drones(2),
    )
    cctv = Cctv("eye", "กล้อง", False, "test", place(0, -100), 60.0, 90.0, 70.0)
    street = Corridor("road", "ถนน", False, "test", (place(-200, 0), place(200, 0)), 20.0)
    return replace(made, patrols=(patrol(),), zones=replace(made.zones, cctv=(cctv,), corridors=(street,)))


def sortie(number: int, index: int) -> Sortie:
    high_m = 40.0 + 10.0 * index
    return Sortie(number, "patrol", mission(30.0 * index, high_m), 5.0 * index, 341.0, 90.0, 12.5, high_m)


def plan(of: Site, *, sorties: int = 1, findings: tuple[Finding, ...] = ()) -> Plan:
    flown = tuple(
        DronePlan(
            one.name,
            one.system_id,
            one.home,
            145.0,
            tuple(sortie(number, index) for number in range(1, sorties + 1)),
        )
        for index, one in enumerate(of.drones)
    )
    return Plan("แผน", "2026-11-22T18:00:00Z", flown, {}, 95.0, 99.5, 40.0, 12.0, findings)


def finding(severity: Severity = Severity.ERROR, **fields: object) -> Finding:
    spot = place(20.0, -250.0)
    made = Finding("keep-out", severity, "เข้าใกล้ 'tower'", "alpha", 4, "tower", spot.lat_deg, spot.lon_deg)
    return replace(made, **fields)  # type: ignore[arg-type]


def texts(svg: str) -> str:
    """All words of a page, one after the other: a long name may be broken into lines."""
    root = ElementTree.fromstring(svg)
    return "".join("".join(node.itertext()) for node in root.iter(f"{SVG}text"))


def classes(svg: str, name: str) -> list[ElementTree.Element]:
    """Elements of this class on the map itself (the legend is not clipped to its edge)."""
    root = ElementTree.fromstring(svg)
    clipped = next(node for node in root.iter() if node.get("clip-path") == "url(#map-edge)")
    return [node for node in clipped.iter() if node.get("class") == name]


class TestGround:
    @pytest.mark.parametrize("lat_deg", [0.0, 16.05, -33.0, 60.0])
    def test_is_good_to_a_thousandth_at_a_site(self, lat_deg: float) -> None:
        import pyproj

        ground = LocalPlane(GeoPoint(lat_deg, 103.65))
        geod = pyproj.Geod(ellps="WGS84")
        for azimuth in range(0, 360, 30):
            lon, lat, _ = geod.fwd(103.65, lat_deg, azimuth, 3000.0)
            x, y = ground.to_xy(GeoPoint(lat, lon))
            assert math.hypot(x, y) == pytest.approx(3000.0, rel=1e-3)
            assert math.degrees(math.atan2(x, y)) % 360 == pytest.approx(azimuth, abs=0.1) or azimuth == 0

    def test_goes_the_short_way_across_the_antimeridian(self) -> None:
        x, _ = LocalPlane(GeoPoint(0.0, 179.999)).to_xy(GeoPoint(0.0, -179.999))
        assert x == pytest.approx(222.6, abs=0.1)


class TestRoute:
    def test_lasts_as_long_as_the_plan_says_and_ends_on_the_ground(self) -> None:
        where = site()
        drone = plan(where).drones[1]
        route = drawn_route(drone, drone.sorties[0], where.drones[1])
        assert route[0].t_s == 5.0
        assert route[-1].t_s == pytest.approx(95.0)
        assert route[-1].point == drone.home
        assert [round(vertex.height_m) for vertex in route] == [0, 50, 50, 50, 50, 0]
        assert [vertex.item for vertex in route] == [0, 1, 4, 6, 7, 7]
        assert [vertex.photographed for vertex in route] == [False, False, True, False, False, False]
        assert [b.t_s > a.t_s for a, b in pairwise(route)] == [True] * 5

    def test_heights_above_the_sea_become_heights_above_home(self) -> None:
        where = site()
        drone = plan(where).drones[0]
        high = at(Command.NAV_WAYPOINT, 0.0, 0.0, 200.0)
        high = replace(high, frame=int(Frame.GLOBAL))
        sortie = replace(drone.sorties[0], mission=Mission((*drone.sorties[0].mission.items[:2], high)))
        assert drawn_route(drone, sortie, None)[-1].height_m == pytest.approx(55.0)

    @pytest.mark.parametrize(
        "item",
        [
            MissionItem(Command.NAV_WAYPOINT, lat_e7=2_000_000_000, lon_e7=1, altitude_m=10.0),
            MissionItem(Command.NAV_WAYPOINT, lat_e7=1, lon_e7=1, altitude_m=math.nan),
            MissionItem(Command.NAV_WAYPOINT, param1=math.inf, lat_e7=1, lon_e7=1, altitude_m=10.0),
            MissionItem(Command.NAV_WAYPOINT, lat_e7=1, lon_e7=1, altitude_m=1e30),
            MissionItem(Command.DO_CHANGE_SPEED, param1=1.0, param2=1e-38),
            MissionItem(Command.NAV_DELAY, param1=3e38),
            MissionItem(60_000),
        ],
    )
    def test_foreign_items_never_break_a_map(self, item: MissionItem) -> None:
        where = site()
        made = plan(where)
        sortie = made.drones[0].sorties[0]
        odd = replace(sortie, mission=Mission((*sortie.mission.items[:3], item, *sortie.mission.items[3:])))
        made = replace(made, drones=(replace(made.drones[0], sorties=(odd,)), *made.drones[1:]))
        ElementTree.fromstring(render_svg(made, where))
        assert "NaN" not in render_html(made, where)
        assert draw_text(scene_of(made, where, None), 60, 20)


class TestLabels:
    @given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300), st.floats(1, 80)), max_size=25))
    @examples(20)
    def test_never_lie_on_each_other_nor_outside(self, wanted: list[tuple[float, float, float]]) -> None:
        labels = [Label(str(n), (x, y), wide, 12.0, reach=3) for n, (x, y, wide) in enumerate(wanted)]
        centres = placed(labels, (0.0, 0.0, 300.0, 300.0), [(100.0, 100.0, 140.0, 140.0)])
        boxes = [(100.0, 100.0, 140.0, 140.0)]
        for label in labels:
            if label.key in centres:
                x, y = centres[label.key]
                box = (x - label.width / 2, y - 6.0, x + label.width / 2, y + 6.0)
                assert min(box) >= 0
                assert max(box) <= 300
                assert not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in boxes)
                boxes.append(box)

    def test_what_must_show_shows(self) -> None:
        label = Label("only", (50.0, 50.0), 20.0, 10.0, must_show=True)
        assert "only" in placed([label], (0.0, 0.0, 100.0, 100.0), [(0.0, 0.0, 100.0, 100.0)])
        assert placed([replace(label, must_show=False)], (0.0, 0.0, 100.0, 100.0), [(0.0, 0.0, 100.0, 100.0)]) == {}


class TestWords:
    def test_dates_are_in_both_eras(self) -> None:
        assert both_eras(date(2022, 2, 28)) == ("28 กุมภาพันธ์ พ.ศ. 2565", "28 February 2022")

    def test_the_day_is_the_site_s(self) -> None:
        assert made_on("2026-11-22T18:00:00Z", "Asia/Bangkok").startswith("23 พฤศจิกายน พ.ศ. 2569")
        assert made_on("2026-11-22T18:00:00", "UTC").endswith("22 November 2026")

    @pytest.mark.parametrize("odd", ["", "yesterday", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
    def test_a_date_that_is_none_is_shown_as_it_is(self, odd: str) -> None:
        assert made_on(odd, "Asia/Bangkok") == odd or made_on(odd, "Asia/Bangkok").startswith(("1 ", "31 "))

    @given(st.text(max_size=120), st.floats(4, 40))
    def test_lines_fit_and_lose_nothing(self, text: str, most_em: float) -> None:
        lines = wrapped(text, most_em, 10_000)
        assert "".join("".join(lines).split()) == "".join(shown(text).split())

    def test_thai_breaks_between_clusters(self) -> None:
        lines = wrapped("พระพุทธรัตนมงคลมหามุนีเกาะกลางบึงพลาญชัย", 8.0, 9)
        assert len(lines) > 1
        assert all(width_em(line) <= 8.5 for line in lines)
        assert not any(line[0] in "ะาำ่้๊๋์ิีึืุูั็" or line[-1] in "เแโใไ" for line in lines)

    def test_cut_lines_say_so(self) -> None:
        assert wrapped("one two three four", 4.0, 2)[-1].endswith("…")


class TestSvg:
    def test_is_valid_stands_alone_and_is_the_same_each_time(self) -> None:
        where = site()
        made = plan(where, findings=(finding(),))
        svg = render_svg(made, where)
        ElementTree.fromstring(svg)
        assert svg == render_svg(made, where)
        assert set(re.findall(r"https?://[^\"' ]+", svg)) == {"http://www.w3.org/2000/svg"}
        assert 'width="297mm" height="210mm"' in svg
        assert set(re.findall(r"url\((#?[^)]*)\)", svg)) <= {f"#{name}" for name in re.findall(r' id="([^"]+)"', svg)}

    def test_draws_all_that_is_there(self) -> None:
        where = site()
        svg = render_svg(plan(where, findings=(finding(), finding(Severity.AUTHORISED))), where)
        wanted = {"keep-out": 2, "fence": 1, "zone": 1, "obstacle": 1, "cctv": 1, "corridor": 1, "route": 2}
        assert {name: len(classes(svg, name)) for name in wanted} == wanted
        assert len(classes(svg, "photographed")) == 2
        words = texts(svg)
        for text in ("ลาดตระเวน", "ทดสอบ", "0–80 m", "ทุกความสูง", "67.85 m", "จุดรวม", "จุด", "alpha", "bravo"):
            assert text in words
        for text in ("23 พฤศจิกายน พ.ศ. 2569", "23 November 2026", "50 m", "341 m · 1:30 min", "น N", "keep-out"):
            assert text in words
        assert "พื้นที่" in words
        assert words.count("tower") == 2

    def test_draws_each_drone_in_its_colour_and_dashes(self) -> None:
        where = site()
        colours = ("#112233", "#445566")
        fleet = tuple(replace(one, colour=colour) for one, colour in zip(where.drones, colours, strict=True))
        where = replace(where, drones=fleet)
        routes = classes(render_svg(plan(where), where), "route")
        assert [route.get("stroke") for route in routes] == list(colours)
        dashes = {
            node.get("stroke-dasharray") for route in routes for node in route.iter() if node.get("class") == "transit"
        }
        assert len(dashes) == 2

    def test_puts_the_route_where_it_is(self) -> None:
        where = site()
        made = plan(where)
        scene = scene_of(made, where, None)
        box = (0.0, 0.0, 1000.0, 500.0)
        view = MapView.of(scene.frame, scene.focus(), box)
        (x0, y0), (x1, y1) = view.at(place(0, 0)), view.at(place(100, 50))
        assert x1 - x0 == pytest.approx(100 * view.scale, rel=1e-3)
        assert y0 - y1 == pytest.approx(50 * view.scale, rel=1e-3)
        for spot in scene.focus():
            x, y = view.at(spot)
            assert box[0] <= x <= box[2]
            assert box[1] <= y <= box[3]
        assert scale_length_m(view) * view.scale <= 220.0 < scale_length_m(view) * view.scale * 2.5

    @pytest.mark.parametrize("sorties", [1, 3, 40])
    def test_the_column_never_runs_into_the_overview(self, sorties: int) -> None:
        where = site()
        spots = [replace(point(f"p{n}", 10.0 * n, 0.0), category=category) for n, category in enumerate(PoiCategory)]
        where = replace(where, zones=replace(where.zones, points=tuple(spots)))
        many = tuple(finding(Severity.WARNING, message="ยาวมาก " * 60) for _ in range(30))
        root = ElementTree.fromstring(render_svg(plan(where, sorties=sorties, findings=many), where))
        column = [node for node in root.iter(f"{SVG}text") if float(node.get("x", "0")) >= 884 and node.text]
        heights = [float(node.get("y", "0")) for node in column if "overview" not in (node.text or "")]
        assert max(heights) < 658
        assert len(column) > 15
        if sorties == 40:
            assert re.search(r"and \d+ more \(--sortie N\)", texts(ElementTree.tostring(root, encoding="unicode")))

    def test_numbers_each_waypoint_once(self) -> None:
        where = site()
        made = plan(where)
        held = replace(made.drones[0].sorties[0].mission.items[4], param1=15.0)
        items = made.drones[0].sorties[0].mission.items
        flown = replace(made.drones[0].sorties[0], mission=Mission((*items[:4], held, *items[5:])))
        svg = render_svg(replace(made, drones=(replace(made.drones[0], sorties=(flown,)),)), where)
        marked = [node.get("data-item") for node in classes(svg, "fixed") if node.get("data-item")]
        assert marked == ["4", "6"]

    def test_shows_one_sortie_alone(self) -> None:
        where = site()
        made = plan(where, sorties=3, findings=(finding(sortie=1), finding(sortie=2)))
        assert len(classes(render_svg(made, where), "route")) == 6
        one = render_svg(made, where, sortie=2)
        assert len(classes(one, "route")) == 2
        assert "sortie 2" in texts(one)
        assert len(scene_of(made, where, 2).findings) == 1

    def test_errors_come_first_and_those_that_do_not_fit_are_counted(self) -> None:
        where = site()
        many = (
            *(finding(Severity.WARNING, item=n, message=f"no. {n}") for n in range(40)),
            finding(message="THE WORST"),
        )
        scene = scene_of(plan(where, findings=many), where, None)
        assert scene.findings[0].group.message == "THE WORST"
        words = texts(render_svg(plan(where, findings=many), where))
        assert "THE WORST" in words
        assert re.search(r"and \d+ more: dronectl plan check", words)

    def test_findings_of_one_cause_are_one_line_in_thai_and_english_with_their_number_at_each_place(self) -> None:
        where = site()
        said = Message("8 m from it", "ห่าง 8 ม.", "near", ("within 10 m, nearest 8 m", "ห่างไม่ถึง 10 ม. ใกล้ที่สุด 8 ม."))
        spots = [place(20.0, -250.0), place(60.0, -200.0)]
        found = tuple(
            replace(finding(Severity.WARNING, sortie=n, lat_deg=at.lat_deg, lon_deg=at.lon_deg), words=said)
            for n, at in enumerate(spots, start=1)
        )
        (one,) = scene_of(plan(where, sorties=2, findings=found), where, None).findings
        assert one.places() == spots
        assert one.places(2) == spots[1:]
        text = one.text(where)
        assert text == (
            "คำเตือน · warning – keep-out: 2 เที่ยวบิน ห่างไม่ถึง 10 ม. ใกล้ที่สุด 8 ม. · 2 sorties within 10 m, nearest 8 m"
        )
        svg = render_svg(plan(where, sorties=2, findings=found), where)
        marks = [node.get("data-finding") for node in classes(svg, "fixed") if node.get("data-finding")]
        assert marks == ["1", "1"]

    def test_what_is_authorised_is_marked_at_its_worst_place_only(self) -> None:
        where = site()
        found = tuple(
            finding(Severity.AUTHORISED, sortie=n, amount=float(n), lat_deg=place(20.0 * n, 0.0).lat_deg)
            for n in range(1, 4)
        )
        (one,) = scene_of(plan(where, sorties=3, findings=found), where, None).findings
        assert [at.lat_deg for at in one.places()] == [place(60.0, 0.0).lat_deg]
        assert [at.lat_deg for at in one.places(1)] == [place(20.0, 0.0).lat_deg]

    @pytest.mark.parametrize("name", [HOSTILE, "", "ก" * 3000, "  "])
    def test_names_are_words_and_nothing_else(self, name: str) -> None:
        where, made = _renamed(name)
        svg = render_svg(made, where)
        root = ElementTree.fromstring(svg)
        assert {node.tag.removeprefix(SVG) for node in root.iter()}.isdisjoint({"script", "b"})
        assert "\x1b" not in svg

    def test_an_empty_plan_is_a_map_of_the_site(self) -> None:
        where = site()
        empty = replace(plan(where), drones=(), makespan_s=0.0, coverage_pct=None, min_separation_m=None)
        svg = render_svg(empty, where)
        assert len(classes(svg, "keep-out")) == 2
        assert classes(svg, "route") == []

    def test_an_empty_site_is_an_empty_map(self) -> None:
        bare = replace(site(), zones=type(site().zones)(), drones=(), patrols=())
        empty = replace(plan(bare), drones=())
        ElementTree.fromstring(render_svg(empty, bare))
        assert "<svg" in render_html(empty, bare)
        assert draw_text(scene_of(empty, bare, None), 10, 5)

    def test_an_edited_plan_says_so(self) -> None:
        where = site()
        edited = replace(plan(where), edited=("alpha.waypoints",))
        assert "NOT TO BE FLOWN" in texts(render_svg(edited, where))
        assert "not to be flown" in render_html(edited, where)

    def test_a_finding_at_no_place_is_listed_only(self) -> None:
        where = site()
        lost = finding(lat_deg=None, lon_deg=None, message="LOST")
        far = finding(lat_deg=400.0, message="FAR")
        svg = render_svg(plan(where, findings=(lost, far)), where)
        assert "LOST" in texts(svg)
        assert classes(svg, "leader") == []


class TestHtml:
    def test_fetches_nothing_and_runs_only_its_own_script(self) -> None:
        where = site()
        page = render_html(plan(where, findings=(finding(),)), where)
        assert re.findall(r"""(?:src|href)=|https?:|@import|url\((?!#)""", page) == []
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
        assert policy is not None
        assert "default-src 'none'" in policy[1]
        for tag in ("script", "style"):
            (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy[1]
        assert page == render_html(plan(where, findings=(finding(),)), where)
        assert not re.search(r"\sstyle=|\son\w+=", page)

    def test_the_script_gets_every_flight_in_time(self) -> None:
        where = site()
        made = plan(where, sorties=2)
        data = _data(render_html(made, where, sortie=2))
        assert data["first"] == 2
        assert [(flight["name"], flight["sortie"]) for flight in data["flights"]] == [
            ("alpha", 1), ("bravo", 1), ("alpha", 2), ("bravo", 2),
        ]  # fmt: skip
        for flight in data["flights"]:
            times = [step[0] for step in flight["steps"]]
            assert times == sorted(times)
            assert flight["steps"][-1][3] == 0.0

    def test_names_stay_text(self) -> None:
        where, made = _renamed(HOSTILE)
        page = render_html(made, where)
        assert page.count("<script") == 2
        assert page.count("</script>") == 2
        assert "<b " not in page
        assert _data(page)["flights"][0]["name"].startswith("</script>")

    def test_is_small(self) -> None:
        where = site()
        assert len(render_html(plan(where), where).encode()) < 100_000


class TestText:
    def test_fits_and_shows_routes_homes_and_names(self) -> None:
        where = site()
        rows = draw_text(scene_of(plan(where, findings=(finding(),)), where, None), 70, 24)
        lines = ["".join(run.text for run in row) for row in rows]
        grid = lines[1:25]
        assert all(len(line) <= 70 for line in grid)
        drawn = "".join(grid)
        assert all(letter in drawn for letter in "12!R*^")
        assert any("\u2800" < character <= "\u28ff" for character in drawn)
        assert {run.style for row in rows for run in row} >= {
            "zone",
            "keep-out",
            "error",
            "bold",
            where.drones[0].colour,
        }
        assert any("alpha" in line and "341 m" in line for line in lines)
        assert any("0–80 m" in line for line in lines)

    def test_keep_outs_are_filled_and_their_holes_open(self) -> None:
        import shapely

        ring = shapely.Polygon(square(0, 0, 400), [square(0, 0, 200)])
        where = make_site(keep_outs=[keep_out("ring", ring)], fleet=drones(1))
        rows = draw_text(scene_of(replace(plan(where), drones=()), where, None), 60, 30)
        row = "".join(run.text for run in rows[16])
        assert sum("\u2800" < character <= "\u28ff" for character in row) >= 6
        assert row[28:32].strip() == ""

    def test_hostile_names_send_no_control_characters(self) -> None:
        where, made = _renamed(HOSTILE)
        text = "".join(run.text for row in draw_text(scene_of(made, where, None), 60, 20) for run in row)
        assert not any(ord(character) < 32 for character in text)


class TestPng:
    def test_is_a_picture_of_the_page(self) -> None:
        where = site()
        png = to_png(render_svg(plan(where), where))
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        wide, high = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
        assert wide / high == pytest.approx(297 / 210, abs=0.002)
        assert wide > 2000

    def test_a_computer_without_thai_letters_is_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(maps_png, "to_png", lambda svg: svg.replace("ก", "").replace(" ", "").encode())
        assert letters_missing(Path("x.png")) is not None
        assert letters_missing(Path("x.svg")) is None
        monkeypatch.setattr(maps_png, "to_png", lambda svg: svg.encode())
        assert letters_missing(Path("x.PNG")) is None

    def test_without_the_extra_it_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "resvg_py", None)
        with pytest.raises(InputError, match="resvg-py") as raised:
            to_png("<svg/>")
        assert "dronectl[maps]" in raised.value.hint


def _data(page: str) -> dict[str, list[dict[str, list[list[float]]]]]:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)  # type: ignore[no-any-return]


def _renamed(name: str) -> tuple[Site, Plan]:
    """Everything that can have a name has this one."""
    where = site()
    zones = where.zones
    renamed = {
        kind: tuple(replace(one, name=name) for one in getattr(zones, kind))
        for kind in ("fences", "zones", "keep_outs", "obstacles", "points", "rally_points", "cctv", "corridors")
    }
    where = replace(where, name=name, zones=replace(zones, **renamed), patrols=(replace(where.patrols[0], name=name),))
    where = replace(where, rules=Rules(ceiling_m=90.0))
    bad = finding(message=name, rule=name, drone=name, authorisation=name)
    made = plan(where, findings=(bad,))
    flown = tuple(replace(one, name=name) for one in made.drones)
    return where, replace(made, name=name, created_utc=name, drones=flown)
