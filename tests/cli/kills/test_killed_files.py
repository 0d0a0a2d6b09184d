"""Plans, exports and reports, killed or interrupted at any moment: they are old or new, the next one is whole."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from left_behind import left_overs, refuse_half_files
from moments import ENDINGS, KILLS, Killed, Moment, Work, chosen
from running_fleet import copy_workspace, demo_plan
from tlog_builder import LogBuilder

from dronectl.cli.main import run
from dronectl.errors import InputError
from dronectl.formats.plans.plan_folder import BEGUN_FILE, plan_sha256, read_plan

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

FLIGHTS, SAMPLES = 3, 4_000
DAY = "2026-09-21"
"""Of the recordings."""
READERS = "dronectl.formats.recordings.recording"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A workspace with an old plan in plans/patrol, and recordings in card/."""
    root = tmp_path / "site"
    root.mkdir()
    copy_workspace(root)
    demo_plan(root).rename(root / "plans" / "patrol")
    (root / "card").mkdir()
    for flight in range(FLIGHTS):
        log = LogBuilder().flight(flight * 3_600_000, SAMPLES)
        (root / "card" / f"{flight}.tlog").write_bytes(log.data)
    return root


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def again(site: Path, *words: str) -> None:
    """The same command, to its end."""
    assert run([*words, "--workspace", str(site)]) == 0
    refuse_half_files(site)
    assert not left_overs(site)


@pytest.mark.parametrize(("number", "seed"), ENDINGS)
def test_a_plan_is_the_old_one_or_the_new_one(site: Path, tmp_path: Path, number: int, seed: int) -> None:
    folder = site / "plans" / "patrol"
    words = ("plan", "build", "tower_orbit", "-o", str(folder))
    old = plan_sha256(read_plan(folder))
    assert run([*words[:-1], str(tmp_path / "new"), "--workspace", str(site)]) == 0
    new = plan_sha256(read_plan(tmp_path / "new"))
    Killed(words, site, "dronectl.planning.build").ended(chosen(Work(20, 0.3), f"plan {number} {seed}"), number)
    refuse_half_files(site)
    try:
        there = read_plan(folder)
    except InputError:
        assert (folder / BEGUN_FILE).exists(), "a mixture that nothing tells of"
    else:
        assert plan_sha256(there) in (old, new) or (there.edited and (folder / BEGUN_FILE).exists())
    again(site, *words)
    assert plan_sha256(read_plan(folder)) == new
    assert contents(folder).keys() == contents(tmp_path / "new").keys()


@pytest.mark.parametrize("suffix", ["kml", "html"])
@pytest.mark.parametrize(("number", "seed"), KILLS)
def test_an_export_is_the_old_one_or_the_new_one(site: Path, number: int, seed: int, suffix: str) -> None:
    out = site / "out" / f"x.{suffix}"
    words = ("track", "export", *map(str, (site / "card").iterdir()), "-o", str(out))
    again(site, *words, "--no-zones")
    old = out.read_bytes()
    Killed(words, site, READERS).ended(chosen(Work(3, 0.13), f"export {suffix} {number} {seed}"), number)
    refuse_half_files(site)
    there = out.read_bytes()
    again(site, *words)
    assert old != out.read_bytes()
    assert there in (old, out.read_bytes())
    assert contents(site / "out").keys() == {out.name}


@pytest.mark.parametrize(("number", "seed"), KILLS)
def test_of_a_folder_whole_exports_are_there_and_the_others_come(site: Path, number: int, seed: int) -> None:
    out = site / "out"
    words = ("track", "export", "--all", str(site / "card"), "-o", str(out), "--manifest", "--jobs", "2")
    moment = chosen(Work(3, 0.06, progress=FLIGHTS + 0.5), f"folder {number} {seed}")
    Killed(words, site, READERS).ended(moment, number, lambda: float(len(list(out.glob("*.kml")))))
    refuse_half_files(site)
    again(site, *words)
    manifest = "tracks.manifest.json"
    assert contents(out).keys() == {manifest, *(f"{path.name}.kml" for path in (site / "card").iterdir())}
    assert run(["track", "verify", str(out / manifest)]) == 0


@pytest.mark.parametrize(("number", "seed"), ENDINGS)
def test_a_report_is_the_old_page_or_the_new_one(site: Path, number: int, seed: int) -> None:
    out = site / "out" / "period.html"
    words = ("report", "week", str(site / "card"), "--day", DAY, "-o", str(out))
    again(site, "report", "month", *words[2:])
    old = out.read_bytes()
    Killed(words, site, READERS).ended(chosen(Work(2, 0.3), f"week {number} {seed}"), number)
    refuse_half_files(site)
    there = out.read_bytes()
    again(site, *words)
    assert there in (old, out.read_bytes())
    assert contents(site / "out").keys() == {"period.html"}


@pytest.mark.parametrize(("number", "seed"), ENDINGS)
def test_an_incident_report_is_a_whole_page_or_none(site: Path, number: int, seed: int) -> None:
    again(site, "incident", "add", "16.0519,103.6574", "--kind", "fight")
    book = contents(site / "flights" / "incidents")
    out = site / "out" / "incident.html"
    words = ("incident", "report", "1", "-o", str(out))
    Killed(words, site, "dronectl.ops.incidents.sheet").ended(chosen(Work(2, 0.2), f"incident {number} {seed}"), number)
    refuse_half_files(site)
    assert not out.exists() or out.read_bytes().endswith(b"</html>\n")
    assert contents(site / "flights" / "incidents") == book
    again(site, *words)
    assert contents(site / "out").keys() == {"incident.html"}


@pytest.mark.parametrize(("number", "seed"), ENDINGS)
def test_what_only_measures_leaves_all_as_it_was(site: Path, number: int, seed: int) -> None:
    before = contents(site)
    words = ("track", "calibrate", *map(str, (site / "card").iterdir()))
    moment = Moment(cpu_s=0.2 * random.Random(seed).random())
    Killed(words, site, READERS).ended(moment, number, whole=2)  # these recordings have no battery monitor
    assert contents(site) == before
