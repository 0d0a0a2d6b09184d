"""What lies below a site's maps, as a page and the other maps ask for it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
from pathlib import Path

import made_up_town
import pytest

from dronectl.errors import DronectlError, InputError
from dronectl.formats.background.drawer import STREETS_DEFAULT_ATTRIBUTION, Drawer
from dronectl.formats.streets.look import LOOKS, Theme
from dronectl.model.ground.tiles import MapSettings, Tile
from dronectl.ops.background import desk
from dronectl.ops.background.desk import TileDesk

AT = (15, 25818, 14903)
"""A tile in the middle of the town."""
PNG = bytes.fromhex("89504e470d0a1a0a0000000d494844520000010000000100")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("maps")
    made_up_town.write_pmtiles(root / "town.pmtiles")
    made_up_town.write_pmtiles(root / "nobodys.pmtiles", attribution="")
    with sqlite3.connect(root / "air.mbtiles") as one:
        one.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        one.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
        one.execute("INSERT INTO metadata VALUES ('format', 'png')")
        one.execute("INSERT INTO tiles VALUES (15, 25818, ?, ?)", ((1 << 15) - 1 - 14903, PNG))
    one.close()
    (root / "bad.pmtiles").write_bytes(b"<html>")
    return root


def drawer(root: Path, *names: str) -> Drawer:
    return Drawer(root, MapSettings(names))


def picture(one: Drawer, number: int, zoom: int, x: int, y: int, theme: Theme = Theme.LIGHT) -> str:
    tile = one.picture(number, zoom, x, y, theme)
    assert tile is not None
    return tile.data.decode()


def test_streets_are_drawn_and_beyond_their_own_zoom_too(root: Path) -> None:
    one = drawer(root, "town.pmtiles")
    look = LOOKS[Theme.LIGHT]
    assert look.land in picture(one, 0, *AT)
    assert LOOKS[Theme.DARK].land in picture(one, 0, *AT, Theme.DARK)
    nearer = [picture(one, 0, 17, 4 * AT[1] + dx, 4 * AT[2] + dy) for dx in range(4) for dy in range(4)]
    assert sum(look.fills["building"] in part for part in nearer) > 8
    assert len({len(part) for part in nearer}) > 8
    assert one.picture(0, 10, AT[1] >> 5, AT[2] >> 5, Theme.LIGHT) is None
    assert one.picture(0, 24, 0, 0, Theme.LIGHT) is None
    assert one.picture(0, 3, 9, 9, Theme.LIGHT) is None
    assert one.picture(5, *AT, Theme.LIGHT) is None


def test_over_a_picture_streets_let_it_through(root: Path) -> None:
    one = drawer(root, "air.mbtiles", "town.pmtiles")
    assert one.picture(0, *AT, Theme.LIGHT) == Tile(PNG, "image/png")
    over = picture(one, 1, *AT)
    assert LOOKS[Theme.OVER].strokes["primary"] in over
    assert LOOKS[Theme.LIGHT].fills["water"] not in over
    assert "<rect" not in over
    assert LOOKS[Theme.LIGHT].fills["water"] in picture(drawer(root, "town.pmtiles", "air.mbtiles"), 0, *AT)


def test_names_lie_where_their_streets_are(root: Path) -> None:
    said = json.loads(drawer(root, "town.pmtiles").names(0, *AT) or b"")
    west, south, east, north = made_up_town.BOUNDS
    for _, _, thai, latin, start, end in said:
        assert thai
        assert latin
        for lat, lon in (start, *([end] if end else [])):
            assert south < lat < north
            assert west < lon < east
    assert "ถนนสุขุมวิทจำลอง" in {row[2] for row in said}


def test_what_cannot_be_read_is_told_and_the_others_are_drawn(root: Path) -> None:
    one = drawer(root, "bad.pmtiles", "gone.mbtiles", "town.pmtiles")
    assert [bool(background.problem) for background in one.backgrounds] == [True, True, False]
    assert picture(one, 2, *AT)
    with pytest.raises(InputError, match=r"^\[map\] files: bad.pmtiles: is no PMTiles file"):
        one.require_all()
    drawer(root, "town.pmtiles").require_all()


def test_whose_streets_they_are_is_always_said(root: Path) -> None:
    one = drawer(root, "nobodys.pmtiles", "town.pmtiles", "air.mbtiles")
    said = one.attributions(MapSettings(attribution="ภาพถ่าย: สภ.เมืองร้อยเอ็ด"))
    assert said == [STREETS_DEFAULT_ATTRIBUTION, "© OpenStreetMap (made up)", "ภาพถ่าย: สภ.เมืองร้อยเอ็ด"]


def test_a_process_of_its_own_draws_and_may_die(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with TileDesk(root, MapSettings(("town.pmtiles", "bad.pmtiles"), "x")) as tiles:
            told = tiles.document()
            assert (told[0]["kind"], told[0]["problem"]) == ("streets", None)
            assert "no PMTiles" in told[1]["problem"]
            assert told[-1]["further_attribution"] == "x"
            first = await tiles.picture(0, *AT, "light")
            assert first is not None
            assert first == Drawer(root, MapSettings(("town.pmtiles",))).picture(0, *AT, Theme.LIGHT)
            assert await tiles.picture(0, *AT, "light") is first  # kept
            assert await tiles.picture(0, *AT, "nonsense") == await tiles.picture(0, *AT, "dark")
            assert await tiles.picture(9, *AT, "dark") is None
            assert await tiles.names(1, *AT) is None
            pool = tiles._pool
            assert pool is not None
            for process in list(pool._processes):
                os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
            with pytest.raises(DronectlError, match="died"):
                await tiles.picture(0, 15, AT[1] + 1, AT[2], "light")
            assert await tiles.picture(0, 15, AT[1] + 1, AT[2], "light") is not None

    asyncio.run(main())


def test_what_dies_again_and_again_is_left_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with TileDesk(root, MapSettings()) as tiles:
            assert tiles.document() == []
            tiles._deaths = desk.MOST_DEATHS
            with pytest.raises(DronectlError, match="too often"):
                await tiles._asked(len, "x")

    asyncio.run(main())
