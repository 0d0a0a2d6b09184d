"""Orthophotos as tiles: in any system, packed in any way, with and without overviews, and damaged ones."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pyproj
import pytest
import tifffile
from effort import seeds

from dronectl.errors import InputError
from dronectl.formats.tiles import geotiff_file
from dronectl.formats.tiles.opening import open_tiles
from dronectl.geodesy.web_mercator import world_xy
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.tiles import TileKind

MIDDLE = GeoPoint(16.0545, 103.6525)
WIDE, HIGH = 900, 700
RED_AT = (450, 350)
"""Column and row of a red square, 40 pixels wide, in a green picture; it lies at the middle."""


def picture() -> Any:
    pixels = np.zeros((HIGH, WIDE, 3), np.uint8)
    pixels[...] = (30, 160, 60)
    pixels[RED_AT[1] - 20 : RED_AT[1] + 20, RED_AT[0] - 20 : RED_AT[0] + 20] = (230, 20, 20)
    return pixels


def tags(epsg: int, pixel_m: float = 0.5) -> list[tuple[Any, ...]]:
    """Of a north-up picture whose pixel RED_AT lies at MIDDLE."""
    is_degrees = epsg == 4326
    step = pixel_m / 111_000.0 if is_degrees else pixel_m
    x, y = pyproj.Transformer.from_crs(4326, epsg, always_xy=True).transform(MIDDLE.lon_deg, MIDDLE.lat_deg)
    keys = (1, 1, 0, 3, 1024, 0, 1, 2 if is_degrees else 1, 1025, 0, 1, 1, 2048 if is_degrees else 3072, 0, 1, epsg)
    tie = (0.0, 0.0, 0.0, x - RED_AT[0] * step, y + RED_AT[1] * step, 0.0)
    return [(33550, "d", 3, (step, step, 0.0), True), (33922, "d", 6, tie, True), (34735, "H", len(keys), keys, True)]


def write(path: Path, pixels: Any, epsg: int = 32648, **how: Any) -> Path:
    extra = how.pop("extratags", tags(epsg))
    tifffile.imwrite(path, pixels, photometric=how.pop("photometric", "rgb"), extratags=extra, **how)
    return path


def shown(path: Path, zoom: int, place: GeoPoint = MIDDLE) -> Any:
    """The tile around a place, as pixels, and where in it the place is."""
    source = open_tiles(path, shown_as=path.name)
    x, y = (value * (1 << zoom) for value in world_xy(place))
    tile = source.tile(zoom, int(x), int(y))
    assert tile is not None
    read = imagecodecs.jpeg_decode if tile.media_type == "image/jpeg" else imagecodecs.png_decode
    return read(tile.data), int(x % 1 * 256), int(y % 1 * 256)


@pytest.mark.parametrize("epsg", [32648, 4326, 3857, 32647, 24047])
def test_the_middle_is_where_it_is_in_every_system(tmp_path: Path, epsg: int) -> None:
    path = write(tmp_path / "x.tif", picture(), epsg, tile=(256, 256))
    pixels, x, y = shown(path, 19)
    assert pixels[y, x, 0] > 180
    assert pixels[y, x, 1] < 70
    source = open_tiles(path, shown_as="x.tif")
    west, south, east, north = source.facts.bounds
    assert west < MIDDLE.lon_deg < east
    assert south < MIDDLE.lat_deg < north
    assert source.facts.kind is TileKind.PICTURE
    assert source.facts.max_zoom in (18, 19)


@pytest.mark.parametrize(
    "how",
    [
        {"compression": "jpeg", "tile": (256, 256)},
        {"compression": "lzw", "tile": (128, 128), "predictor": True},
        {"compression": "deflate", "rowsperstrip": 16},
        {"compression": "webp", "tile": (256, 256)},
        {"rowsperstrip": 700},
    ],
    ids=str,
)
def test_packed_in_any_way(tmp_path: Path, how: dict[str, Any]) -> None:
    pixels, x, y = shown(write(tmp_path / "x.tif", picture(), **how), 19)
    assert pixels[y, x, 0] > 180
    far = pixels[(y + 100) % 256, (x + 100) % 256]
    assert far[1] > 120
    assert far[0] < 80


def test_beyond_the_edge_it_is_clear(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", picture(), tile=(256, 256))
    pixels, _, _ = shown(path, 16)
    assert pixels.shape == (256, 256, 4)
    assert {0, 255} == set(np.unique(pixels[..., 3]))
    source = open_tiles(path, shown_as="x.tif")
    assert source.tile(16, 0, 0) is None


def test_grey_sixteen_bits_and_opacity(tmp_path: Path) -> None:
    grey = (picture()[..., 0].astype(np.uint16)) << 8
    pixels, x, y = shown(write(tmp_path / "g.tif", grey, photometric="minisblack", tile=(256, 256)), 19)
    assert pixels[y, x, 0] > 180
    opaque = np.dstack([picture(), np.zeros((HIGH, WIDE), np.uint8)])
    opaque[RED_AT[1] - 20 : RED_AT[1] + 20, RED_AT[0] - 20 : RED_AT[0] + 20, 3] = 255
    path = write(tmp_path / "a.tif", opaque, tile=(256, 256), extrasamples=["unassalpha"])
    pixels, x, y = shown(path, 19)
    assert pixels[y, x, 3] == 255
    assert pixels[(y + 100) % 256, (x + 100) % 256, 3] == 0


def test_an_overview_is_used_from_far_away(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    with tifffile.TiffWriter(path) as one:
        one.write(picture(), photometric="rgb", tile=(256, 256), extratags=tags(32648), subfiletype=0)
        blue = np.zeros((HIGH // 8, WIDE // 8, 3), np.uint8)
        blue[...] = (10, 10, 240)
        one.write(blue, photometric="rgb", tile=(128, 128), subfiletype=1)
    near, x, y = shown(path, 19)
    assert near[y, x, 0] > 180
    far, x, y = shown(path, 15)
    assert far[y, x, 2] > 200


def test_a_large_picture_without_overviews_is_not_shown_from_far_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geotiff_file, "MOST_WINDOW_PX", 600)
    path = write(tmp_path / "x.tif", picture(), tile=(256, 256))
    source = open_tiles(path, shown_as="x.tif")
    zoom = source.facts.min_zoom
    assert zoom > 10
    x, y = world_xy(MIDDLE)
    assert source.tile(zoom, int(x * (1 << zoom)), int(y * (1 << zoom))) is not None
    assert source.tile(zoom - 4, int(x * (1 << zoom - 4)), int(y * (1 << zoom - 4))) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"extratags": []}, "no code of its coordinate system"),
        ({"extratags": tags(32648)[2:]}, "says not where it lies"),
        ({"extratags": [*tags(32648)[:2], (34735, "H", 8, (1, 1, 0, 1, 3072, 0, 1, 32767), True)]}, "no code"),
        (
            {"extratags": [*tags(32648)[:2], (34735, "H", 12, (1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 9), True)]},
            "EPSG:9",
        ),
    ],
)
def test_pictures_that_lie_nowhere(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = write(tmp_path / "x.tif", picture(), tile=(256, 256), **change)
    with pytest.raises(InputError, match=said):
        open_tiles(path, shown_as="x.tif")


@pytest.mark.parametrize(
    ("pixels", "photometric", "said"),
    [
        (np.zeros((64, 64), np.float32), "minisblack", "1 bands of float32"),
        (np.zeros((64, 64), np.int16), "minisblack", "1 bands of int16"),
    ],
)
def test_no_pictures(tmp_path: Path, pixels: Any, photometric: str, said: str) -> None:
    path = write(tmp_path / "x.tif", pixels, photometric=photometric)
    with pytest.raises(InputError, match=said):
        open_tiles(path, shown_as="x.tif")


@pytest.mark.parametrize("content", [b"", b"II*\0", b"II*\0\x08\0\0\0", b"<html>", b"MM\0*" + bytes(200)])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tif").write_bytes(content)
    with pytest.raises(InputError, match=r"^x\.tif: "):
        open_tiles(tmp_path / "x.tif", shown_as="x.tif")


@pytest.mark.parametrize("seed", seeds(3))
def test_spoiled_bytes_are_told_or_harmless(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    whole = write(tmp_path / "whole.tif", picture(), tile=(256, 256), compression="deflate").read_bytes()
    x, y = (int(value * (1 << 18)) for value in world_xy(MIDDLE))
    for turn in range(25):
        data = bytearray(whole[: draw.randrange(len(whole))] if turn % 5 == 0 else whole)
        for _ in range(draw.choice((1, 5, 60))):
            data[draw.randrange(max(min(len(data), 1200 if turn % 2 else len(data)), 1))] = draw.randrange(256)
        (tmp_path / "x.tif").write_bytes(data)
        try:
            source = open_tiles(tmp_path / "x.tif", shown_as="x.tif")
        except InputError:
            continue
        try:
            source.tile(18, x, y)
        except InputError as error:
            assert "\n" not in error.message  # noqa: PT017
        source.close()
