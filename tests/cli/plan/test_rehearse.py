"""``dronectl rehearse`` as a person and a program see it, and what push and fly make of its stamp."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from lxml import etree

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import read_plan
from dronectl.ops.rehearsal import rehearse as use_case
from dronectl.ops.rehearsal.stamping import stamped
from dronectl.site.workspace import load_site

QUICK = ["--runs", "1", "--jobs", "1", "--no-failures"]
TOO_FEW = 6
"""Exit code of a rehearsal that shows nothing yet."""


def spread(root: Path, text: str) -> None:
    (root / "sim" / "rehearsal.toml").write_text(text, encoding="utf-8")


def test_odds_files_and_the_same_bytes_again(root: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--workspace", str(root)]
    outputs = [root / f"flown{suffix}" for suffix in (".kml", ".svg", ".html")]
    told = [part for output in outputs for part in ("-o", str(output))]
    before = (plan / "plan.json").read_bytes()
    capsys.readouterr()
    assert run(["rehearse", str(plan), *QUICK, "--json", *told, *here]) == TOO_FEW
    first = capsys.readouterr().out
    answer = json.loads(first)
    assert (answer["runs"], answer["odds"]["good"], answer["verdict"]) == (1, 1, "too few runs")
    assert (answer["safe"], answer["unsafe"], answer["stamped"]) == (False, False, False)
    assert [one["drone"] for one in answer["drones"]] == ["alpha", "bravo", "charlie"]
    assert all(one["battery_left_pct"]["p50"] > one["planned_battery_left_pct"] for one in answer["drones"])
    assert answer["coverage_pct"]["worst"] > 99.0
    assert answer["separation_m"]["worst"] > 5.0
    assert (plan / "plan.json").read_bytes() == before
    written = [output.read_bytes() for output in outputs]
    etree.fromstring(written[0])
    assert written[0].count(b"<Polygon") > 3
    assert b"alpha, run 1, sortie 1" in written[0]
    assert b"bravo, sortie 1: flown in 1 run" in written[1]
    assert b"flown in 1 run" in written[2]
    assert run(["rehearse", str(plan), *QUICK, "--json", *told, *here]) == TOO_FEW
    assert capsys.readouterr().out == first
    assert [output.read_bytes() for output in outputs] == written
    assert run(["rehearse", str(plan), *QUICK, "--json", "--seed", "2", *here]) == TOO_FEW
    assert capsys.readouterr().out != first


def test_a_plan_that_a_cold_battery_breaks(root: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cold = "runs = 2\n[battery]\ncapacity_share = 0.24\ncapacity_spread = 0.0\n"
    spread(root, f"{cold}[parameters]\nBATT_FS_LOW_ACT = 0\n")
    capsys.readouterr()
    assert run(["rehearse", str(plan), "--jobs", "1", "--no-failures", "--workspace", str(root)]) == 3
    out = capsys.readouterr().out
    assert "battery-reserve" in out
    assert "UNSAFE  0 of 2 runs safe: 0.0 %" in out
    assert f"not stamped: {plan}: without failures" in out
    assert re.search(r"run \d: wind", out)
    spread(root, cold)
    assert run(["rehearse", str(plan), "--jobs", "1", "--no-failures", "--workspace", str(root)]) == 3
    assert "it came home before the end of its mission" in capsys.readouterr().out


def test_the_stamp(root: Path, plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--workspace", str(root)]
    monkeypatch.setattr(use_case, "fly_wave", _without_failures(use_case.fly_wave))
    spread(root, "runs = 2\n[judgement]\nsafe_pct = 50.0\nconfidence_pct = 70.0\n")
    assert not stamped(read_plan(plan), load_site(root)).ok
    assert run(["rehearse", str(plan), "--jobs", "1", "--runs", "1", *here]) == TOO_FEW
    assert f"not stamped: {plan}: it was not shown safe; that is recorded there" in capsys.readouterr().out
    assert "too few runs" in stamped(read_plan(plan), load_site(root)).found
    assert not stamped(read_plan(plan), load_site(root)).ok
    capsys.readouterr()
    assert run(["rehearse", str(plan), "--jobs", "1", *here]) == 0
    assert f"\nstamped: {plan}\n" in capsys.readouterr().out
    assert stamped(read_plan(plan), load_site(root)).ok
    assert not read_plan(plan).edited
    assert run(["rehearse", str(plan), "--jobs", "1", "--runs", "1", *here]) == TOO_FEW
    assert f"not stamped: {plan}: it has a stamp that holds" in capsys.readouterr().out
    assert stamped(read_plan(plan), load_site(root)).ok  # fewer runs take no stamp away that holds
    toml = root / "dronectl.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('colour = "#d62728"', 'colour = "#000000"'), encoding="utf-8")
    assert stamped(read_plan(plan), load_site(root)).ok
    for was, now in (
        ("separation_m = 10.0", "separation_m = 9.0"),
        ("cruise_speed_m_s = 8.0", "cruise_speed_m_s = 7.0"),
    ):
        toml.write_text(text.replace(was, now), encoding="utf-8")
        assert "have changed" in stamped(read_plan(plan), load_site(root)).found
    toml.write_text(text, encoding="utf-8")
    spread(root, "[judgement]\nsafe_pct = 51.0\n")
    assert not stamped(read_plan(plan), load_site(root)).ok


def _without_failures(fly_wave):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return lambda job, common, stopped: fly_wave(replace(job, with_moments=False), common, stopped)


def test_required_it_is_a_no_unless_a_person_answers(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--workspace", str(root), "--link", "udpin://127.0.0.1:1"]
    toml = root / "dronectl.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace("[rules]\n", '[rules]\nrehearsal = "required"\n', 1), encoding="utf-8")
    capsys.readouterr()
    assert run(["push", str(plan), *here]) == 6
    assert "it was not rehearsed" in capsys.readouterr().err
    assert run(["push", str(plan), "--waive", "rehearsal", *here]) == 2
    assert run(["push", str(plan), "--by", "Somchai", *here]) == 2
    assert run(["push", str(plan), "--waive", "wind", "--by", "Somchai", *here]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "flown.txt"], "cannot write"),
        (["--runs", "0"], "--runs"),
        (["--backend", "gazebo"], "backend"),
        (["--failures", "3"], "--failures goes with --backend ardupilot"),
    ],
)
def test_what_is_not_understood(
    root: Path, plan: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["rehearse", str(plan), *QUICK, *arguments, "--workspace", str(root)]) == 2
    assert words in capsys.readouterr().err


def test_bad_settings_and_an_edited_plan_are_said(root: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--workspace", str(root)]
    spread(root, "[wind]\nmost = 3\n[moments]\nlink = 'maybe'\n[battery]\ncapacity_share = 7\n")
    capsys.readouterr()
    assert run(["rehearse", str(plan), *QUICK, *here]) == 2
    err = capsys.readouterr().err
    assert "rehearsal.toml:2: [wind]: most: found an unknown key" in err
    assert "link: found 'maybe'" in err or 'link: found "maybe"' in err
    assert "capacity_share" in err
    spread(root, "")
    mission = plan / "alpha.waypoints"
    mission.write_text(mission.read_text(encoding="utf-8").replace("\t58.000000\t", "\t57.000000\t"), encoding="utf-8")
    assert run(["rehearse", str(plan), *QUICK, *here]) == 2
    assert "changed since it was checked" in capsys.readouterr().err
