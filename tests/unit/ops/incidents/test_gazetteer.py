"""Places as callers name them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dronectl.errors import InputError
from dronectl.model.site import Site
from dronectl.ops.incidents.gazetteer import place_of


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("gold_shop_2", "gold_shop_2"),
        ("ร้านทอง ๒", "gold_shop_2"),
        ("ร้านทอง 2", "gold_shop_2"),
        ("  ร้านทอง2 ", "gold_shop_2"),
        ("GOLD SHOP 2", "gold_shop_2"),
        ("ตลาดสด", "market"),
        ("เทวาภิบาล", "thewaphiban_road"),
        ("หน้าร้านทอง", "cctv_2"),
        ("หอโหวด ๑๐๑", "tower_foot"),
        ("หอโหวด ๑๐๑ (Roi Et Tower)", "tower"),
        ("roi et tower", "tower"),
        ("lake_park", "lake_park"),
        ("buddha_statue", "buddha_statue"),
    ],
)
def test_names_in_whatever_writing_find_their_place(site: Site, text: str, id_: str) -> None:
    assert place_of(site, text).id == id_


def test_a_point_is_looked_at_as_geofences_say(site: Site) -> None:
    place = place_of(site, "หอโหวด ๑๐๑")
    assert (place.standoff_m, place.name) == (70.0, "หอโหวด ๑๐๑")
    bare = place_of(site, "๑๖.๐๕, 103.65")
    assert (bare.point.lat_deg, bare.point.lon_deg, bare.id, bare.standoff_m) == (16.05, 103.65, "", None)


@pytest.mark.parametrize(("text", "words"), [("nowhere", "no place"), ("  ", "no place"), ("95,103", "is no place")])
def test_what_is_no_place_is_told(site: Site, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        place_of(site, text)


def test_several_of_a_name_are_listed_and_none_is_chosen(site: Site) -> None:
    with pytest.raises(InputError, match="'ร้านทอง' names 3: gold_shop_1") as caught:
        place_of(site, "ร้านทอง")
    assert [one["id"] for one in caught.value.details["places"]] == ["gold_shop_1", "gold_shop_2", "gold_shop_3"]  # type: ignore[attr-defined]
    twins = tuple(replace(point, name="ตู้ยาม") for point in site.zones.points)
    with pytest.raises(InputError, match="names 11"):
        place_of(replace(site, zones=replace(site.zones, points=twins)), "ตู้ยาม")
