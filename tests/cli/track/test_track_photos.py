"""``track export`` of a flight that photographs: what the camera saw of the ground, by every way to export it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from kml_checks import GX, K, check
from lxml import etree
from photo_flight import with_photographs
from repository import REPOSITORY
from running_fleet import copy_workspace

from dronectl.cli.main import run

TLOG = REPOSITORY / "tests" / "data" / "sitl-drone1.tlog"
HERE = ["--workspace", str(REPOSITORY)]
METRES_A_DEGREE = np.array([107_000.0, 110_660.0])
"""Of longitude and latitude at Roi Et."""


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    card = tmp_path / "การ์ด"
    card.mkdir()
    (card / "photos.tlog").write_bytes(with_photographs(TLOG.read_bytes(), every=16))
    return card


def marks(document: bytes, folder: str) -> list[etree._Element]:
    folders = [one for one in check(document).iter(f"{K}Folder") if one.findtext(f"{K}name") == folder]
    return [mark for one in folders for mark in one.findall(f"{K}Placemark")]


def places(mark: etree._Element) -> np.ndarray:
    """(n, 2) longitudes and latitudes."""
    vertices = (mark.findtext(f".//{K}coordinates") or "").split()
    return np.array([vertex.split(",")[:2] for vertex in vertices], float)


def test_each_photograph_has_its_point_on_the_track_and_the_ground_below_it(card: Path) -> None:
    assert run(["track", "export", str(card / "photos.tlog"), "-o", "out.kml", *HERE]) == 0
    document = Path("out.kml").read_bytes()
    points, areas = marks(document, "Photos, flight 1"), marks(document, "Photo footprints, flight 1")
    assert len(points) == len(areas) > 40
    coords = [(coord.text or "").split()[:2] for coord in check(document).iter(f"{GX}coord")]
    track = np.array(coords, float)
    for point, area in zip(points, areas, strict=True):
        assert point.findtext(f"{K}name") == area.findtext(f"{K}name")
        assert point.findtext(f"{K}TimeStamp/{K}when") == area.findtext(f"{K}TimeStamp/{K}when")
        (place,), corners = places(point), places(area)[:4]
        assert (np.hypot(*((track - place) * METRES_A_DEGREE).T)).min() < 0.1
        assert np.hypot(*((corners.mean(axis=0) - place) * METRES_A_DEGREE)) < 0.05
        height_m = float((point.findtext(f"{K}description") or "").split(" m above home")[0].rsplit("; ")[-1])
        sides_m = np.hypot(*(np.diff(places(area), axis=0) * METRES_A_DEGREE).T)
        assert sides_m == pytest.approx(height_m * np.array([1.0, 1.5, 1.0, 1.5]), rel=0.01)


@pytest.mark.parametrize("suffix", ["kml", "kmz"])
def test_a_folder_gives_the_same_bytes(card: Path, suffix: str) -> None:
    assert run(["track", "export", "--all", str(card), "-o", "out", "--format", suffix, *HERE]) == 0
    assert run(["track", "export", str(card / "photos.tlog"), "-o", f"alone.{suffix}", *HERE]) == 0
    written = Path(f"out/photos.tlog.{suffix}")
    assert written.read_bytes() == Path(f"alone.{suffix}").read_bytes()
    document = written.read_bytes()
    if suffix == "kmz":
        with zipfile.ZipFile(written) as archive:
            document = archive.read("doc.kml")
    assert len(marks(document, "Photo footprints, flight 1")) > 40


def test_simplified_and_beside_other_looks_they_stay(card: Path) -> None:
    look = ["--simplify", "1", "--heights", "relative", "--colour-by", "speed"]
    assert run(["track", "export", str(card / "photos.tlog"), "-o", "out.kml", *look, *HERE]) == 0
    assert run(["track", "export", str(card / "photos.tlog"), "-o", "plain.kml", *HERE]) == 0
    areas, plain = (
        [etree.tostring(mark) for mark in marks(Path(name).read_bytes(), "Photo footprints, flight 1")]
        for name in ("out.kml", "plain.kml")
    )
    assert areas == plain


def test_without_a_workspace_or_with_a_stranger_the_points_alone(card: Path) -> None:
    assert run(["track", "export", str(card / "photos.tlog"), "-o", "out.kml"]) == 0
    document = Path("out.kml").read_bytes()
    assert len(marks(document, "Photos, flight 1")) > 40
    assert b"Photo footprints" not in document
    (card / "strange.tlog").write_bytes(with_photographs(TLOG.read_bytes(), every=16))
    site = Path("site")
    site.mkdir()
    copy_workspace(site)
    config = site / "dronectl.toml"
    config.write_text(config.read_text("utf-8").replace("system_id = 1\n", "system_id = 7\n"), "utf-8")
    assert run(["track", "export", str(card / "strange.tlog"), "-o", "out.kml", "--workspace", str(site)]) == 0
    assert b"Photo footprints" not in Path("out.kml").read_bytes()


def test_a_camera_without_a_gimbal_looks_back_in_fast_flight(card: Path) -> None:
    """The nose is down in fast flight, by up to 30° in this one."""
    site = Path("site")
    site.mkdir()
    copy_workspace(site)
    config = site / "dronectl.toml"
    text = config.read_text("utf-8")
    config.write_text(
        text.replace("shutter_interval_s = 2.0\n", "shutter_interval_s = 2.0\nstabilised = false\n"), "utf-8"
    )
    assert run(["track", "export", str(card / "photos.tlog"), "-o", "out.kml", "--workspace", str(site)]) == 0
    document = Path("out.kml").read_bytes()
    looked_back = 0
    for area, point in zip(
        marks(document, "Photo footprints, flight 1"), marks(document, "Photos, flight 1"), strict=True
    ):
        words = area.findtext(f"{K}description") or ""
        assert "fixed to the aircraft, leaning with it" in words
        pitch_deg, yaw_deg = (float(words.split(f"{name} ")[1].split("°")[0]) for name in ("pitch", "yaw"))
        if pitch_deg < -25.0:
            middle = (places(area)[:4].mean(axis=0) - places(point)[0]) * METRES_A_DEGREE
            ahead = np.array([np.sin(np.radians(yaw_deg)), np.cos(np.radians(yaw_deg))])
            assert middle @ ahead < -15.0
            looked_back += 1
    assert looked_back > 5
