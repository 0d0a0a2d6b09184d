"""Files are written whole or not at all; sizes of shapes are geodesic."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dronectl.errors import StorageError
from dronectl.geodesy.geodesic import distance_m, line_length_m
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.site.geometry import LocalMetres, polygon_size
from dronectl.site.making.workspace import make_workspace
from dronectl.storage.files import clear_left_overs, remove, write_atomic


def test_text_is_written_as_utf8_with_its_line_ends(tmp_path: Path) -> None:
    write_atomic(tmp_path / "new" / "แผน.txt", "ก\nข\r\n")
    assert (tmp_path / "new" / "แผน.txt").read_bytes() == "ก\nข\r\n".encode()


def test_an_old_file_stays_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.json"
    write_atomic(path, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left") as caught:
        write_atomic(path, b"new")
    assert str(path) in caught.value.message
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path], "nothing temporary is left behind"


def test_links_in_a_circle_are_not_written_to(tmp_path: Path) -> None:
    for link, other in (("a", "b"), ("b", "a"), ("c", "c")):
        (tmp_path / link).symlink_to(other)
    for link in ("a", "c"):
        with pytest.raises(StorageError, match="symbolic links"):
            write_atomic(tmp_path / link, b"new")
        assert (tmp_path / link).is_symlink()


def test_a_folder_in_the_way_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        write_atomic(tmp_path / "file" / "below", b"x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError):
        write_atomic(tmp_path / "folder", b"x")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_the_mode_is_the_replaced_files_or_the_usual_one(tmp_path: Path) -> None:
    path, plain = tmp_path / "a", tmp_path / "plain"
    plain.touch()
    write_atomic(path, b"1")
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    write_atomic(path, b"2")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there, and there is no /dev")
def test_links_are_followed_and_devices_are_written_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_atomic(tmp_path / "link", b"1")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"1"
    (tmp_path / "null").symlink_to("/dev/null")
    write_atomic(tmp_path / "null", b"1")
    assert not Path("/dev/null").is_file()


def test_init_never_overwrites(tmp_path: Path) -> None:
    first = make_workspace(tmp_path)
    assert set(first.created) == {
        "dronectl.toml", ".gitignore", "geofences/example.geojson", "missions/example.toml",
        "missions/gate.toml", "sim/fleet.toml",
    }  # fmt: skip
    (tmp_path / "dronectl.toml").write_text("mine", encoding="utf-8")
    for name in ("example.toml", "gate.toml"):
        (tmp_path / "missions" / name).unlink()
    (tmp_path / "geofences" / "example.geojson").rename(tmp_path / "geofences" / "mine.geojson")
    second = make_workspace(tmp_path)
    assert second.created == ("missions/example.toml", "missions/gate.toml")
    assert set(second.kept) == {"dronectl.toml", ".gitignore", "geofences/", "sim/fleet.toml"}
    assert (tmp_path / "dronectl.toml").read_text(encoding="utf-8") == "mine"


def test_sizes_are_geodesic() -> None:
    """One arc minute by one at the equator, against the ellipsoid's own radii: a = 6 378 137 m, b = 6 356 752.314 m."""
    minute = 1 / 60
    corners = ((0.0, 0.0), (0.0, minute), (minute, minute), (minute, 0.0))
    polygon = GeoPolygon(tuple(GeoPoint(lat, lon) for lat, lon in corners))
    east_m, north_m = 1855.3248, 1842.9046
    assert distance_m(GeoPoint(0, 0), GeoPoint(0, minute)) == pytest.approx(east_m, abs=1e-3)
    assert line_length_m([GeoPoint(0, 0), GeoPoint(minute, 0)]) == pytest.approx(north_m, abs=1e-3)
    size = polygon_size(polygon)
    assert size.area_m2 == pytest.approx(east_m * north_m, rel=1e-6)
    assert size.perimeter_m == pytest.approx(2 * (east_m + north_m), abs=0.01)


def test_local_metres_keep_distances_at_site_scale() -> None:
    origin, place = GeoPoint(16.053, 103.651), GeoPoint(16.06, 103.66)
    local = LocalMetres(origin)
    assert local.point(place).distance(local.point(origin)) == pytest.approx(distance_m(origin, place), abs=1e-3)
    assert local.place(local.point(place)).lat_deg == pytest.approx(place.lat_deg, abs=1e-9)


@pytest.mark.parametrize("again", [lambda path: write_atomic(path, b"new"), remove], ids=["written", "removed"])
def test_what_a_kill_left_of_a_file_goes_with_the_next_one(tmp_path: Path, again: Callable[[Path], None]) -> None:
    path, left = tmp_path / "plan.json", tmp_path / ".plan.json.part"
    left.write_bytes(b"hal")
    os.utime(left, (0.0, 0.0))
    again(path)
    assert list(tmp_path.iterdir()) == ([path] if path.exists() else [])


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no open file anyway")
def test_what_a_living_process_writes_is_not_taken_for_left_over(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"

    def pieces() -> Iterator[bytes]:
        yield b"first "
        write_atomic(path, b"another")
        assert path.read_bytes() == b"another"
        yield b"one"

    write_atomic(path, pieces())
    assert path.read_bytes() == b"first one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")
def test_a_link_in_the_place_of_a_left_over_is_neither_followed_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    link = tmp_path / ".plan.json.part"
    link.symlink_to(tmp_path / "mine")
    write_atomic(tmp_path / "plan.json", b"new")
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert link.is_symlink()


def test_all_that_kills_left_in_a_folder_goes_but_nothing_else(tmp_path: Path) -> None:
    for name in (".a.json.part", ".b.0badcafe.part", "log.bin.part", ".hidden", "c.json"):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (0.0, 0.0))
    clear_left_overs(tmp_path)
    clear_left_overs(tmp_path / "nowhere")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", "c.json", "log.bin.part"]
