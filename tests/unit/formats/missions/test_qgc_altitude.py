"""Altitudes that QGroundControl did not know: taken where the file or the ground tells them, and never 0."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dronectl.errors import InputError
from dronectl.formats.missions.mission_file import from_bytes
from dronectl.formats.missions.qgc_plan import QgcPlan
from dronectl.model.ground.terrain import Terrain, Tile
from dronectl.model.plan.mission import Command, Frame
from dronectl.model.site import Site
from dronectl.ops.plans.mission_files import read_for_site

PLACE = [16.054, 103.652]


def item(command: int = 16, frame: int = 0, z: object = None, **keys: object) -> dict[str, object]:
    params = [0, 0, 0, None, *PLACE, z]
    return {"type": "SimpleItem", "autoContinue": True, "command": command, "frame": frame, "params": params, **keys}


def document(*items: dict[str, object], rally: object = ()) -> dict[str, object]:
    first = item(22, 3, 30, Altitude=30, AltitudeMode=1)
    return {
        "fileType": "Plan",
        "version": 1,
        "mission": {"version": 2, "plannedHomePosition": [*PLACE, 145], "items": [first, *items]},
        "geoFence": {"version": 2, "polygons": [], "circles": []},
        "rallyPoints": {"version": 2, "points": rally},
    }


def read(*items: dict[str, object], ground_m: float | None = None, rally: object = ()) -> QgcPlan:
    data = json.dumps(document(*items, rally=rally)).encode()
    return from_bytes(data, ".plan", source="x.plan", ground=lambda _lat, _lon: ground_m)


CALCULATED = {"Altitude": 80, "AltitudeMode": 3, "AMSLAltAboveTerrain": None}


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (item(**CALCULATED), "item 2: its altitude (80 m above terrain) is not in the file: params[6] is null"),
        (item(82, **CALCULATED), "item 2: its altitude (80 m above terrain)"),
        (item(195, **CALCULATED), "item 2: its altitude (80 m above terrain)"),  # a point of interest
        (item(31000, **CALCULATED), "item 2: its altitude (80 m above terrain)"),  # a command that nobody knows
        (item(), "item 2: its altitude is not in the file"),
        (item(frame=3, Altitude=40, AltitudeMode=2), "(40 m above sea level)"),  # mode and frame contradict
        (item(frame=3, Altitude=40), "(40 m above what is not said)"),
    ],
)
def test_an_altitude_that_nobody_knows_is_refused_by_item(one: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as error:
        read(one)
    assert words in error.value.message
    assert "mission.items[1]" in error.value.message


@pytest.mark.parametrize(
    ("one", "altitude_m", "frame"),
    [
        (item(z=664.5, Altitude=80, AltitudeMode=3), 664.5, Frame.GLOBAL),
        (item(**{**CALCULATED, "AMSLAltAboveTerrain": 231.5}), 231.5, Frame.GLOBAL),
        (item(frame=3, Altitude=40, AltitudeMode=1), 40.0, Frame.GLOBAL_RELATIVE_ALT),
        (item(frame=3, Altitude=40, AltitudeMode=0), 40.0, Frame.GLOBAL_RELATIVE_ALT),
        (item(frame=10, Altitude=40, AltitudeMode=4), 40.0, Frame.GLOBAL_TERRAIN_ALT),
        (item(Altitude=240, AltitudeMode=2), 240.0, Frame.GLOBAL),
        (item(21, 3), 0.0, Frame.GLOBAL_RELATIVE_ALT),  # a landing ends on the ground
        (item(20, 2), 0.0, Frame.MISSION),
        (item(178, 2), 0.0, Frame.MISSION),
    ],
)
def test_what_the_file_knows_is_taken(one: dict[str, object], altitude_m: float, frame: Frame) -> None:
    flown = read(one).mission.items[2]
    assert (flown.altitude_m, flown.frame) == (altitude_m, frame)


def test_the_ground_of_the_site_makes_it_an_altitude_above_the_sea_and_that_is_told() -> None:
    content = read(item(**CALCULATED), ground_m=150.25)
    assert (content.mission.items[2].altitude_m, content.mission.items[2].frame) == (230.25, Frame.GLOBAL)
    assert content.notes == (
        "x.plan: mission.items[1]: item 2: 80 m above terrain are 230.2 m AMSL by the elevation files",
    )


def test_an_item_of_a_survey_too() -> None:
    inner = item(**CALCULATED)
    survey = {"type": "ComplexItem", "complexItemType": "survey", "TransectStyleComplexItem": {"Items": [inner]}}
    with pytest.raises(InputError, match=r"Items\[0\]: item 2: its altitude \(80 m above terrain\)"):
        read(survey)


def test_a_rally_point_without_an_altitude_is_refused() -> None:
    with pytest.raises(InputError, match=r"rally point 1 has no altitude"):
        read(rally=[[*PLACE, 30], [*PLACE, None]])


def test_a_site_with_elevation_files_knows_the_ground_and_a_flat_one_does_not(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "alpha.plan"
    path.write_text(json.dumps(document(item(**CALCULATED))), encoding="utf-8")
    tile = Tile("x.hgt", 16.0, 103.6, 0.1, 0.1, np.array([[140.0, 150.0], [140.0, 150.0]]))
    hilly = replace(site, terrain=Terrain((tile,)))
    altitude_m = read_for_site(path, hilly).mission.items[2].altitude_m
    assert altitude_m == pytest.approx(80 + 145.2)
    with pytest.raises(InputError, match="is not in the file"):
        read_for_site(path, replace(site, terrain=None))
    assert Command(read_for_site(path, hilly).mission.items[2].command) is Command.NAV_WAYPOINT
