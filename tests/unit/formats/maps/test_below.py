"""The site's own tiles below maps that stand alone: in place, named, credited, bounded."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import made_up_town
import pytest
from repository import REPOSITORY

from dronectl.errors import InputError
from dronectl.formats.maps import below as below_module
from dronectl.formats.maps.below import Below
from dronectl.formats.maps.ground.content import Ground
from dronectl.formats.maps.ground.html_page import render_ground_html
from dronectl.formats.maps.ground.svg_page import render_ground_svg
from dronectl.formats.streets.look import LOOKS, Theme
from dronectl.geodesy.web_mercator import world_xy
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.tiles import MapSettings
from dronectl.model.site import Site
from dronectl.ops.background.below import open_below
from dronectl.site.workspace import load_site

SVG = "{http://www.w3.org/2000/svg}"
PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d49484452000001000000010008020000") + bytes(600)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("below")
    made_up_town.write_pmtiles(root / "town.pmtiles")
    x, y = world_xy(GeoPoint(16.0545, 103.6525))
    with sqlite3.connect(root / "air.mbtiles") as one:
        one.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        one.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
        one.execute("INSERT INTO metadata VALUES ('format', 'png')")
        for zoom in range(13, 18):
            column, row = int(x * (1 << zoom)), (1 << zoom) - 1 - int(y * (1 << zoom))
            one.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (zoom, column, row, PICTURE))
    one.close()
    (root / "bad.pmtiles").write_bytes(b"<html>")
    return root


@pytest.fixture(scope="module")
def roi_et() -> Site:
    return load_site(REPOSITORY)


@contextmanager
def below(root: Path, site: Site, *names: str) -> Iterator[tuple[Ground, Below | None]]:
    with open_below(replace(site, root=root, map=MapSettings(names))) as one:
        yield Ground(site, {}, ()), one


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_without_map_files_nothing_is_below(root: Path, roi_et: Site) -> None:
    with below(root, roi_et) as (ground, nothing):
        assert nothing is None
        assert render_ground_svg(ground) == render_ground_svg(ground, nothing)
        assert 'class="below"' not in render_ground_svg(ground)


def test_streets_are_drawn_named_and_credited(root: Path, roi_et: Site) -> None:
    with below(root, roi_et, "town.pmtiles") as (ground, one):
        page = render_ground_svg(ground, one)
    assert LOOKS[Theme.LIGHT].fills["water"] in page
    said = texts(page)
    assert {"ถนนสุขุมวิทจำลอง", "© OpenStreetMap (made up)"} <= set(said)
    assert 50_000 < len(page) < 1_000_000


def test_a_street_lies_where_it_is(root: Path, roi_et: Site) -> None:
    """The lake of the made-up town is around the lake of the site, which is drawn by other ways."""
    with below(root, roi_et, "town.pmtiles") as (ground, one):
        page = render_ground_svg(ground, one)
        scene = ground.scene()
        view = below_module.MapView.of(
            scene.frame, ground.focus(scene), (24.0, 84.0, 868.0, 808.0), margin=ground.margin
        )
    rings = re.findall(rf'd="(M[^"]+)" fill="{LOOKS[Theme.LIGHT].fills["water"]}"', page)
    spots = [tuple(map(float, spot.split())) for ring in rings for spot in re.findall(r"-?[\d.]+ -?[\d.]+", ring)]
    assert spots
    east_m, north_m, half_wide_m, half_high_m = -140.0, 130.0, 360.0, 300.0
    for turned, (dx, dy) in enumerate(((1.05 * half_wide_m, 0.0), (0.0, half_high_m))):
        place = GeoPoint(
            made_up_town.LAT_DEG + (north_m + dy) / 110_650.0, made_up_town.LON_DEG + (east_m + dx) / 107_010.0
        )
        x, y = view.at(place)
        nearest = min(abs(spot[0] - x) + abs(spot[1] - y) for spot in spots)
        assert nearest < (25.0 if turned == 0 else 12.0)


def test_pictures_stand_within_the_page(root: Path, roi_et: Site) -> None:
    with below(root, roi_et, "air.mbtiles", "town.pmtiles") as (ground, one):
        page = render_ground_svg(ground, one)
        html = render_ground_html(ground, one)
    assert page.count("data:image/png;base64,") == 1
    assert LOOKS[Theme.OVER].strokes["primary"] in page
    assert LOOKS[Theme.LIGHT].fills["water"] not in page
    assert "img-src data:" in html
    assert "data:image/png;base64," in html
    assert '<p id="credit">© OpenStreetMap (made up)</p>' in html
    assert not re.search(r'(?:src|href)="(?!data:|#)', html)


def test_what_would_be_too_much_is_coarser_or_left_out(
    root: Path, roi_et: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with below(root, roi_et, "air.mbtiles", "town.pmtiles") as (ground, one):
        whole = render_ground_svg(ground, one)
        monkeypatch.setattr(below_module, "MOST_STREETS_CHARACTERS", 2_000)
        monkeypatch.setattr(below_module, "MOST_PICTURES_BYTES", 100)
        less = render_ground_svg(ground, one)
    assert len(less) < len(whole)
    assert "data:image" not in less


def test_a_file_that_cannot_be_read_makes_no_map(root: Path, roi_et: Site) -> None:
    with (
        pytest.raises(InputError, match=r"^\[map\] files: bad.pmtiles: is no PMTiles file"),
        below(root, roi_et, "bad.pmtiles"),
    ):
        pytest.fail("it was drawn")
