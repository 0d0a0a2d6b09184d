"""PMTiles and MBTiles: the same tiles by either, and files that something is wrong with."""

from __future__ import annotations

import random
import sqlite3
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import made_up_town
import pytest
import spoiled_tiles
from effort import seeds
from pmtiles.tile import Compression, TileType

from dronectl.errors import InputError
from dronectl.formats.tiles.opening import open_tiles
from dronectl.model.ground.tiles import VECTOR, TileKind


@pytest.fixture(scope="module")
def pmtiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up_town.write_pmtiles(tmp_path_factory.mktemp("maps") / "town.pmtiles")


@pytest.fixture(scope="module")
def mbtiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up_town.write_mbtiles(tmp_path_factory.mktemp("maps") / "town.mbtiles", "protomaps")


def png(wide: int, high: int) -> bytes:
    """A whole picture in one colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress((b"\0" + b"\x80\x90\xa0" * min(wide, 64)) * min(high, 64))
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def database(path: Path, metadata: dict[str, str], tiles: list[tuple[object, ...]]) -> Path:
    with sqlite3.connect(path) as one:
        one.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        one.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
        one.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
        one.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", tiles)
    one.close()
    return path


def test_both_formats_give_the_same_tiles(pmtiles: Path, mbtiles: Path) -> None:
    one, other = open_tiles(pmtiles, shown_as="a"), open_tiles(mbtiles, shown_as="b")
    expected = dict(made_up_town.tiles())
    assert len(expected) > 30
    for (zoom, x, y), data in expected.items():
        for source in (one, other):
            tile = source.tile(zoom, x, y)
            assert tile is not None
            assert (tile.data, tile.media_type) == (data, VECTOR)
    for source in (one, other):
        assert source.tile(15, 0, 0) is None
        assert source.facts.kind is TileKind.STREETS
        assert (source.facts.min_zoom, source.facts.max_zoom) == (11, 15)
        assert source.facts.bounds == pytest.approx(made_up_town.BOUNDS)
        assert source.facts.attribution == "© OpenStreetMap (made up)"  # as words, whatever it was marked up with
        source.close()


def test_pictures(tmp_path: Path) -> None:
    path = database(tmp_path / "air.mbtiles", {"format": "png"}, [(3, 6, 4, png(256, 256))])
    source = open_tiles(path, shown_as="air.mbtiles")
    tile = source.tile(3, 6, 3)  # rows of MBTiles count from the south
    assert tile is not None
    assert (tile.media_type, tile.data[:4]) == ("image/png", b"\x89PNG")
    assert source.facts.kind is TileKind.PICTURE
    assert source.facts.bounds == (-180.0, -85.0, 180.0, 85.0)
    assert source.facts.name == "air.mbtiles"


def refused(path: Path) -> str:
    """What is said of a file when it is opened, or when its first tile is asked for."""
    with pytest.raises(InputError) as caught:
        open_tiles(path, shown_as=path.name).tile(0, 0, 0)
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith(path.name)
    assert caught.value.exit_code == 2
    return caught.value.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tile_type": TileType.AVIF}, "avif"),
        ({"tile_compression": Compression.BROTLI}, "brotli"),
        ({"internal_compression": Compression.ZSTD}, "otherwise than by gzip"),
        ({"max_zoom": 31}, "zooms 11 to 31"),
        ({"min_zoom": 16}, "zooms 16 to 15"),
        ({"root_length": 1 << 40}, "a piece of"),
        ({"root_offset": 1 << 50}, "cut short"),
        ({"metadata_offset": 3}, "damaged"),
    ],
)
def test_a_header_that_cannot_be(pmtiles: Path, tmp_path: Path, change: dict[str, object], said: str) -> None:
    assert said in refused(spoiled_tiles.with_header(pmtiles, tmp_path / "x.pmtiles", **change))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (spoiled_tiles.directory_bomb, "unpacks to more than 4 MB"),
        (spoiled_tiles.tile_bomb, "unpacks to more than 16 MB"),
    ],
)
def test_bombs(tmp_path: Path, make: Callable[[Path], Path], said: str) -> None:
    assert said in refused(make(tmp_path / "bomb.pmtiles"))


def test_an_index_that_leads_to_itself_ends(tmp_path: Path) -> None:
    source = open_tiles(spoiled_tiles.endless_directories(tmp_path / "x.pmtiles"), shown_as="x")
    assert source.tile(0, 0, 0) is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.pmtiles", b"", "no PMTiles"),
        ("x.pmtiles", b"PMTiles\x03", "cut short"),
        ("x.pmtiles", b"PMTiles\x02" + bytes(200), "version 2"),
        ("x.pmtiles", b"<html>404</html>" * 20, "no PMTiles"),
        ("x.mbtiles", b"", "no MBTiles"),
        ("x.mbtiles", b"SQLite format 3\0" + bytes(5000), "no MBTiles"),
        ("x.mbtiles", b"nothing at all, and some more of it" * 100, "no MBTiles"),
        ("x.gif", b"GIF89a", "found '.gif', allowed"),
    ],
)
def test_other_files(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert said in refused(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "x.pmtiles")
    assert "no such file" in refused(tmp_path / "x.mbtiles")


@pytest.mark.parametrize(
    ("metadata", "tiles", "said"),
    [
        ({"format": "png"}, [], "holds no tiles"),
        ({"format": "tiff"}, [(0, 0, 0, b"x")], "format 'tiff'"),
        ({}, [(0, 0, 0, b"x")], "format ''"),
        ({"format": "png"}, [(0, 0, 0, b"no picture")], "no PNG, JPEG or WebP"),
        ({"format": "png"}, [(0, 0, 0, png(50_000, 50_000))], "50000 x 50000 pixels"),
        ({"format": "png"}, [(0, 0, 0, "words")], "no bytes"),
        ({"format": "pbf"}, [(99, 0, 0, b"x")], "zooms 99 to 99"),
        ({"format": "pbf"}, [("a", 0, 0, b"x")], "zooms a to a"),
    ],
)
def test_databases_that_cannot_be(
    tmp_path: Path, metadata: dict[str, str], tiles: list[tuple[object, ...]], said: str
) -> None:
    assert said in refused(database(tmp_path / "x.mbtiles", metadata, tiles))


def test_a_question_without_end_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "endless.mbtiles"
    with sqlite3.connect(path) as one:
        one.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        one.execute("INSERT INTO metadata VALUES ('format', 'png')")
        one.execute(
            "CREATE VIEW tiles AS WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more) "
            "SELECT n AS zoom_level, 0 AS tile_column, 0 AS tile_row, x'00' AS tile_data FROM more"
        )
    one.close()
    assert "interrupted" in refused(path)


@pytest.mark.parametrize("seed", seeds(6))
def test_spoiled_bytes_are_told_or_harmless(pmtiles: Path, mbtiles: Path, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    addresses = [at for at, _ in made_up_town.tiles()]
    for whole in (pmtiles, mbtiles):
        for turn in range(12):
            data = bytearray(whole.read_bytes())
            if turn % 3 == 0:
                data = data[: draw.randrange(len(data))]
            else:
                for _ in range(draw.choice((1, 20, 2000))):
                    data[draw.randrange(len(data) if turn % 3 == 1 else 2000)] = draw.randrange(256)
            path = tmp_path / f"{turn}{whole.suffix}"
            path.write_bytes(data)
            try:
                source = open_tiles(path, shown_as="x")
            except InputError:
                continue
            for at in draw.sample(addresses, 8):
                try:
                    source.tile(*at)
                except InputError as error:
                    assert "\n" not in error.message  # noqa: PT017
            source.close()
