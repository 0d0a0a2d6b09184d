"""``dronectl init`` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dronectl.cli.main import run


def test_init_makes_a_workspace_that_checks_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "พื้นที่ใหม่"
    assert run(["init", str(folder)]) == 0
    assert "created" in capsys.readouterr().out
    assert run(["zones", "check", "--workspace", str(folder)]) == 0
    assert "1 drone, 6 features, 1 patrol: no error" in capsys.readouterr().out


def test_init_a_second_time_keeps_everything_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["init", str(tmp_path)])
    (tmp_path / "dronectl.toml").write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert run(["init", str(tmp_path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["created"] == []
    assert "dronectl.toml" in answer["kept"]
    assert (tmp_path / "dronectl.toml").read_text(encoding="utf-8") == "mine"


def test_init_over_a_file_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run(["init", str(tmp_path / "file")]) == 2
    assert "allowed a folder" in capsys.readouterr().err
