"""What the control room's page draws of a site."""

from __future__ import annotations

import json

import pytest
from repository import REPOSITORY

from dronectl.formats.maps.ground.document import ground_document
from dronectl.model.site import Site
from dronectl.site.workspace import load_site


@pytest.fixture(scope="module")
def roi_et() -> Site:
    return load_site(REPOSITORY)


def test_everything_on_the_ground_is_there(roi_et: Site) -> None:
    document = json.loads(json.dumps(ground_document(roi_et), allow_nan=False))
    zones = roi_et.zones
    assert [zone["id"] for zone in document["zones"]] == [zone.id for zone in zones.zones]
    assert [one["name"] for one in document["keep_outs"]] == [one.name for one in zones.keep_outs]
    for key, features in (("cctv", zones.cctv), ("points", zones.points), ("rally", zones.rally_points)):
        assert [one["name"] for one in document[key]] == [one.name for one in features]
        assert [one["at"] for one in document[key]] == [
            [one.position.lat_deg, one.position.lon_deg]  # type: ignore[attr-defined]
            for one in features
        ]
    assert {"alpha", "bravo", "charlie"} <= {one["name"] for one in document["homes"]}
    assert {point["category"] for point in document["points"]} <= document["signs"].keys()
    assert len(document["fences"]) == len(zones.fences)


def test_all_that_has_to_be_in_the_picture_is_within_the_bounds(roi_et: Site) -> None:
    document = ground_document(roi_et)
    (south, west), (north, east) = document["bounds"]
    for zone in document["zones"]:
        for lat, lon in zone["rings"][0]:
            assert south <= lat <= north
            assert west <= lon <= east
