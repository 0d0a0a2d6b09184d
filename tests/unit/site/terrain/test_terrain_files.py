"""Elevation files: SRTM tiles and GeoTIFFs as they are published, and everything that is wrong with others."""

from __future__ import annotations

import hashlib
import io
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from effort import some_of

from dronectl.errors import InputError
from dronectl.model.ground.terrain import Terrain
from dronectl.site.consistency import warnings
from dronectl.site.terrain.elevation_files import read_tile
from dronectl.site.terrain.geotiff import read_geotiff
from dronectl.site.terrain.srtm import read_hgt

if TYPE_CHECKING:
    from conftest import Spoiled

KEYS = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
POINT_KEYS = (*KEYS[:11], 2, *KEYS[12:])


def hgt(points: int = 1201, void_at: tuple[int, int] | None = None) -> bytes:
    """Rises 1 m a row to the north and 2 m a column to the east."""
    rows, columns = np.mgrid[0:points, 0:points]
    grid = rows % 5000 + 2 * columns
    if void_at is not None:
        grid[void_at] = -32768
    return np.asarray(grid[::-1], dtype=">i2").tobytes()


def geotiff(values: np.ndarray, keys: tuple[int, ...] = KEYS, *, no_data: str = "-9999", **more: Any) -> bytes:
    """North row first, 0.01° points, its north-west corner (not its first point) at 17 N, 103 E."""
    tifffile = pytest.importorskip("tifffile")
    tags = [
        (33550, "d", 3, (0.01, 0.01, 0.0)),
        (33922, "d", 6, (0.0, 0.0, 0.0, 103.0, 17.0, 0.0)),
        (42113, "s", 0, no_data),
    ]
    if keys:
        tags.append((34735, "H", len(keys), keys))
    file = io.BytesIO()
    tifffile.imwrite(file, values, extratags=tags, metadata=None, **more)
    return file.getvalue()


class TestSrtm:
    @pytest.mark.parametrize("points", some_of([1201, 3601], 1))
    def test_rows_run_north_and_corners_lie_on_whole_degrees(self, points: int) -> None:
        terrain = Terrain((read_hgt(hgt(points), stem="N16E103", source="x"),))
        steps = points - 1
        assert terrain.heights_m(16.0, 103.0) == 0
        assert terrain.heights_m(17.0, 103.0) == steps
        assert terrain.heights_m(16.0, 104.0) == 2 * steps
        assert terrain.heights_m(16 + 1.5 / steps, 103 + 2.25 / steps) == pytest.approx(1.5 + 4.5, abs=1e-6)
        assert np.isnan(terrain.heights_m(15.9999, 103.5))

    def test_the_south_and_the_west_of_the_earth(self) -> None:
        tile = read_hgt(hgt(), stem="S01W001", source="x")
        assert (tile.south_deg, tile.west_deg, tile.north_deg, tile.east_deg) == (-1, -1, 0, 0)

    def test_a_void_is_unknown_and_so_is_the_ground_next_to_it(self) -> None:
        terrain = Terrain((read_hgt(hgt(void_at=(600, 600)), stem="N16E103", source="x"),))
        assert np.isnan(terrain.heights_m(16.5, 103.5))
        assert np.isnan(terrain.heights_m(16.5 + 0.4 / 1200, 103.5))
        assert terrain.heights_m(16.5 + 1 / 1200, 103.5) == pytest.approx(601 + 1200)

    def test_two_tiles_join_without_a_gap(self) -> None:
        west, east = (read_hgt(hgt(), stem=name, source=name) for name in ("N16E103", "N16E104"))
        heights = Terrain((west, east)).heights_m(np.full(3, 16.5), np.array([103.9999, 104.0, 104.0001]))
        assert np.isfinite(heights).all()

    @pytest.mark.parametrize(
        ("data", "stem", "words"),
        [
            (hgt()[:-1], "N16E103", "2,884,801 bytes"),
            (b"", "N16E103", "0 bytes"),
            (b"PK\x03\x04" * 40, "N16E103", "truncated, still packed"),
            (hgt(), "roi-et", "tells no place"),
            (hgt(), "N95E103", "on the Earth"),
            (hgt(), "N16E200", "on the Earth"),
        ],
    )
    def test_what_is_no_tile_is_one_line(self, data: bytes, stem: str, words: str) -> None:
        with pytest.raises(InputError) as caught:
            read_hgt(data, stem=stem, source="terrain/x.hgt")
        assert words in f"{caught.value.message} {caught.value.hint}"
        assert "\n" not in caught.value.message


class TestGeotiff:
    GRID = np.arange(12, dtype=np.int16).reshape(3, 4)

    def test_pixels_are_areas_unless_it_says_points(self) -> None:
        area = Terrain((read_geotiff(geotiff(self.GRID), source="x"),))
        assert area.heights_m(16.995, 103.005) == pytest.approx(0, abs=1e-9)
        assert area.heights_m(16.975, 103.035) == 11
        assert area.heights_m(16.985, 103.02) == pytest.approx(5.5)
        point = Terrain((read_geotiff(geotiff(self.GRID, POINT_KEYS), source="x"),))
        assert point.heights_m(17.0, 103.0) == 0

    @pytest.mark.parametrize(
        "how", [{"compression": "zlib"}, {"compression": "zlib", "predictor": 2}, {"tile": (16, 16)}]
    )
    def test_packed_and_tiled(self, how: dict[str, Any]) -> None:
        assert read_geotiff(geotiff(self.GRID, **how), source="x").values.tolist() == self.GRID[::-1].tolist()

    def test_lzw_and_floats_with_a_predictor_as_copernicus_packs_them(self) -> None:
        pytest.importorskip("imagecodecs")
        for values, how in (
            (self.GRID, {"compression": "lzw"}),
            (self.GRID.astype(np.float32) + 0.25, {"compression": "zlib", "predictor": 3}),
        ):
            assert read_geotiff(geotiff(values, **how), source="x").values.tolist() == values[::-1].tolist()

    def test_no_data_and_not_a_number_are_unknown(self) -> None:
        values = self.GRID.astype(np.float32)
        values[0, 0], values[0, 3] = -9999, np.nan
        terrain = Terrain((read_geotiff(geotiff(values), source="x"),))
        assert np.isnan(terrain.heights_m([16.995, 16.995], [103.005, 103.035])).all()
        assert terrain.heights_m(16.985, 103.005) == pytest.approx(4)

    def test_what_is_no_elevation_in_degrees_is_one_line(self) -> None:
        utm = (*KEYS[:7], 1, *KEYS[8:12], 3072, 0, 1, 32648)
        feet = (1, 1, 0, 4, *KEYS[4:], 4099, 0, 1, 9002)
        colour = np.zeros((4, 4, 3), dtype=np.uint8)
        good = geotiff(self.GRID)
        for data, words in (
            (geotiff(self.GRID, utm), "32648"),
            (geotiff(self.GRID, feet), "unit 9002"),
            (geotiff(self.GRID, ()), "no GeoTIFF"),
            (geotiff(colour), "one band"),
            (b"", "cannot be read"),
            (b"II*\0" + b"\xff" * 60, "cannot be read"),
            (good[: len(good) // 3], "cannot be read"),
        ):
            with pytest.raises(InputError) as caught:
                read_geotiff(data, source="terrain/x.tif")
            assert words in caught.value.message, caught.value.message
            assert "\n" not in caught.value.message

    def test_damaged_files_never_end_in_a_traceback(self) -> None:
        good = geotiff(self.GRID, compression="zlib")
        random = np.random.default_rng(5)
        for _ in range(150):
            bad = bytearray(good)
            for place in random.integers(0, len(bad), 4):
                bad[place] = int(random.integers(0, 256))
            try:
                read_geotiff(bytes(bad), source="x")
            except InputError as error:
                assert "\n" not in error.message  # noqa: PT017

    def test_the_missing_package_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "tifffile", None)
        with pytest.raises(InputError, match="tifffile") as caught:
            read_geotiff(b"", source="x.tif")
        assert "dronectl[terrain]" in caught.value.hint


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd.hgt", "../N16E103.hgt", "a/../../N16E103.hgt", "C:\\N16E103.hgt", "n.zip", "gone.hgt", "a\x1bb.hgt"],
)
def test_a_name_that_is_no_elevation_file_of_the_workspace(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_tile(tmp_path, name)


def level(metres: int) -> bytes:
    return np.full((1201, 1201), metres, dtype=">i2").tobytes()


class TestInAWorkspace:
    """The example lies at 35.36 S, 149.16 E, at 584 m."""

    @staticmethod
    def named(spoiled: Spoiled, data: bytes, name: str = "S36E149.hgt") -> Spoiled:
        (spoiled.root / "terrain").mkdir()
        spoiled.write(f"terrain/{name}", data)
        spoiled.edit("dronectl.toml", "[site]", f'[terrain]\nfiles = ["terrain/{name}"]\n\n[site]')
        return spoiled

    def test_the_ground_is_known_and_the_file_is_a_source(self, spoiled: Spoiled) -> None:
        data = level(580)
        site = self.named(spoiled, data).load()
        assert site.terrain is not None
        assert site.terrain.heights_m(site.home.lat_deg, site.home.lon_deg) == 580
        assert site.sources["terrain/S36E149.hgt"] == hashlib.sha256(data).hexdigest()
        assert not [line for line in warnings(site, day=date(2026, 3, 1)) if "elevation" in line or "terrain" in line]

    def test_without_files_it_is_flat(self, spoiled: Spoiled) -> None:
        assert spoiled.load().terrain is None

    def test_a_broken_file_is_one_problem_of_the_workspace(self, spoiled: Spoiled) -> None:
        problem = self.named(spoiled, level(580)[:1000]).problem()
        assert problem.startswith("dronectl.toml: [terrain]: files: terrain/S36E149.hgt: found 1,000 bytes")

    def test_a_file_that_is_not_there(self, spoiled: Spoiled) -> None:
        spoiled.edit("dronectl.toml", "[site]", '[terrain]\nfiles = ["terrain/S36E149.hgt"]\n\n[site]')
        assert "terrain/S36E149.hgt: no such file" in spoiled.problem()

    def test_a_tile_of_another_place_does_not_hold_the_homes(self, spoiled: Spoiled) -> None:
        problems = self.named(spoiled, level(580), "N16E103.hgt").problems()
        assert all("found no height at" in problem for problem in problems)
        assert len(problems) >= 2

    def test_another_elevation_than_the_sites_is_a_warning(self, spoiled: Spoiled) -> None:
        site = self.named(spoiled, level(100)).load()
        assert any("the elevation files say 100 at home" in line for line in warnings(site, day=date(2026, 3, 1)))

    def test_an_unknown_key(self, spoiled: Spoiled) -> None:
        spoiled.edit("dronectl.toml", "[site]", "[terrain]\nfile = []\n\n[site]")
        assert "[terrain]" in spoiled.problem()
