"""KML: valid against the schemas, and right where the schemas cannot look."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest
from kml_checks import GX, K, check, kml_schema
from lxml import etree
from repository import DATA
from sample_tracks import HOME, SQUARE, make_plan, make_track, make_zones

from dronectl.formats.kml import document as kml
from dronectl.formats.kml.elements import kml_colour, markup, slab
from dronectl.formats.kml.overlay import route
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.text.xml_text import escaped
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.zone import (
    Zone,
    ZoneCategory,
    ZoneSet,
)
from dronectl.model.plan.mission import Command, Mission, MissionItem

RECORDING = DATA / "sitl-drone1.tlog"


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema:
    return kml_schema()


def names(root: etree._Element, path: str) -> list[str]:
    return [element.text or "" for element in root.findall(path)]


def test_a_real_flight(schema: etree.XMLSchema) -> None:
    (track,) = read_recording(RECORDING, names={1: "alpha"}).tracks
    root = check(kml.render(TrackDocument("ร้อยเอ็ด", [track])), schema)
    assert len(root.findall(f".//{GX}coord")) == 920
    assert names(root, f"{K}Document/{K}name") == ["ร้อยเอ็ด"]
    coords = [tuple(map(float, (coord.text or "").split())) for coord in root.iter(f"{GX}coord")]
    lines = [line.text for line in root.findall(f".//{K}LineString/{K}coordinates")]
    assert [tuple(map(float, vertex.split(","))) for vertex in (lines[0] or "").split()] == coords
    expected = list(zip(track.lon_deg.tolist(), track.lat_deg.tolist(), track.amsl_altitude_m.tolist(), strict=True))
    assert coords == expected


def test_everything_at_once(schema: etree.XMLSchema) -> None:
    tracks = [make_track("alpha"), make_track("bravo"), make_track("alpha", 2)]
    document = kml.render(
        TrackDocument("all", tracks, plan=make_plan(), zones=make_zones(), colours={"alpha": "#112233"})
    )
    root = check(document, schema)
    folders = f"{K}Document/{K}Folder"
    assert names(root, f"{folders}/{K}name") == ["Tracks", "Plan patrol <1>", "Zones"]
    assert len(root.findall(f".//{GX}Track")) == 3
    assert b"<color>ff332211</color>" in document
    zone_folders = root.findall(folders)[2].findall(f"{K}Folder")
    assert [len(one.findall(f"{K}Placemark")) for one in zone_folders] == [1, 1, 2, 1, 1, 1, 1, 1, 1]


def test_the_same_input_gives_the_same_bytes() -> None:
    make = {"title": "t", "tracks": [make_track()], "plan": make_plan(), "zones": make_zones()}
    assert kml.render(TrackDocument(**make)) == kml.render(TrackDocument(**make))  # type: ignore[arg-type]


@pytest.mark.parametrize("samples", [1, 2, 4_999, 5_000, 5_001, 12_345])
def test_tracks_of_any_length(samples: int, schema: etree.XMLSchema) -> None:
    root = check(kml.render(TrackDocument("t", [make_track(samples=samples)])), schema)
    assert len(root.findall(f".//{GX}coord")) == samples


def test_an_empty_document_and_hostile_names(schema: etree.XMLSchema) -> None:
    check(kml.render(TrackDocument("")), schema)
    root = check(kml.render(TrackDocument("]]></name>\x00\x1b\ud800", [make_track("<&>\"'\ufffe")])), schema)
    assert names(root, f"{K}Document/{K}name") == ["]]></name>␀␛�"]


ACROSS = [179.9999, 180.0, -179.9999]
EAST_OF_IT, WEST_OF_IT = [-179.9998] * 3, [179.9998] * 3


@pytest.mark.parametrize(
    "flown",
    [[ACROSS], [ACROSS, EAST_OF_IT], [ACROSS, WEST_OF_IT], [EAST_OF_IT, WEST_OF_IT], [WEST_OF_IT, EAST_OF_IT]],
)
def test_tracks_over_the_antimeridian_are_looked_at_closely(flown: list[list[float]], schema: etree.XMLSchema) -> None:
    tracks = [make_track(f"drone{number}", lon_deg=np.array(lon_deg)) for number, lon_deg in enumerate(flown)]
    root = check(kml.render(TrackDocument("t", tracks)), schema)
    look = root.find(f".//{K}LookAt")
    assert look is not None
    assert abs(float(look.findtext(f"{K}longitude") or 0)) == pytest.approx(180.0, abs=0.001)
    assert float(look.findtext(f"{K}range") or 0) < 1_000


def test_plan_altitudes_become_absolute_by_homes_own() -> None:
    mission = make_plan().drones[0].sorties[0].mission
    points = route(mission, HOME, 145.0)
    assert [altitude_m for _, altitude_m in points] == [145.0, 175.0, 185.0, 200.0, 200.0, 145.0]
    assert points[-1][0] == HOME


def test_a_landing_elsewhere_goes_down_there() -> None:
    land = MissionItem(Command.NAV_LAND, lat_e7=160_000_000, lon_e7=1_030_000_000)
    points = route(Mission((MissionItem(16), MissionItem(Command.NAV_TAKEOFF, altitude_m=20.0), land)), HOME, 100.0)
    place = GeoPoint(16.0, 103.0)
    assert points == [(HOME, 100.0), (HOME, 120.0), (place, 120.0), (place, 100.0)]


def test_a_floating_keep_out_has_floor_top_and_walls() -> None:
    volume = "".join(map(markup, slab(SQUARE, 20.0, 60.0)))
    assert volume.count("<Polygon>") == 2 + 4 + 3
    assert "<extrude>" not in volume
    assert set(re.findall(r",(\d+\.\d{3})[ <]", volume)) == {"20.000", "60.000"}
    assert "<extrude>1</extrude>" in "".join(map(markup, slab(SQUARE, 0.0, 60.0)))


def test_colours_and_text() -> None:
    assert kml_colour("#FF8000", 0.5) == "800080ff"
    assert escaped("a\x0bb\ud800<") == "a␤b�&lt;"


def test_streaming_gives_what_rendering_gives() -> None:
    track = make_track(samples=20_000)
    pieces = list(kml.stream(TrackDocument("t", [track])))
    assert b"".join(pieces) == kml.render(TrackDocument("t", [track]))
    assert max(map(len, pieces)) < 400_000


def test_no_render_shows_in_the_next_one_nor_in_one_beside_it() -> None:
    make = {"title": "t", "tracks": [make_track()], "plan": make_plan(), "zones": make_zones()}
    alone = kml.render(TrackDocument(**make))  # type: ignore[arg-type]
    kml.render(TrackDocument("other", zones=make_zones()))
    one, other = kml.stream(TrackDocument(**make)), kml.stream(TrackDocument(**make))  # type: ignore[arg-type]
    pairs = list(zip(one, other, strict=True))
    assert b"".join(piece for piece, _ in pairs) == b"".join(piece for _, piece in pairs) == alone


def test_only_styles_have_ids(schema: etree.XMLSchema) -> None:
    root = check(kml.render(TrackDocument("t", [make_track()], plan=make_plan(), zones=make_zones())), schema)
    with_id = [element for element in root.iter() if element.get("id") is not None]
    assert {element.tag for element in with_id} == {f"{K}Style"}
    assert len({element.get("id") for element in with_id}) == len(with_id)


def test_names_that_look_like_markup_stay_names(schema: etree.XMLSchema) -> None:
    hostile = "<![CDATA[<b>]]> & id=\"7\" <![CDATA[ 'x'"
    root = check(kml.render(TrackDocument("t", [make_track(hostile)])), schema)
    (name,) = names(root, f"{K}Document/{K}Folder/{K}Folder/{K}name")
    assert name == hostile.replace("<![CDATA[", "< ![CDATA[")


def test_a_description_is_shown_as_the_text_that_it_is(schema: etree.XMLSchema) -> None:
    hostile = "<script>alert(1)</script> & ]]>"
    root = check(kml.render(TrackDocument("t", [make_track(hostile)])), schema)
    shown = [mark.text for mark in root.iter(f"{K}description") if mark.text and "alert" in mark.text]
    assert shown
    assert all(html.escape(hostile, quote=False) in words and "<script" not in words for words in shown)


def test_each_hole_has_a_boundary_of_its_own(schema: etree.XMLSchema) -> None:
    second = (GeoPoint(16.0571, 103.657), GeoPoint(16.058, 103.657), GeoPoint(16.0575, 103.658))
    shape = GeoPolygon(SQUARE.exterior, (*SQUARE.holes, second))
    zone = Zone("id", "park", False, "x", shape, ZoneCategory.PARK)
    root = check(kml.render(TrackDocument("t", zones=ZoneSet(zones=(zone,)))), schema)
    holes = root.findall(f".//{K}innerBoundaryIs")
    assert [len(hole.findall(f"{K}LinearRing")) for hole in holes] == [1, 1]


def test_the_time_slider_opens_on_all_flights(schema: etree.XMLSchema) -> None:
    late = make_track("bravo", time_utc=make_track().time_utc + np.timedelta64(3_600_000_000, "us"))
    root = check(kml.render(TrackDocument("t", [late, make_track()])), schema)
    span = root.find(f"{K}Document/{K}LookAt/{GX}TimeSpan")
    assert span is not None
    assert [child.text for child in span] == ["2026-11-23T01:00:00.000Z", "2026-11-23T02:00:00.500Z"]
    assert check(kml.render(TrackDocument("t", zones=make_zones())), schema).find(f".//{GX}TimeSpan") is None


def test_what_would_clutter_the_map_waits_to_be_asked_for(schema: etree.XMLSchema) -> None:
    root = check(kml.render(TrackDocument("t", [make_track()], plan=make_plan(), zones=make_zones())), schema)
    shown = [
        mark.findtext(f"{K}name")
        for mark in root.iter(f"{K}Placemark")
        if mark.findtext(f"{K}visibility") != "0" and not (mark.findtext(f"{K}name") or "").startswith("ชื่อ")
    ]
    assert shown == ["alpha, flight 1", "bravo home", "bravo, sortie 1, lake, planned"]
    hidden = [mark for mark in root.iter(f"{K}Placemark") if mark.findtext(f"{K}visibility") == "0"]
    dots = {mark.findtext(f"{K}styleUrl") for mark in hidden if mark.find(f"{K}Point") is not None}
    for style in root.iter(f"{K}Style"):
        if f"#{style.get('id')}" in dots:
            assert float(style.findtext(f"{K}LabelStyle/{K}scale") or 1) == 0


def test_areas_carry_their_names_over_the_antimeridian_too(schema: etree.XMLSchema) -> None:
    corners = (GeoPoint(0.0, 179.999), GeoPoint(0.0, -179.997), GeoPoint(0.002, -179.997), GeoPoint(0.002, 179.999))
    zone = Zone("id", "park", False, "x", GeoPolygon(corners), ZoneCategory.PARK)
    root = check(kml.render(TrackDocument("t", zones=ZoneSet(zones=(zone,)))), schema)
    (place,) = names(root, f".//{K}MultiGeometry/{K}Point/{K}coordinates")
    lon, lat, _ = (float(value) for value in place.split(","))
    assert (lon, lat) == pytest.approx((-179.999, 0.001))


def test_descriptions_say_who_how_long_and_how_far() -> None:
    document = kml.render(TrackDocument("t", [make_track(samples=1_000)], plan=make_plan())).decode("utf-8")
    assert "alpha (system 1), 2026-11-23T01:00:00.000Z to 2026-11-23T01:04:09.750Z, 4 min 10 s, " in document
    assert "Planned for bravo (system 2), at 30 m above home, 1.23 km in 5 min 21 s, 40 % of the battery" in document
