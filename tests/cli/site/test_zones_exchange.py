"""``dronectl zones import`` and ``export``, on copies of the shipped workspace."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pyproj
import pytest
import shapefile
from repository import REPOSITORY
from running_fleet import copy_workspace

from dronectl.cli.main import run
from dronectl.formats.features.geojson_shapes import read_geojson_shapes
from dronectl.formats.features.kml_shapes import read_kml
from dronectl.formats.features.zone_features import collection_text, features_from
from dronectl.site.workspace import load_site

SCHOOL = REPOSITORY / "tests" / "data" / "new-school.kml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "site"
    made.mkdir()
    copy_workspace(made)
    return made


def zones(root: Path, *arguments: object) -> int:
    return run(["zones", *map(str, arguments), "--workspace", str(root)])


def test_a_polygon_of_google_earth_becomes_a_keep_out(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert zones(root, "import", SCHOOL, "--kind", "keep_out", "--set", "ceiling_m=80") == 0
    out, err = capsys.readouterr()
    assert "1 feature\n  keep_out: rongrian_sang_mai (โรงเรียนสร้างใหม่)" in out
    assert "passed over" in err
    assert "a Point, kind keep_out is a Polygon" in err
    new = next(one for one in load_site(root).zones.keep_outs if one.source == "geofences/new-school.geojson#0")
    assert (new.name, new.ceiling_m, new.surveyed) == ("โรงเรียนสร้างใหม่", 80.0, False)


def test_an_area_of_mission_planner_becomes_a_keep_out(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    area = tmp_path / "mast.poly"
    area.write_text("#saved by Mission Planner\n16.0530 103.6520\n16.0530 103.6522\n16.0532 103.6522\n")
    assert zones(root, "import", area, "--kind", "keep_out", "--set", "ceiling_m=80") == 0
    assert "1 feature\n  keep_out: keep_out\n" in capsys.readouterr().out


def in_system(path: Path, name: str) -> Path:
    """A square of 200 m by the lake, in degrees of Indian 1975."""
    ring = [[103.657397, 16.053975], [103.659397, 16.053974], [103.659398, 16.055975], [103.657397, 16.055975]]
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    crs = {"type": "name", "properties": {"name": name}}
    features = [{"type": "Feature", "properties": {}, "geometry": geometry}]
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8")
    return path


def test_another_coordinate_system_is_transformed_and_told(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    area = in_system(tmp_path / "old-map.geojson", "urn:ogc:def:crs:EPSG::4240")
    assert zones(root, "import", area, "--kind", "keep_out", "--json") == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert notes == [
        "coordinates of urn:ogc:def:crs:EPSG::4240 (Indian 1975) were transformed to WGS 84, true to about 3 m"
    ]
    new = next(one for one in load_site(root).zones.keep_outs if one.source == "geofences/old-map.geojson#0")
    assert (new.polygon.exterior[0].lat_deg, new.polygon.exterior[0].lon_deg) == pytest.approx(
        (16.056, 103.652), abs=1e-6
    )


def test_a_coordinate_system_that_nobody_knows_is_refused_by_name(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    area = in_system(tmp_path / "old-map.geojson", "urn:ogc:def:crs:EPSG::4299999")
    assert zones(root, "import", area, "--kind", "keep_out") == 2
    assert "'urn:ogc:def:crs:EPSG::4299999' is not known" in capsys.readouterr().err
    assert not (root / "geofences" / "old-map.geojson").exists()


CORNERS = ((103.652, 16.056), (103.654, 16.056), (103.654, 16.058), (103.652, 16.056))
RING = "<LinearRing><coordinates>" + " ".join(f"{x},{y},0" for x, y in CORNERS) + "</coordinates></LinearRing>"


def mark(name: str, geometry: str = f"<Polygon><outerBoundaryIs>{RING}</outerBoundaryIs></Polygon>") -> str:
    return f"<Placemark><name>{name}</name>{geometry}</Placemark>"


def archive(**members: bytes | str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return packed.getvalue()


def shapefile_parts() -> dict[str, bytes]:
    """In the UTM zone of the site, with a Thai name in its table's own encoding."""
    there = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32648", always_xy=True)
    shp, dbf = io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, dbf=dbf, shx=io.BytesIO(), encoding="cp874") as writer:
        writer.field("NAME", "C", 40)
        writer.poly([[list(there.transform(*corner)) for corner in reversed(CORNERS)]])
        writer.record("สวน")
    prj = pyproj.CRS("EPSG:32648").to_wkt("WKT1_ESRI").encode()
    return {"a.shp": shp.getvalue(), "a.dbf": dbf.getvalue(), "a.prj": prj, "a.cpg": b"windows-874"}


@pytest.mark.parametrize(
    ("name", "content", "names", "told"),
    [
        (
            "a.kmz",
            archive(**{"n.kml": f"<kml>{mark('north')}</kml>", "s.kml": f"<kml>{mark('south')}</kml>"}),
            "north south",
            0,
        ),
        ("b.kmz", archive(**{"__MACOSX/._doc.kml": b"\0\5", "a/doc.kml": f"<kml>{mark('n')}</kml>"}), "n", 0),
        ("c.kml", f'<?xml version="1.0" encoding="windows-874"?><kml>{mark("สวน")}</kml>'.encode("cp874"), "สวน", 0),
        ("d.kml", f"<kml>{mark('ring', RING)}{mark('none', '<Polygon/>')}</kml>".encode(), "ring", 1),
        ("e.zip", archive(**shapefile_parts()), "สวน", 0),
    ],
)
def test_files_of_others_become_zones(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, names: str, told: int
) -> None:
    (tmp_path / name).write_bytes(content)
    assert zones(root, "import", tmp_path / name, "--kind", "zone", "--set", "category=park", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["passed_over"]) == told
    made = json.loads(Path(document["file"]).read_text(encoding="utf-8"))["features"]
    assert " ".join(one["properties"]["name"] for one in made) == names
    for x, y in made[0]["geometry"]["coordinates"][0]:
        assert min(abs(x - lon) + abs(y - lat) for lon, lat in CORNERS) < 1e-6


def test_a_gpx_route_becomes_a_corridor(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    route = "".join(f'<rtept lat="{lat}" lon="{lon}"/>' for lon, lat in CORNERS[:3])
    (tmp_path / "r.gpx").write_text(f"<gpx><rte><name>walk</name>{route}</rte><rte/></gpx>")
    assert zones(root, "import", tmp_path / "r.gpx", "--kind", "corridor", "--set", "width_m=20") == 0
    assert "rte without places" in capsys.readouterr().err
    assert any(one.name == "walk" for one in load_site(root).zones.corridors)


def test_nothing_is_overwritten(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert zones(root, "import", SCHOOL, "--kind", "keep_out", "--as", "site") == 2
    assert "is there already" in capsys.readouterr().err


def test_what_would_break_the_workspace_is_not_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted((root / "geofences").iterdir())
    for arguments, words in (
        (("--kind", "fence"), "found 2 fences of the fleet"),
        (("--kind", "zone"), "category: found nothing"),
        (("--kind", "keep_out", "--set", "ceiling_m=high"), "ceiling_m: found 'high'"),
        (
            ("--kind", "keep_out", "--set", "id=tower"),
            "geofences/new-school.geojson: feature #0 tower: id: found 'tower', which geofences/site",
        ),
        (
            ("--kind", "home", "--set", "drones=alpha"),
            "[[drone]] alpha: home: found here and in geofences/new-school.geojson#0",
        ),
        ((), "names no kind"),
        (("--kind", "corridor"), "it holds 1 Polygon, 1 Point"),
        (("--kind", "keep_out", "--set", "ceiling_m"), "KEY=VALUE is wanted"),
        (("--kind", "keep_out", "--as", "../x"), "no name for a file"),
        (("--map", "Keep-outs=keep_out"), "no such folder or style"),
        (("--map", "*=keep_out,celing_m=80"), "celing_m: is no property of this kind"),
        (("--map", "*=keepout"), "FOLDER=KIND or FOLDER=KIND,KEY=VALUE is wanted"),
        (("--map", "*=keep_out,80"), "KEY=VALUE is wanted after the kind"),
    ):
        assert zones(root, "import", SCHOOL, *arguments) == 2, arguments
        assert words in capsys.readouterr().err
    assert sorted((root / "geofences").iterdir()) == before


TOWN = REPOSITORY / "tests" / "data" / "si-sa-ket.kml"
TOWN_PARTS = {
    "zones": ("พื้นที่ลาดตระเวน=zone,category=economic",),
    "keep-outs": ("#red=keep_out,ceiling_m=120", "ถนน=corridor,width_m=20"),
    "fence": ("ขอบเขต*=fence", "จุดร่อนสำรอง=rally,relative_altitude_m=40"),
}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A workspace without anything on the ground, and a mission for a zone that is still to come."""
    made = tmp_path / "town"
    assert run(["init", str(made)]) == 0
    (made / "geofences" / "example.geojson").unlink()
    toml = (made / "dronectl.toml").read_text(encoding="utf-8")
    (made / "dronectl.toml").write_text(
        toml.replace("lat_deg = -35.3632620, lon_deg = 149.1652370", "lat_deg = 15.1196, lon_deg = 104.3206"),
        encoding="utf-8",
    )
    (made / "missions" / "gate.toml").unlink()
    mission = (made / "missions" / "example.toml").read_text(encoding="utf-8")
    (made / "missions" / "example.toml").write_text(mission.replace('"field"', '"suan_somdet"'), encoding="utf-8")
    return made


@pytest.mark.parametrize("order", [("zones", "keep-outs", "fence"), ("fence", "keep-outs", "zones")])
def test_a_town_comes_into_an_empty_workspace_in_any_order(
    town: Path, order: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Several kinds by folder and by style; each part is judged by what will be there, and what is missing is told."""
    for part in order:
        assert run(["zones", "check", "--workspace", str(town)]) == 2
        capsys.readouterr()
        labels = [word for label in TOWN_PARTS[part] for word in ("--map", label)]
        assert zones(town, "import", TOWN, "--as", part, *labels) == 0
        missing = [line for line in capsys.readouterr().err.splitlines() if "still to come" in line]
        done = order[: order.index(part) + 1]
        assert any("found no fence" in line for line in missing) is ("fence" not in done)
        assert any("found 'suan_somdet', allowed none" in line for line in missing) is ("zones" not in done)
        assert run(["zones", "list", "--workspace", str(town)]) == 0
        assert ("still to come" in capsys.readouterr().err) is (len(done) < 3)
    site = load_site(town)
    assert [zone.id for zone in site.zones.zones] == ["suan_somdet", "talat_ratchakan_rot_fai", "yan_kan_kha_thanon"]
    assert [one.id for one in site.zones.keep_outs][2:] == ["rongrian_thetsaban_1", "rongrian_thetsaban_2"]
    assert [one.ceiling_m for one in site.zones.keep_outs] == [120.0] * 4
    assert [one.width_m for one in site.zones.corridors] == [20.0]
    assert [one.relative_altitude_m for one in site.zones.rally_points] == [40.0, 40.0]


def test_what_no_later_part_mends_is_refused_in_an_empty_workspace(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for labels, words in (
        (("--map", "#green=fence"), "found 3 fences of the fleet"),
        (("--map", "พื้นที่*=zone"), "category: found nothing"),
        ((), "folders: เขตห้ามบิน (4), พื้นที่ลาดตระเวน (3)"),
    ):
        assert zones(town, "import", TOWN, *labels) == 2
        assert words in capsys.readouterr().err
    assert zones(town, "import", TOWN, "--map", "ขอบเขต*=fence", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["passed_over"]) == 4
    assert "folder 'ถนน': no --map means it: ถนนขุขันธ์" in answer["passed_over"][2]
    assert ["[suan_somdet]" in line or "zones" in line for line in answer["missing"]] == [True]
    far = TOWN.read_text(encoding="utf-8").replace("104.3", "105.3")
    (town / "far.kml").write_text(far, encoding="utf-8")
    assert zones(town, "import", town / "far.kml", "--map", "#red=keep_out") == 2
    assert "km from the site's home" in capsys.readouterr().err


def test_a_site_moves_through_each_format_whole(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = load_site(root)
    for suffix in (".kml", ".geojson"):
        target = tmp_path / f"all{suffix}"
        assert zones(root, "export", "-o", target) == 0
        other = tmp_path / f"other{suffix}"
        shutil.copytree(root, other)
        for path in (other / "geofences").glob("*.geojson"):
            path.unlink()
        if suffix == ".kml":
            shapes = read_kml(target.read_bytes(), source="x")
        else:
            shapes = read_geojson_shapes(target.read_text(encoding="utf-8"), source="x")
        features, _ = features_from(shapes, kind=None, given={}, taken=())
        tower = next(one["properties"] for one in features if one["properties"]["id"] == "tower")  # type: ignore[index]
        assert tower["note"].startswith("101 m tall")  # type: ignore[index]
        (other / "geofences" / "all.geojson").write_text(collection_text(features), encoding="utf-8")
        moved = load_site(other)
        assert [one.id for one in moved.zones.features()] == [one.id for one in site.zones.features()]
        assert [one.polygon for one in moved.zones.keep_outs] == [one.polygon for one in site.zones.keep_outs]


def test_export_of_one_kind_as_json(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "rally.geojson"
    assert zones(root, "export", "-o", target, "--kind", "rally", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    rally_points = [one.id for one in load_site(root).zones.rally_points]
    assert len(rally_points) > 3
    assert answer == {"file": str(target), "features": rally_points}
    assert zones(root, "export", "-o", tmp_path / "x.shp") == 2
    assert "writable: .kml, .geojson" in capsys.readouterr().err


def test_a_huge_file_is_refused_at_once(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    huge = tmp_path / "huge.kml"
    with huge.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert zones(root, "import", huge, "--kind", "zone") == 2
    assert "larger than 16 MB" in capsys.readouterr().err


@pytest.mark.parametrize(
    "note", ["ขาว & ดำ", "height < 30 m", "a ]]> b", '<![CDATA[ <script>alert(1)</script> "x"', "&amp; &#0; &lt;"]
)
def test_notes_of_any_words_are_written_and_read_back(
    root: Path, tmp_path: Path, note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = root / "geofences" / "site.geojson"
    collection = json.loads(file.read_text(encoding="utf-8"))
    collection["features"][0]["properties"]["note"] = note
    file.write_text(json.dumps(collection), encoding="utf-8")
    for suffix in (".kml", ".geojson"):
        target = tmp_path / f"all{suffix}"
        assert zones(root, "export", "-o", target) == 0, capsys.readouterr().err
        if suffix == ".kml":
            shapes = read_kml(target.read_bytes(), source=str(target))
        else:
            shapes = read_geojson_shapes(target.read_text(encoding="utf-8"), source=str(target))
        assert note in {shape.properties.get("note") for shape in shapes}
