"""Planned against flown in KML: the line lies where the deviation says, at the height that is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from kml_checks import K, check
from lxml import etree

from dronectl.formats.kml import document
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.formats.tracks.view import DEFAULT_VIEW, ColourBy, Heights, TrackView
from dronectl.model.track.deviation import Deviation
from dronectl.model.track.track import PositionSource, Track

NAN = float("nan")
ONE = Deviation(
    drone="แอลฟา <1>",
    sortie=2,
    time_utc=np.datetime64("2026-11-23T01:00:01.500", "us"),
    lat_deg=16.0538,
    lon_deg=103.652,
    amsl_altitude_m=175.0,
    relative_altitude_m=30.0,
    planned_lat_deg=16.0539,
    planned_lon_deg=103.652,
    planned_relative_altitude_m=32.5,
    cross_track_m=11.06,
    leg="leg 3→4",
)


def flight(**changes: object) -> Track:
    columns: dict[str, object] = {
        "name": ONE.drone,
        "system_id": 1,
        "source": PositionSource.EKF,
        "time_utc": np.datetime64("2026-11-23T01:00:00", "us") + np.arange(3) * np.timedelta64(1, "s"),
        "lat_deg": np.full(3, 16.0538),
        "lon_deg": np.full(3, 103.652),
        "amsl_altitude_m": np.full(3, 175.0),
        "relative_altitude_m": np.full(3, 30.0),
        "ground_speed_m_s": np.zeros(3),
        "heading_deg": np.zeros(3),
    }
    return Track(**(columns | changes))  # type: ignore[arg-type]


def mark(one: Deviation, view: TrackView = DEFAULT_VIEW) -> etree._Element:
    root = check(document.render(TrackDocument("x", [flight()], view=view, deviations=[one])))
    (folder,) = [f for f in root.iter(f"{K}Folder") if (f.findtext(f"{K}name") or "").startswith("Planned against")]
    (found,) = folder.findall(f"{K}Placemark")
    return found


def vertices(placemark: etree._Element) -> list[tuple[float, ...]]:
    text = placemark.findtext(f".//{K}LineString/{K}coordinates") or ""
    return [tuple(map(float, vertex.split(","))) for vertex in text.split()]


@pytest.mark.parametrize("colour_by", list(ColourBy))
def test_from_the_place_flown_to_the_leg(colour_by: ColourBy) -> None:
    placemark = mark(ONE, TrackView(colour_by))
    assert vertices(placemark) == [(103.652, 16.0538, 175.0), (103.652, 16.0539, 177.5)]
    assert placemark.findtext(f"{K}name") == "แอลฟา <1>: 11.06 m off leg 3→4"
    assert placemark.findtext(f"{K}TimeStamp/{K}when") == "2026-11-23T01:00:01.500Z"
    description = placemark.findtext(f"{K}description") or ""
    assert "Sortie 2" in description
    assert "2.50 m below it" in description


def test_heights_above_home() -> None:
    placemark = mark(ONE, TrackView(heights=Heights.RELATIVE))
    assert vertices(placemark) == [(103.652, 16.0538, 30.0), (103.652, 16.0539, 32.5)]
    assert {mode.text for mode in placemark.iter(f"{K}altitudeMode")} == {"relativeToGround"}


def test_heights_that_are_not_known_are_neither_drawn_nor_told() -> None:
    without_home = mark(replace(ONE, relative_altitude_m=NAN))
    assert vertices(without_home) == [(103.652, 16.0538, 175.0), (103.652, 16.0539, 175.0)]
    assert "height not known" in (without_home.findtext(f"{K}description") or "")
    without_any = mark(replace(ONE, relative_altitude_m=NAN, amsl_altitude_m=NAN))
    assert {mode.text for mode in without_any.iter(f"{K}altitudeMode")} == {"clampToGround"}


def test_no_deviation_no_folder() -> None:
    assert b"Planned against" not in document.render(TrackDocument("x", [flight()]))
