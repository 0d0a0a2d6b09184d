"""What vehicles, files and names say reaches the terminal as words: it commands nothing and forges no line."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.model.text.plain_text import is_plain
from dronectl.sim.vehicle.settings import VehicleFaults

pytestmark = pytest.mark.xdist_group("faults")

EVIL = "\x1b]0;owned\x07\x1b[2J[red]\r\nFORGED: all is well\u2028FORGED\x9b31m\u202e\x7f"
NAME = EVIL.replace("/", "")
"""As a part of a file's name, which may hold anything but a slash."""


class Ears:
    """Runs command lines, each as text and with --json, and holds every line that comes against the rule."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._root = root
        self._capsys = capsys

    def hear(self, *arguments: str, code: int | None = None, json_too: bool = True, said: str = "owned") -> str:
        """What the text form says; ``said`` must be in it, so that the words were really met."""
        self._capsys.readouterr()
        found = run([*arguments, "--workspace", str(self._root)])
        out, err = self._capsys.readouterr()
        assert found == code or code is None, out + err
        self._hold(out + err)
        assert said in out + err, out + err
        if json_too:
            run([*arguments, "--workspace", str(self._root), "--json"])
            document, told = self._capsys.readouterr()
            self._hold(document + told)
            json.loads(document)
        return out + err

    def _hold(self, shown: str) -> None:
        for line in shown.split("\n"):
            assert is_plain(line), repr(line)
            assert not line.startswith("FORGED"), "a line that nobody of ours wrote"


@pytest.fixture
def ears(root: Path, capsys: pytest.CaptureFixture[str]) -> Ears:
    return Ears(root, capsys)


def spoil(folder: Path, **changes: Any) -> None:
    path = folder / "plan.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(document | changes), encoding="utf-8")


def test_a_vehicles_refusal_and_its_other_words(root: Path, ears: Ears, plan: Path) -> None:
    with virtual_fleet_behind(root, faults={"bravo": VehicleFaults(refuse_arm=EVIL)}) as fleet:
        ears.hear("arm", "--drone", "bravo", "--yes", code=5)
        assert run(["push", str(plan), "--workspace", str(root)]) == 0
        ears.hear("fly", str(plan), "--wait", "1", "--yes", code=6)
        fleet.vehicles["bravo"].copter.outbox.text(2, EVIL)
        ears.hear("fleet", "ready", str(plan), code=6)
        ears.hear("watch", "--duration", "1", json_too=False, said="bravo")


def test_what_a_plan_says_of_itself(root: Path, ears: Ears, plan: Path) -> None:
    spoil(plan, advice=[EVIL], overrides=[f"ceiling by {EVIL}"], created_utc=EVIL, sources={EVIL: EVIL})
    ears.hear("plan", "check", str(plan), said="authorised")
    ears.hear("plan", "show", str(plan), said="alpha")
    with virtual_fleet_behind(root):
        ears.hear("push", str(plan), code=0, said="receipt")
        ears.hear("fly", str(plan), code=2, said="demo")
    spoil(plan, name=EVIL)
    ears.hear("plan", "show", str(plan), code=2)
    spoil(plan, name="demo", drones=EVIL)
    ears.hear("push", str(plan), code=2)
    spoil(plan, version=EVIL)
    ears.hear("push", str(plan), code=2)


def test_names_in_workspace_files_and_in_files_to_import(root: Path, ears: Ears) -> None:
    ring = [[103.65, 16.05], [103.66, 16.05], [103.66, 16.06], [103.65, 16.05]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"kind": "zone", "name": EVIL, EVIL: EVIL}, "geometry": shape}
    given = root / "given.geojson"
    given.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    ears.hear("zones", "import", str(given), "--kind", "zone", said="given")
    (root / "geofences" / "given.geojson").write_text(given.read_text(encoding="utf-8"), encoding="utf-8")
    ears.hear("zones", "check", code=2)
    toml = root / "dronectl.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + f"\n[{json.dumps(EVIL)}]\n", encoding="utf-8")
    ears.hear("zones", "list", code=2)
    ears.hear("doctor", said="owned")


needs_odd_names = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file names")


def odd_names(folder: Path) -> Iterator[Path]:
    """A name that commands a terminal, and one that is no text."""
    yield folder / f"{NAME}.tlog"
    yield Path(os.fsdecode(os.fsencode(folder) + b"/owned\xff\xfe.tlog"))


@needs_odd_names
def test_names_of_files(root: Path, ears: Ears, tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    for path in odd_names(recordings):
        path.write_bytes(b"no recording")
        ears.hear("track", "info", str(path))
        ears.hear("track", "export", str(path), "-o", str(tmp_path / "x.kml"))
        ears.hear("plan", "check", str(path.with_suffix(".waypoints")), code=2)
        ears.hear("param", "diff", str(path), "--drone", "alpha", code=2)
        ears.hear("mission", "upload", str(path), "--drone", "alpha", code=2)
        ears.hear("push", str(path), code=2)
    ears.hear("track", "list", str(recordings))
    ears.hear("track", "export", "--all", str(recordings), "-o", str(tmp_path / "out"), json_too=False)
    shutil.rmtree(recordings)
    ears.hear("track", "list", f"{recordings}{NAME}", code=2)


def test_words_of_the_person_who_types(ears: Ears) -> None:
    ears.hear(EVIL, code=2, json_too=False)
    ears.hear("hold", "--drone", EVIL, code=2)
    ears.hear("hold", "--link", EVIL, code=2)
    ears.hear("param", "get", EVIL, "--drone", EVIL, code=2)
    ears.hear("mode", EVIL, "--drone", "alpha", code=2)
