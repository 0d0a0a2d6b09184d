"""A plan as one page that needs no network: the map to pan and zoom, drones on a time slider, heights, findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dronectl.formats.maps import layers, profile, symbols
from dronectl.formats.maps.below import Below
from dronectl.formats.maps.legend import flight_facts, line_sample, sign_list, signs
from dronectl.formats.maps.page import AROUND, MAP_BOX, NEAR, map_svg, page, script_data, stage
from dronectl.formats.maps.scene import DrawnArea, NumberedGroup, Scene, scene_of
from dronectl.formats.maps.svg_text import element
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import shown
from dronectl.formats.text.xml_text import escaped
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.model.text.shown_time import span


def render_html(
    plan: Plan, site: Site, *, sortie: int | None = None, areas: Sequence[DrawnArea] = (), below: Below | None = None
) -> str:
    """The page; it opens with this sortie, else the first. ``below``: the site's own tiles. The
    same plan, site and tiles give the same text."""
    scene = scene_of(plan, site, None, areas)
    view = MapView.of(scene.frame, scene_of(plan, site, sortie).focus(), MAP_BOX)
    numbers = plan.sortie_numbers()
    first = sortie if sortie in numbers else next(iter(numbers), 1)
    body = [
        _banner(scene),
        "<main>",
        stage(_map(scene, view, below), below, _controls(numbers, first)),
        f"<aside>{_side(scene, numbers)}</aside>",
        "</main>",
    ]
    return page(f"{scene.title} – {shown(plan.name)}", body, _data(scene, view, first), scripts=("plan.js",))


def _banner(scene: Scene) -> str:
    plan = scene.plan
    facts = [shown(scene.site.name), f"แผน plan {shown(plan.name)}", f"วางแผนเมื่อ planned {scene.day}"]
    if scene.flight_day:
        facts.append(f"วันบิน day of flight {scene.flight_day}")
    if plan.makespan_s:
        facts.append(f"เวลารวม total {span(plan.makespan_s)} min")
    if plan.coverage_pct is not None:
        facts.append(f"ครอบคลุม coverage {plan.coverage_pct:.2f} %")
    if plan.min_separation_m is not None:
        facts.append(f"ระยะห่างต่ำสุด least separation {plan.min_separation_m:.1f} m")
    edited = ""
    if plan.edited:
        edited = '<p class="edited">แก้ไขหลังตรวจสอบ – ห้ามบิน · Edited since it was checked: not to be flown</p>'
    return f"<header><h1>{escaped(scene.title)}</h1><p>{escaped(' · '.join(facts))}</p>{edited}</header>"


def _map(scene: Scene, view: MapView, below: Below | None) -> str:
    """The whole site, and each sortie in a group of its own, whose names keep clear of the site's."""
    view = replace(view, box=AROUND)
    site_names = layers.Naming()
    drawn = [] if below is None else below.drawn(view, NEAR)
    drawn += layers.site_layer(scene.site.zones, view, site_names, around=AROUND)
    drawn += layers.area_layer(scene, view)
    for flight in scene.flights:
        site_names.line([view.at(vertex.point) for vertex in flight.route])
    site_signs = layers.site_signs(scene.site.zones, view, site_names)
    homes = layers.home_signs(scene.flights, view, site_names)
    layers.name_flights(scene.flights, view, site_names)
    layers.name_site(scene.site.zones, view, site_names)
    names = site_names.drawn(AROUND)
    streets = [] if below is None else below.names(view, NEAR, site_names)
    sorties, marks = [], []
    for one in scene.plan.sortie_numbers():
        naming = layers.Naming(taken=list(site_names.taken))
        flights = [flight for flight in scene.flights if flight.sortie.number == one]
        lines = [layers.route_layer(flight, view, naming) for flight in flights]
        flags = layers.finding_marks(scene.findings, view, naming, one)
        layers.name_waypoints(flights, view, naming)
        sorties.append(element("g", *lines, *naming.drawn(AROUND), data_sortie=str(one)))
        marks.append(element("g", *flags, data_sortie=str(one)) if flags else "")
    drones = [
        layers.fixed(
            (0.0, 0.0),
            element("circle", r=9.0, fill=flight.colour, stroke="#fff", stroke_width=2.0),
            element("circle", r=3.0, fill="#fff"),
            data_flight=str(index),
        )
        for index, flight in enumerate(scene.flights)
    ]
    content = [*drawn, *streets, *sorties, *site_signs, *homes, *names, *marks, *drones]
    return map_svg(content)


def _controls(numbers: tuple[int, ...], first: int) -> str:
    options = "".join(
        f'<option value="{one}"{" selected" if one == first else ""}>เที่ยวบินที่ {one} · sortie {one}</option>'
        for one in numbers
    )
    return (
        f'<div id="clock"><select id="sortie" aria-label="เที่ยวบิน · sortie">{options}</select>'
        '<button id="play" aria-label="เล่น หยุด · play, pause">▶</button>'
        '<input id="time" aria-label="เวลา · time" type="range" min="0" value="0" step="0.5">'
        '<output id="now"></output></div>'
    )


def _side(scene: Scene, numbers: tuple[int, ...]) -> str:
    rows = "".join(_drone_row(scene, index) for index in range(len(scene.flights)))
    heads = "<tr><th></th><th>โดรน drone</th><th>แผน planned</th><th>ขณะนี้ now ≈</th></tr>"
    profiles = "".join(_profile(scene, one) for one in numbers)
    findings = "".join(_finding_row(one, scene) for one in scene.findings)
    nothing = "ยังไม่ได้ตรวจ · not checked" if scene.plan.edited else "ไม่พบสิ่งผิดกฎ · nothing found"
    return (
        f'<h2>โดรน · drones</h2><table id="drones">{heads}{rows}</table><p id="nearest"></p>'
        f"<h2>ความสูงตามเวลา (โดยประมาณ) · height over time (approximate)</h2>{profiles}"
        f"<h2>ผลการตรวจสอบ · findings</h2><ol>{findings or f'<li>{nothing}</li>'}</ol>"
        f"<h2>สัญลักษณ์ · signs</h2>{sign_list(signs(scene))}"
        "<p>ใช้ประกอบการบรรยายสรุปเท่านั้น · For briefing only. Heights are above home, times and positions approximate "
        "(no wind, no acceleration). WGS 84.</p>"
    )


def _profile(scene: Scene, sortie: int) -> str:
    lines = [
        profile.ProfileLine(
            flight.drone.name,
            flight.colour,
            [[(vertex.t_s, vertex.height_m) for vertex in flight.route]],
            flight.dash,
            flight.sortie.work_altitude_m,
        )
        for flight in scene.flights
        if flight.sortie.number == sortie
    ]
    return profile.profile_svg(lines, end_s(scene, sortie), scene.site.rules.ceiling_m, data_sortie=str(sortie))


def _drone_row(scene: Scene, index: int) -> str:
    flight = scene.flights[index]
    sample = f'<svg width="34" height="14">{line_sample(flight, 0.0, 34.0, 7.0)}</svg>'
    planned = f"{flight.sortie.work_altitude_m:g} m · {flight_facts(flight)}"
    return (
        f'<tr data-sortie="{flight.sortie.number}"><td>{sample}</td><td><b>{escaped(shown(flight.drone.name))}</b></td>'
        f'<td>{escaped(planned)}</td><td data-now="{index}"></td></tr>'
    )


def _finding_row(one: NumberedGroup, scene: Scene) -> str:
    sign = symbols.finding(one.number, one.group.severity)
    words = escaped(one.text(scene.site))
    place = "" if one.place is None else ' tabindex="0" class="there"'
    return (
        f'<li{place} data-finding="{one.number}" data-sortie="{one.group.worst.sortie}">'
        f'<svg viewBox="-12 -12 24 24" width="24" height="24">{sign}</svg><span>{words}</span></li>'
    )


def end_s(scene: Scene, sortie: int) -> float:
    """When the last drone of a sortie is down."""
    flights = [flight for flight in scene.flights if flight.sortie.number == sortie]
    return max((flight.route[-1].t_s for flight in flights), default=0.0)


def _data(scene: Scene, view: MapView, first: int) -> str:
    """What the script moves: times, places in the drawing, heights."""
    flights = []
    for flight in scene.flights:
        steps = []
        for vertex in flight.route:
            x, y = view.at(vertex.point)
            steps.append([round(vertex.t_s, 1), round(x, 2), round(y, 2), round(vertex.height_m, 1)])
        flights.append({"name": shown(flight.drone.name), "sortie": flight.sortie.number, "steps": steps})
    profile_edges = [profile.LEFT, profile.RIGHT]
    places = {}
    for finding in scene.findings:
        if finding.place is not None:
            x, y = view.at(finding.place)
            places[str(finding.number)] = [round(x, 2), round(y, 2)]
    data = {"flights": flights, "first": first, "scale": view.scale, "profile": profile_edges, "places": places}
    return script_data(data)
