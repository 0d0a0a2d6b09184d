"""``dronectl zones`` on the shipped workspace and on spoiled ones."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from repository import REPOSITORY

from dronectl.cli.main import run
from dronectl.formats.features.zone_features import property_names
from dronectl.model.ground.feature_kind import FeatureKind

HERE = ["--workspace", str(REPOSITORY)]
FEATURES = 43
"""Of the Roi Et workspace."""


def cells(text: str) -> int:
    """Columns on a terminal, counted apart from rich: marks above and below a Thai letter take none."""
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def test_the_list_aligns_thai_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zones", "list", *HERE]) == 0
    lines = capsys.readouterr().out.splitlines()
    rule = next(line for line in lines if line.strip("─ ") == "" and "─" in line)
    rows = [line for line in lines[lines.index(rule) + 1 :] if line.strip()]
    assert len(rows) == FEATURES
    assert {cells(row) for row in rows} == {cells(rule)}
    heading = lines[lines.index(rule) - 1]
    end = cells(heading[: heading.index("area km²")]) + len("area km²")
    for row in rows[:5]:
        before, dot, after = row.partition(".")
        assert dot
        assert cells(before) + len(".") + len(after[:3]) == end


def test_the_list_as_json_has_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zones", "list", "--json", *HERE]) == 0
    features = {feature["id"]: feature for feature in json.loads(capsys.readouterr().out)["features"]}
    park = features["lake_park"]
    assert park["kind"] == "zone"
    assert 200_000 < park["area_m2"] < 290_000
    assert 1_700 < park["perimeter_m"] < 2_100
    assert park["source"] == "geofences/zones.geojson#0"
    assert features["thewaphiban_road"]["length_m"] > 500
    assert "area_m2" not in features["bank_1"]


def test_show_one_has_its_vertices(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zones", "show", "tower", *HERE]) == 0
    out = capsys.readouterr().out
    assert "หอโหวด" in out
    assert "16.0545000,103.6523739" in out
    assert run(["zones", "show", "tower", "--json", *HERE]) == 0
    tower = json.loads(capsys.readouterr().out)
    assert (tower["kind"], tower["floor_m"], tower["ceiling_m"]) == ("keep_out", 0.0, None)
    assert tower["rings"][0][0] == {"lat_deg": 16.0545, "lon_deg": 103.6523739}


def test_show_all_shows_every_feature(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zones", "show", *HERE]) == 0
    assert capsys.readouterr().out.count("(latitude, longitude):") == FEATURES
    assert run(["zones", "show", "--json", *HERE]) == 0
    assert len(json.loads(capsys.readouterr().out)["features"]) == FEATURES


def test_show_proposes_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zones", "show", "towr", *HERE]) == 2
    assert "did you mean tower?" in capsys.readouterr().err


def test_check_warns_on_an_expired_paper_by_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zones", "check", "--date", "2040-01-01", *HERE]) == 0
    assert "it lifts nothing" in capsys.readouterr().out
    assert run(["zones", "check", "--json", *HERE]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["errors"] == []
    assert answer["features"] == FEATURES


def test_check_lists_every_error_and_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["init", str(tmp_path)])
    text = (tmp_path / "dronectl.toml").read_text(encoding="utf-8")
    spoiled = text.replace("system_id = 1", "system_id = 0").replace("ceiling_m", "celing_m")
    (tmp_path / "dronectl.toml").write_text(spoiled, encoding="utf-8")
    capsys.readouterr()
    assert run(["zones", "check", "--workspace", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert "has 2 problems" in err
    assert "[[drone]] one: system_id: found 0" in err
    assert "celing_m: found an unknown key" in err
    assert run(["zones", "check", "--json", "--workspace", str(tmp_path)]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"]["kind"] == "input"
    assert len(answer["error"]["problems"]) == 2


def test_no_workspace_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zones", "list", "--workspace", str(tmp_path)]) == 2
    assert "dronectl init" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".svg", ".html", ".png"])
def test_a_map_of_the_site_needs_no_plan(tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    root, target = tmp_path / "site", tmp_path / f"map{suffix}"
    assert run(["init", str(root), "--home", "15.1186,104.3220", "--empty"]) == 0
    capsys.readouterr()
    assert run(["zones", "show", "-o", str(target), "--workspace", str(root), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["features"] == 0
    assert "found no fence" in answer["notes"][0]
    assert target.read_bytes()[:4] in (b"<?xm", b"<!DO", b"\x89PNG")


def test_a_map_of_another_kind_or_of_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zones", "show", "-o", str(tmp_path / "map.pdf"), "--workspace", str(REPOSITORY)]) == 2
    assert "writable: .html, .svg, .png" in capsys.readouterr().err
    assert run(["zones", "show", "lake", "-o", str(tmp_path / "map.svg"), "--workspace", str(REPOSITORY)]) == 2
    assert "no feature 'lake'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_every_kind_tells_its_properties(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["zones", "properties", "--json"]) == 0
    kinds = json.loads(capsys.readouterr().out)["kinds"]
    assert set(kinds) == {"every feature", *FeatureKind}
    for kind in FeatureKind:
        told = {row["key"] for row in [*kinds["every feature"], *kinds[kind]]}
        assert told == {"kind", "geometry", *property_names(kind)}
        assert all(row["is"] and row["may_be"] for row in kinds[kind])
    assert run(["zones", "properties", "corridor"]) == 0
    out = capsys.readouterr().out
    assert "full width" in out
    assert "bearing_deg" not in out
