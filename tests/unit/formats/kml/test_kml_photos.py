"""Photographs in KML: points where they were taken, what of the ground they show, and events that have no place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from kml_checks import K, check
from lxml import etree
from sample_tracks import make_track

from dronectl.formats.kml import document
from dronectl.formats.track_export import export
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.formats.tracks.view import ColourBy, Heights, TrackView
from dronectl.model.geo import GeoPoint
from dronectl.model.track.footprint import Footprint, GroundBy
from dronectl.model.track.photograph import Photograph
from dronectl.model.track.track import EventKind, Track, TrackEvent

NAN = float("nan")
START = np.datetime64("2026-11-23T01:00:00", "us")
SHOT = Photograph(START + np.timedelta64(123_456, "us"), 7, 16.0541, 103.6523, 175.25, 30.5, 1.0, -2.04, -90.0)
CORNERS = (
    GeoPoint(16.0543, 103.652),
    GeoPoint(16.0539, 103.652),
    GeoPoint(16.0539, 103.6526),
    GeoPoint(16.0543, 103.6526),
)
SHOWN = Footprint(SHOT, CORNERS, 28.4, GroundBy.TERRAIN, 270.0, 0.00779, stabilised=True)


def flight(*photographs: Photograph, name: str = "แอลฟา <1>") -> Track:
    events = (
        TrackEvent(START, EventKind.PHOTO, "photo 6"),  # a report without a place
        TrackEvent(START + np.timedelta64(300_000, "us"), EventKind.PHOTO, "photo 7"),
        TrackEvent(START + np.timedelta64(310_000, "us"), EventKind.PHOTO, "photo 7"),  # over the other link
        TrackEvent(START, EventKind.TEXT, "photo 7"),
    )
    return make_track(name, events=events, photographs=photographs)


def folder(root: etree._Element, name: str) -> list[etree._Element]:
    return [mark for one in root.iter(f"{K}Folder") if one.findtext(f"{K}name") == name for mark in one]


def marks(root: etree._Element, name: str) -> list[etree._Element]:
    return [mark for mark in folder(root, name) if mark.tag == f"{K}Placemark"]


def vertices(mark: etree._Element) -> list[tuple[float, ...]]:
    text = mark.findtext(f".//{K}coordinates") or ""
    return [tuple(map(float, vertex.split(","))) for vertex in text.split()]


@pytest.mark.parametrize("view", [TrackView(colour) for colour in ColourBy])
def test_a_point_at_the_shots_own_place_and_time_and_what_it_shows(view: TrackView) -> None:
    root = check(document.render(TrackDocument("x", [flight(SHOT)], view=view, footprints=[SHOWN])))
    point, lone = marks(root, "Photos, flight 1")
    assert point.findtext(f"{K}name") == "photo 7"
    assert point.findtext(f"{K}TimeStamp/{K}when") == "2026-11-23T01:00:00.123Z"
    assert vertices(point) == [(103.6523, 16.0541, 175.25)]
    assert lone.findtext(f"{K}name") == "photo 6"
    (area,) = marks(root, "Photo footprints, flight 1")
    assert area.findtext(f"{K}TimeStamp/{K}when") == "2026-11-23T01:00:00.123Z"
    assert vertices(area) == [(place.lon_deg, place.lat_deg, 0.0) for place in (*CORNERS, CORNERS[0])]
    assert area.findtext(f"{K}Polygon/{K}altitudeMode") == "clampToGround"
    assert area.findtext(f"{K}Polygon/{K}tessellate") == "1"
    assert [mark.findtext(f"{K}name") for mark in marks(root, "Messages, flight 1")] == ["photo 7"]


def test_footprints_wait_to_be_asked_for_and_have_the_drones_colour() -> None:
    tracks = [flight(SHOT), flight(name="bravo")]
    colours = {"แอลฟา <1>": "#d62728", "bravo": "#1f77b4"}
    root = check(document.render(TrackDocument("x", tracks, footprints=[SHOWN], colours=colours)))
    opened = folder(root, "Photo footprints, flight 1")
    assert [one.text for one in opened if one.tag == f"{K}visibility"] == ["0"]
    (area,) = marks(root, "Photo footprints, flight 1")
    assert area.findtext(f"{K}visibility") == "0"
    styles = [style for style in root.iter(f"{K}Style") if (style.get("id") or "").endswith("-photo")]
    (style,) = styles
    assert area.findtext(f"{K}styleUrl") == f"#{style.get('id')}"
    assert style.findtext(f"{K}LineStyle/{K}color") == "ff2827d6"
    assert float(style.findtext(f"{K}LineStyle/{K}width") or "") == 1.0
    assert style.findtext(f"{K}PolyStyle/{K}color") == "1f2827d6"


def test_the_description_tells_number_time_heights_attitude_and_gsd() -> None:
    root = check(document.render(TrackDocument("x", [flight(SHOT)], footprints=[SHOWN])))
    (area,), point = marks(root, "Photo footprints, flight 1"), marks(root, "Photos, flight 1")[0]
    assert area.findtext(f"{K}description") == point.findtext(f"{K}description")
    assert point.findtext(f"{K}description") == (
        "Photo 7, 2026-11-23T01:00:00.123Z; 30.5 m above home; 175.2 m above mean sea level (EGM96); "
        "attitude of the aircraft: roll 1.0°, pitch -2.0°, yaw 270.0°; "
        "0.78 cm/px from 28.4 m above the ground of the elevation files; "
        "footprint of a camera looking straight down (stabilised) over level ground, its top towards 270.0°"
    )
    fixed = replace(SHOWN, stabilised=False, ground_by=GroundBy.HOME)
    root = check(document.render(TrackDocument("x", [flight(SHOT)], footprints=[fixed])))
    words = marks(root, "Photos, flight 1")[0].findtext(f"{K}description") or ""
    assert "28.4 m above home, which stands for the ground" in words
    assert "of a camera fixed to the aircraft, leaning with it, over level ground" in words


def test_without_a_camera_the_point_alone() -> None:
    root = check(document.render(TrackDocument("x", [flight(SHOT)])))
    point, _ = marks(root, "Photos, flight 1")
    words = point.findtext(f"{K}description") or ""
    assert words.endswith("attitude of the aircraft: roll 1.0°, pitch -2.0°, yaw 270.0°")
    assert folder(root, "Photo footprints, flight 1") == []
    assert not [style for style in root.iter(f"{K}Style") if (style.get("id") or "").endswith("-photo")]


def test_what_a_shot_does_not_tell_is_neither_drawn_nor_told() -> None:
    blind = replace(SHOT, amsl_altitude_m=NAN, roll_deg=NAN, pitch_deg=NAN, yaw_deg=NAN)
    root = check(document.render(TrackDocument("x", [flight(blind)], footprints=[replace(SHOWN, photograph=blind)])))
    point, _ = marks(root, "Photos, flight 1")
    assert point.findtext(f"{K}Point/{K}altitudeMode") == "clampToGround"
    words = point.findtext(f"{K}description") or ""
    assert "attitude of the aircraft: not told" in words
    assert "sea level" not in words
    assert "nan" not in words
    fixed = replace(SHOWN, photograph=blind, stabilised=False)
    root = check(document.render(TrackDocument("x", [flight(blind)], footprints=[fixed])))
    words = marks(root, "Photo footprints, flight 1")[0].findtext(f"{K}description") or ""
    assert "fixed to the aircraft, taken to be level, over level ground" in words
    assert len(marks(root, "Photo footprints, flight 1")) == 1


def test_heights_above_home() -> None:
    view = TrackView(heights=Heights.RELATIVE)
    root = check(document.render(TrackDocument("x", [flight(SHOT)], view=view, footprints=[SHOWN])))
    point, _ = marks(root, "Photos, flight 1")
    assert vertices(point) == [(103.6523, 16.0541, 30.5)]
    assert point.findtext(f"{K}Point/{K}altitudeMode") == "relativeToGround"


def test_a_footprint_over_the_antimeridian_is_two_that_meet_there() -> None:
    corners = (
        GeoPoint(1.0002, 179.9997),
        GeoPoint(0.9998, 179.9997),
        GeoPoint(0.9998, -179.9999),
        GeoPoint(1.0002, -179.9999),
    )
    root = check(document.render(TrackDocument("x", [flight(SHOT)], footprints=[replace(SHOWN, corners=corners)])))
    west, east = (sorted(set(vertices(mark))) for mark in marks(root, "Photo footprints, flight 1"))
    assert west == [(179.9997, 0.9998, 0.0), (179.9997, 1.0002, 0.0), (180.0, 0.9998, 0.0), (180.0, 1.0002, 0.0)]
    assert east == [(-180.0, 0.9998, 0.0), (-180.0, 1.0002, 0.0), (-179.9999, 0.9998, 0.0), (-179.9999, 1.0002, 0.0)]


def test_a_corner_on_the_antimeridian_itself_makes_no_sliver() -> None:
    corners = (GeoPoint(1.0, 179.9998), GeoPoint(0.9998, 180.0), GeoPoint(1.0, -179.9998), GeoPoint(1.0002, -180.0))
    root = check(document.render(TrackDocument("x", [flight(SHOT)], footprints=[replace(SHOWN, corners=corners)])))
    west, east = (vertices(mark) for mark in marks(root, "Photo footprints, flight 1"))
    assert {lon for lon, _, _ in west} == {179.9998, 180.0}
    assert {lon for lon, _, _ in east} == {-179.9998, -180.0}
    touching = (GeoPoint(1.0, 179.9998), GeoPoint(0.9998, 179.9999), GeoPoint(1.0, -180.0))
    root = check(document.render(TrackDocument("x", [flight(SHOT)], footprints=[replace(SHOWN, corners=touching)])))
    assert len(marks(root, "Photo footprints, flight 1")) == 1


@pytest.mark.parametrize("suffix", [".kml", ".kmz"])
def test_the_same_input_gives_the_same_bytes(suffix: str) -> None:
    def made() -> bytes:
        return export(suffix, TrackDocument("x", [flight(SHOT)], footprints=[SHOWN]))

    assert made() == made()
    assert made() != export(suffix, TrackDocument("x", [flight(SHOT)]))


def test_no_shot_nothing_new() -> None:
    root = check(document.render(TrackDocument("x", [flight()])))
    assert len(marks(root, "Photos, flight 1")) == 3
    assert folder(root, "Photo footprints, flight 1") == []
