"""Vector tiles to what is drawn and named of them, by both schemas."""

from __future__ import annotations

import random
from xml.etree import ElementTree

import made_up_town
import mapbox_vector_tile
import pytest
from effort import seeds
from shapely.geometry import LineString, Point, box

from dronectl.errors import InputError
from dronectl.formats.streets.drawing import tile_svg
from dronectl.formats.streets.features import EXTENT, MOST_BYTES, Street, streets_of
from dronectl.formats.streets.look import LOOKS, Theme
from dronectl.formats.streets.names import names_in
from dronectl.formats.streets.schema import AREAS, LINES, NAMES, kind_of, names_of

WHOLE = (0.0, 0.0, float(EXTENT), float(EXTENT))
SVG = "{http://www.w3.org/2000/svg}"


def tile(*features: tuple[str, dict[str, object], object]) -> list[Street]:
    layers = [{"name": name, "features": [{"geometry": shape, "properties": said}]} for name, said, shape in features]
    return streets_of(mapbox_vector_tile.encode(layers, default_options={"y_coord_down": True}), where="x")


@pytest.fixture(scope="module", params=["protomaps", "openmaptiles"])
def in_town(request: pytest.FixtureRequest) -> dict[tuple[int, int, int], bytes]:
    return dict(made_up_town.tiles(request.param))


def test_a_town_has_everything_by_either_schema(in_town: dict[tuple[int, int, int], bytes]) -> None:
    kinds = {street.kind for data in in_town.values() for street in streets_of(data, where="x")}
    wanted = {"water", "park", "residential", "school", "hospital", "wood", "farmland", "building", "waterway"}
    assert kinds >= wanted | {"trunk", "primary", "secondary", "tertiary", "minor", "place", "water-name", "poi"}


def test_names_in_both_languages(in_town: dict[tuple[int, int, int], bytes]) -> None:
    names = {
        name.thai: name for at, data in in_town.items() if at[0] == 15 for name in names_in(streets_of(data, where="x"))
    }
    street = names["ถนนสุขุมวิทจำลอง"]
    assert (street.latin, street.end is not None) == ("Example Sukhumvit Road", True)
    town = names["เมืองสมมติ"]
    assert (town.latin, town.end, town.kind) == ("Made-up Town", None, "place")
    assert town.rank < names["ชุมชนวัดเหนือ"].rank < 9
    assert street.rank < names["ถนนเทวาภิบาล"].rank < names["ซอย 2"].rank < 9  # shown from as far as its road is worth


@pytest.mark.parametrize("theme", list(Theme))
def test_a_tile_as_a_picture(in_town: dict[tuple[int, int, int], bytes], theme: Theme) -> None:
    streets = [street for at, data in in_town.items() if at[0] == 15 for street in streets_of(data, where="x")]
    picture = ElementTree.fromstring(tile_svg(streets, 15, theme, WHOLE, with_land=True))
    colours = {node.get("fill") for node in picture.iter()} | {node.get("stroke") for node in picture.iter()}
    look = LOOKS[theme]
    assert {look.strokes["primary"], look.strokes["minor"]} <= colours
    assert (look.fills.get("water", "none of it") in colours) is (theme is not Theme.OVER)
    assert (picture.find(f"{SVG}rect") is None) is (theme is Theme.OVER)


def test_looks_are_whole() -> None:
    for theme in (Theme.LIGHT, Theme.DARK):
        assert set(LOOKS[theme].fills) == set(AREAS)
        assert set(LOOKS[theme].strokes) == set(LINES)


def test_a_part_of_a_tile_fills_the_picture() -> None:
    streets = tile(("roads", {"kind": "major_road"}, LineString([(0, 2048), (4096, 2048)])))
    svg = tile_svg(streets, 17, Theme.LIGHT, (1024.0, 1536.0, 2048.0, 2560.0), with_land=False)
    assert "128.0L" in svg  # in the middle of this part, as it was of the whole
    assert "d=" not in tile_svg(streets, 17, Theme.LIGHT, (0.0, 0.0, 1024.0, 1024.0), with_land=False)


def test_a_street_is_named_where_it_runs_straight_for_longest_within_the_tile() -> None:
    bent = LineString([(100, 100), (200, 100), (200, 3000), (4000, 9000)])
    (name,) = names_in(tile(("roads", {"kind": "major_road", "name": "ก"}, bent)))
    assert name.start == (200, 100)
    assert name.end == (200, 3000)
    outside = LineString([(-500, -20), (-10, -20)])
    assert names_in(tile(("roads", {"kind": "major_road", "name": "ก"}, outside))) == []


def test_a_point_in_a_tiles_edge_is_named_once() -> None:
    assert names_in(tile(("places", {"kind": "locality", "name": "ก"}, Point(EXTENT + 10, 5)))) == []


def test_one_name_stands_for_the_other() -> None:
    assert names_of({"name": "ร้อยเอ็ด"}) == ("ร้อยเอ็ด", "ร้อยเอ็ด")
    assert names_of({"name": "Roi Et", "name:th": "ร้อยเอ็ด"}) == ("ร้อยเอ็ด", "Roi Et")
    assert names_of({"name": 5, "name_en": "Roi Et"}) == ("", "Roi Et")


def test_what_is_not_drawn() -> None:
    assert kind_of("roads", {"kind": "ferry"}, "line") is None
    assert kind_of("transportation", {"class": "ferry"}, "line") is None
    assert kind_of("housenumber", {"class": "x"}, "point") is None
    assert kind_of("landuse", {"kind": "quarry"}, "area") is None
    assert tile(("places", {"kind": "locality"}, Point(5, 5))) == []  # without a name there is nothing to write
    assert set(NAMES) == {"place", "water-name", "poi"}


def test_names_are_made_harmless() -> None:
    (street,) = tile(
        ("roads", {"kind": "major_road", "name": "a\x1b[31m\u202e<b>" + "x" * 500}, LineString([(0, 0), (9, 9)]))
    )
    assert street.thai.isprintable()
    assert len(street.thai) == 60


def test_a_tile_that_is_too_large_is_not_read() -> None:
    with pytest.raises(InputError, match="allowed 4,194,304"):
        streets_of(bytes(MOST_BYTES + 1), where="x")


@pytest.mark.parametrize("data", [b"\xff" * 50, b"<svg/>", b"\x1a\x02\x08", b"\x1a\x03\x0a\x05a"])
def test_no_tile(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^x: a tile is no vector tile"):
        streets_of(data, where="x")


@pytest.mark.parametrize("seed", seeds(8))
def test_spoiled_bytes_are_told_or_harmless(seed: int) -> None:
    draw = random.Random(seed)
    shapes = [
        ("landuse", {"kind": "park", "name": "ก"}, box(0, 0, 999, 999)),
        ("roads", {"kind": "rail"}, LineString([(0, 0), (9, 9), (4, 8)])),
    ]
    layers = [{"name": name, "features": [{"geometry": shape, "properties": said}]} for name, said, shape in shapes]
    whole = mapbox_vector_tile.encode(layers)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 3, 12))):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            streets = streets_of(bytes(data), where="x")
        except InputError:
            continue
        ElementTree.fromstring(tile_svg(streets, 15, Theme.LIGHT, WHOLE, with_land=True))
        names_in(streets)
