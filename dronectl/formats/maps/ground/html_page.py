"""A site as one page that needs no network: the map to pan and zoom, what lies there, what a person should look at."""

from __future__ import annotations

from dataclasses import replace

from dronectl.formats.maps import symbols
from dronectl.formats.maps.below import Below
from dronectl.formats.maps.ground.content import KIND_WORDS, Ground, by_kind, map_content, said_of, sample
from dronectl.formats.maps.page import AROUND, MAP_BOX, NEAR, map_svg, page, script_data, stage
from dronectl.formats.maps.scene import Scene
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import shown
from dronectl.formats.text.xml_text import escaped


def render_ground_html(ground: Ground, below: Below | None = None) -> str:
    """The page. ``below``: the site's own tiles. The same site and notes give the same text."""
    scene = ground.scene()
    view = MapView.of(scene.frame, ground.focus(scene), MAP_BOX, margin=ground.margin)
    body = [
        _banner(ground),
        "<main>",
        stage(_map(scene, view, below), below),
        f"<aside>{_side(ground)}</aside>",
        "</main>",
    ]
    return page(shown(ground.site.name), body, script_data({"scale": view.scale}))


def _banner(ground: Ground) -> str:
    site = ground.site
    facts = (
        f"พื้นที่ปฏิบัติงาน ยังไม่มีแผนบิน · the site, no plan yet · จุดกลาง home {site.home} · "
        f"สูงจากระดับน้ำทะเล ground {site.ground_elevation_m:g} m"
    )
    return f"<header><h1>{escaped(shown(site.name))}</h1><p>{escaped(facts)}</p></header>"


def _map(scene: Scene, view: MapView, below: Below | None) -> str:
    return map_svg(map_content(scene, replace(view, box=AROUND), around=AROUND, near=NEAR, below=below))


def _side(ground: Ground) -> str:
    homes = "".join(
        f'<tr><td><svg viewBox="-18 -11 36 22" width="30" height="18">{symbols.home(drone.colour)}</svg></td>'
        f"<td><b>{escaped(shown(drone.name))}</b></td><td>{drone.home}</td></tr>"
        for drone in ground.site.drones
    )
    tables = [f"<h2>จุดขึ้นลงของโดรน · homes of the drones</h2><table>{homes}</table>"]
    for kind, features in by_kind(ground.site):
        rows = "".join(
            f'<tr><td><svg viewBox="-18 -11 36 22" width="30" height="18">{sample(feature)}</svg></td>'
            f"<td><b>{escaped(shown(said_of(feature)))}</b><br>{escaped(shown(feature.id))}</td>"
            f"<td>{escaped(ground.facts(feature))}</td></tr>"
            for feature in features
        )
        tables.append(f"<h2>{escaped(KIND_WORDS[kind])} ({len(features)})</h2><table>{rows}</table>")
    notes = "".join(f"<li><span>{escaped(shown(note))}</span></li>" for note in ground.notes)
    return (
        f"<h2>ข้อสังเกต · to look at</h2><ol>{notes or '<li>ไม่มี · nothing</li>'}</ol>{''.join(tables)}"
        "<p>ยังไม่ใช่แผนบิน · Not a plan: nothing here was checked against the rules of flight. WGS 84.</p>"
    )
