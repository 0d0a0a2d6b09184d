"""Maps of a site before any plan: whole or not complete, small or full, whatever names hold."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from repository import REPOSITORY

from dronectl.formats.maps.ground.content import Ground
from dronectl.formats.maps.ground.html_page import render_ground_html
from dronectl.formats.maps.ground.svg_page import render_ground_svg
from dronectl.formats.maps.svg import MAP_BOX
from dronectl.model.ground.zone import ZoneSet
from dronectl.model.site import Site
from dronectl.site.workspace import load_site

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def roi_et() -> Site:
    return load_site(REPOSITORY)


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_page_has_zones_homes_sizes_and_notes(roi_et: Site) -> None:
    ground = Ground(roi_et, {"lake_park": 243_000.0, "tower": 4802.0}, ["the tower is high"])
    said = texts(render_ground_svg(ground))
    for words in ("สวนสาธารณะบึงพลาญชัย", "alpha", "0.24 km²", "4,802 m²", "the tower is high", "642 × 20 m"):
        assert words in said
    assert any("no plan yet" in text for text in said)
    assert render_ground_svg(ground) == render_ground_svg(ground)


def test_many_features_and_notes_stay_on_the_page(roi_et: Site) -> None:
    zones = replace(roi_et.zones, zones=roi_et.zones.zones * 30)
    page = render_ground_svg(Ground(replace(roi_et, zones=zones), {}, ["ยาวมาก " * 40] * 50))
    rows = [
        float(node.get("y", "0"))
        for node in ElementTree.fromstring(page).iter(f"{SVG}text")
        if float(node.get("x", "0")) >= 884
    ]
    assert max(rows) <= MAP_BOX[3]
    assert any("more: dronectl zones list" in text for text in texts(page))
    assert any("more: dronectl zones check" in text for text in texts(page))


def test_one_feature_fills_the_picture(roi_et: Site) -> None:
    whole = render_ground_svg(Ground(roi_et, {}, []))
    near = render_ground_svg(Ground(roi_et, {}, [], roi_et.zones.zone("wat_burapha")))
    assert "500 m" in texts(whole)
    assert "100 m" in texts(near)


def test_a_site_without_anything_shows_its_homes(roi_et: Site, tmp_path: Path) -> None:
    bare = replace(roi_et, zones=ZoneSet())
    assert "alpha" in texts(render_ground_svg(Ground(bare, {}, [])))
    assert "alpha" in render_ground_html(Ground(bare, {}, []))


def test_hostile_names_stay_words(roi_et: Site) -> None:
    bad = "</script><script>alert(1)</script>\u202e"
    zone = replace(roi_et.zones.zones[0], name=bad)
    site = replace(roi_et, name=bad, zones=ZoneSet(zones=(zone,)))
    page = render_ground_html(Ground(site, {}, [bad]))
    assert len(re.findall("<script", page)) == 2
    assert "\u202e" not in page
    tags = {
        node.tag.removeprefix(SVG) for node in ElementTree.fromstring(render_ground_svg(Ground(site, {}, [bad]))).iter()
    }
    assert "script" not in tags
