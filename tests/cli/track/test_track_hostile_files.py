"""``dronectl track info``, ``export`` and ``compare`` on all that is no recording: one clear word each."""

from __future__ import annotations

import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from effort import examples
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from kml_checks import check
from repository import DATA, REPOSITORY

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import write_plan
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie

HERE = ["--workspace", str(REPOSITORY)]
TLOG, BIN = ((DATA / f"sitl-drone1{suffix}").read_bytes() for suffix in (".tlog", ".bin"))
SUFFIXES = (".tlog", ".bin", ".log", ".BIN", ".kml", "")
FMT = b"FMT, 128, 89, FMT, BBnNZ, Type,Length,Name,Format,Columns\n"
HOSTILE = {
    "nothing": b"",
    "one byte": b"\xfd",
    "zeros": bytes(50_000),
    "headers of DataFlash": b"\xa3\x95" * 10_000,
    "headers with a type": b"\xa3\x95\x80" * 3_000,
    "headers of MAVLink": b"\xfd" * 50_000,
    "longest frames": (bytes(8) + b"\xfd\xff\x00\x00\x00\x01\x01\x00\x00\x00") * 800,
    "no stamp": TLOG[8:100_000],
    "wrong byte order": TLOG[:100_001][::-1],
    "a picture": b"GIF89a" + random.Random(0).randbytes(50_000),
    "text": "ไม่ใช่บันทึกการบิน\n".encode() * 1_000,
    "an archive": b"PK\x03\x04" + TLOG[:50_000],
    "definitions alone": BIN[:4_000],
    "one end of each": TLOG[-100_000:] + BIN[-100_000:],
    "a log of words": FMT + b"POS, \xff, nan, 1e999, -, \x00\n" * 500,
    "a log without an end of line": FMT[:-1] + b", 1" * 20_000,
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = GeoPoint(16.0538, 103.652)
    items = (
        MissionItem(Command.NAV_WAYPOINT, lat_e7=home.lat_e7, lon_e7=home.lon_e7),
        MissionItem(Command.NAV_TAKEOFF, altitude_m=30.0),
        MissionItem(Command.NAV_WAYPOINT, lat_e7=160_550_000, lon_e7=1_036_530_000, altitude_m=30.0),
        MissionItem(Command.NAV_RETURN_TO_LAUNCH),
    )
    sortie = Sortie(1, "lake", Mission(items), 0.0, 300.0, 60.0, 10.0, 30.0)
    folder = tmp_path_factory.mktemp("plans") / "plan"
    write_plan(
        Plan(
            "morning",
            "2026-11-23T00:00:00Z",
            (DronePlan("alpha", 1, home, 145.0, (sortie,)),),
            {},
            60.0,
            None,
            None,
            None,
        ),
        folder,
        b"",
    )
    return folder


def ask_all(path: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command on one file.

    Raises:
        AssertionError: an end without a reason, a traceback, or an output that is none.
    """
    out = path.with_name("out.kml")
    out.unlink(missing_ok=True)
    for words in (
        ["info", str(path)],
        ["info", str(path), "--json"],
        ["info", str(path), "--source", "gps"],
        ["export", str(path), "-o", str(out), "--plan", str(plan), "--colour-by", "speed"],
        ["compare", str(path), str(plan)],
        ["compare", str(path), str(plan), "--json", "--source", "gps"],
        ["calibrate", str(path)],
    ):
        code = run(["track", *words, *HERE])
        said = capsys.readouterr()
        assert code in (0, 2), f"{words}: {code}"
        assert "Traceback" not in said.out + said.err
        if "--json" in words:
            json.loads(said.out)
        elif code:
            error, *more = said.err.splitlines()
            assert error.startswith("error: ")
            assert all(line.startswith(("hint: ", "note: ", "warning: ")) for line in more)
    assert not out.exists() or check(out.read_bytes()) is not None
    assert not [left for left in path.parent.iterdir() if left not in (path, out)], "half a file was left"


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_what_is_no_recording(name: str, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for suffix in SUFFIXES[:3]:
        with TemporaryDirectory(dir=tmp_path) as folder:
            path = Path(folder) / f"ไฟล์{suffix}"
            path.write_bytes(HOSTILE[name])
            ask_all(path, plan, capsys)


@examples(8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    whole=st.sampled_from([TLOG[:250_000], BIN[:250_000]]),
    begin=st.just(0) | st.integers(0, 200_000),
    end=st.just(250_000) | st.integers(0, 250_000),
    noise=st.lists(st.tuples(st.integers(0, 250_000), st.binary(min_size=1, max_size=300)), max_size=5),
    suffix=st.sampled_from(SUFFIXES),
)
@example(whole=BIN, begin=0, end=len(BIN), noise=[], suffix=".tlog")
@example(whole=TLOG, begin=0, end=len(TLOG), noise=[], suffix=".bin")
def test_recordings_cut_overwritten_and_renamed(
    whole: bytes,
    begin: int,
    end: int,
    noise: list[tuple[int, bytes]],
    suffix: str,
    plan: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = bytearray(whole[begin:end])
    for place, what in noise:
        data[place : place + len(what)] = what
    with TemporaryDirectory(dir=tmp_path) as folder:  # of its own: what one example leaves behind fails no other
        path = Path(folder) / f"x{suffix}"
        path.write_bytes(data)
        ask_all(path, plan, capsys)


def test_a_folder_and_a_plan_that_is_a_recording(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tlog = str(DATA / "sitl-drone1.tlog")
    for words in (
        ["info", str(tmp_path)],
        ["export", str(tmp_path), "-o", str(tmp_path / "out.kml")],
        ["compare", str(tmp_path), str(plan)],
        ["compare", tlog, str(DATA)],
        ["export", tlog, "-o", str(tmp_path / "out.kml"), "--plan", tlog],
    ):
        assert run(["track", *words, *HERE]) == 2
        assert capsys.readouterr().err.startswith("error: ")
    assert not list(tmp_path.iterdir())
