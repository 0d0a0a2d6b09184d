"""Links of fixed cameras: addresses that a page may show to everybody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running_fleet import copy_workspace

from dronectl.errors import InputErrors
from dronectl.site.workspace import read_site


def linked(root: Path, key: str, value: object) -> Path:
    path = root / "geofences" / "points.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    camera = next(one for one in document["features"] if one["properties"]["kind"] == "cctv")
    camera["properties"][key] = value
    path.write_text(json.dumps(document), encoding="utf-8")
    return root


@pytest.mark.parametrize("url", ["https://cctv.example/1", "http://10.0.0.9:8080/live?x=1", "rtsp://10.0.0.9/stream1"])
def test_a_link_is_kept(tmp_path: Path, url: str) -> None:
    assert read_site(linked(copy_workspace(tmp_path), "stream", url)).zones.cctv[0].stream == url


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stream", "javascript:alert(1)"), ("stream", "file:///etc/passwd"), ("stream", "rtsp://user:secret@10.0.0.9/"),
        ("stream", "https://"), ("stream", "https://a b"), ("stream", 5), ("snapshot", "rtsp://10.0.0.9/stream1"),
        ("snapshot", "https://x/\"><script>"),
    ],
)  # fmt: skip
def test_what_is_no_such_address_is_told(tmp_path: Path, key: str, value: object) -> None:
    with pytest.raises(InputErrors) as told:
        read_site(linked(copy_workspace(tmp_path), key, value))
    (problem,) = told.value.problems
    assert f"{key}: found" in problem
    assert "without a name or a password" in problem
    assert "secret" not in problem, "errors are read by others"
