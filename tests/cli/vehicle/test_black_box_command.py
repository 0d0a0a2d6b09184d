"""The black box beside a command, by the workspace's settings, through the real entry point."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.formats.recordings.tlog.files import iter_frames

pytestmark = pytest.mark.xdist_group("faults")


def settings(root: Path, text: str) -> None:
    path = root / "dronectl.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_what_a_stream_shows_is_in_the_box_and_not_twice_in_the_list(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--workspace", str(root)]
    with virtual_fleet_behind(root):
        assert run(["telemetry", "stream", "--duration", "20", *here]) == 0
    box = root / "flights" / "blackbox"
    files = sorted(box.rglob("*.tlog"))
    assert [path.name.partition("-")[0] for path in files] == ["alpha", "bravo", "charlie"]
    assert all(len(list(iter_frames(path))) > 100 for path in files)
    for folder, count in ((root / "flights", 0), (box, 3)):
        capsys.readouterr()
        assert run(["track", "list", str(folder), "--json", *here]) == 0
        assert json.loads(capsys.readouterr().out)["read"] == count


def test_the_workspace_says_where_it_is_and_whether(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stream = ["telemetry", "stream", "--duration", "5", "--drone", "alpha", "--workspace", str(root)]
    settings(root, '\n[recorder]\nfolder = "box/กล่อง"\nmax_mb = 2\nquota_mb = 100\n')
    with virtual_fleet_behind(root):
        assert run(stream) == 0
        assert len(list((root / "box" / "กล่อง").rglob("alpha-*.tlog"))) == 1
        assert not (root / "flights").exists()
        path = root / "dronectl.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("quota_mb = 100", "quota_mb = 3"), encoding="utf-8")
        capsys.readouterr()
        assert run(stream) == 2
    assert "quota_mb: found 3, allowed 0, or at least two files of max_mb 2" in capsys.readouterr().err
