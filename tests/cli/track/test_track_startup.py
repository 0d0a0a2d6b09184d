"""What ``track`` commands do not wait for: modules that take longer to import than a short recording to read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from photo_flight import with_photographs
from repository import DATA, REPOSITORY

NEVER = {"shapely", "pyproj", "pymavlink", "rich", "scipy", "pandas", "certifi", "secrets", "logging", "tifffile"}
OF_OTHERS = {
    "numpy.ma",
    "dronectl.cli.track.found",
    "dronectl.cli.track.report",
    "dronectl.formats.tracks.simplify",
    "dronectl.model.track.fix_outage",
    "dronectl.site.consistency",
    "dronectl.site.geometry",
    "dronectl.formats.recordings.dataflash.text_log",
    "dronectl.formats.plans.plan_folder",
    "dronectl.model.plan.plan",
}
OF_KML = {"simplekml", "xml.etree.ElementTree", "dronectl.formats.kml.document"}
OF_WORKSPACES = {
    "dronectl.formats.kml.overlay",
    "dronectl.model.plan.mission",
    "dronectl.model.ground.terrain",
    "hashlib",
    "tomllib",
    "dronectl.site.workspace",
}
OF_TLOG = {"dronectl.formats.recordings.tlog.tracks", "dronectl.formats.recordings.tlog.frames"}
OF_DATAFLASH = {"dronectl.formats.recordings.dataflash.tracks", "dronectl.formats.recordings.dataflash.walk"}
OF_PHOTOS = {
    "dronectl.model.track.photograph",
    "dronectl.formats.kml.photos",
    "dronectl.model.track.footprint",
    "dronectl.analysis.footprints",
}
OF_TABLES = {
    "dronectl.formats.tracks.tracks_csv",
    "dronectl.formats.tracks.tracks_gpx",
    "dronectl.formats.tracks.tracks_geojson",
}
OF_TILES = {
    "dronectl.formats.maps.below",
    "dronectl.formats.background.drawer",
    "dronectl.formats.streets.drawing",
    "mapbox_vector_tile",
    "pmtiles",
    "sqlite3",
}
OF_PAGES = {"dronectl.formats.maps.flown.html_page", "dronectl.formats.maps.page"}


def imported(arguments: list[str], folder: Path) -> set[str]:
    """The modules of a process that has run a command in ``folder``."""
    program = (
        "import json, sys\nfrom dronectl.cli.main import run\n"
        f"assert run({arguments!r}) == 0\nprint(json.dumps(list(sys.modules)), file=open('modules.json', 'w'))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    modules = set(json.loads((folder / "modules.json").read_text(encoding="utf-8")))
    assert "dronectl.formats.recordings.recording" in modules
    return modules


@pytest.mark.parametrize(
    ("recording", "out", "foreign"),
    [
        ("sitl-drone1.tlog", "out.kml", OF_WORKSPACES | OF_DATAFLASH | OF_TABLES),
        ("sitl-drone1.bin", "out.kml", OF_WORKSPACES | OF_TLOG | OF_TABLES),
        ("sitl-drone1.tlog", "out.csv", OF_WORKSPACES | OF_DATAFLASH | OF_KML),
    ],
)
def test_an_export_imports_what_it_needs(recording: str, out: str, foreign: set[str], tmp_path: Path) -> None:
    modules = imported(["track", "export", str(DATA / recording), "-o", out], tmp_path)
    assert sorted(modules & (NEVER | OF_OTHERS | OF_PHOTOS | OF_PAGES | foreign)) == []


def test_a_workspace_is_drawn_without_a_geometry_engine(tmp_path: Path) -> None:
    arguments = ["track", "export", str(DATA / "sitl-drone1.tlog"), "-o", "out.kml", "--workspace", str(REPOSITORY)]
    modules = imported(arguments, tmp_path)
    assert sorted(modules & (NEVER | OF_OTHERS | OF_PHOTOS)) == []
    text = (tmp_path / "out.kml").read_text(encoding="utf-8")
    assert "<name>Safety zones</name>" in text
    assert "<name>Keep-outs</name>" in text


def test_photographs_without_a_camera_wait_for_no_geometry_engine(tmp_path: Path) -> None:
    recording = tmp_path / "photos.tlog"
    recording.write_bytes(with_photographs((DATA / "sitl-drone1.tlog").read_bytes(), every=100))
    modules = imported(["track", "export", str(recording), "-o", "out.kml"], tmp_path)
    assert sorted(modules & (NEVER | OF_OTHERS)) == []
    assert "dronectl.analysis.footprints" not in modules
    in_site = ["--workspace", str(REPOSITORY)]
    assert "shapely" not in imported(["track", "export", str(recording), "-o", "out.csv", *in_site], tmp_path)
    assert "shapely" in imported(["track", "export", str(recording), "-o", "out.kml", *in_site], tmp_path)


def test_a_page_needs_no_kml_and_no_tiles(tmp_path: Path) -> None:
    modules = imported(["track", "export", str(DATA / "sitl-drone1.tlog"), "-o", "out.html"], tmp_path)
    assert sorted(modules & (NEVER | {"numpy.ma"} | OF_KML | OF_DATAFLASH | OF_TABLES | OF_PHOTOS | OF_TILES)) == []
    assert "dronectl.site.workspace" not in modules


def test_facts_as_json_need_no_table(tmp_path: Path) -> None:
    modules = imported(["track", "info", str(DATA / "sitl-drone1.tlog"), "--json"], tmp_path)
    assert sorted(modules & (NEVER | OF_OTHERS | OF_KML | OF_DATAFLASH)) == []
