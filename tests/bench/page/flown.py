"""The page of `track export -o X.html` in a browser, from a file: what it tells at a time, over a gap, by keys, and
what axe-core says of it.

    python tests/bench/page/flown.py [--pictures FOLDER]

A headless Chromium opens it at a desk's size and a phone's. It exits with 1 when something is not as it should be.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from accessibility import GRAVE, SIZES, findings
from browser import Page, browser

from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.track_export import export
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.model.track.track import PositionSource, Track
from dronectl.site.workspace import load_site

ROOT = Path(__file__).resolve().parents[3]
RECORDING = ROOT / "tests" / "data" / "sitl-drone1.tlog"
HOSTILE = "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>โดรน"
SEEK = (
    "{ const slider = document.getElementById('time'); slider.value = %s; slider.dispatchEvent(new Event('input')); }"
)
COVERED = """(() => {
  const names = Array.from(document.querySelectorAll('#map .fixed:not(.crowded, .moving, [data-must]) > .halo'));
  const boxes = names.map((name) => name.getBoundingClientRect()).filter((box) => box.width);
  const meets = (a, b) => a.left + 5 < b.right && b.left + 5 < a.right && a.top + 5 < b.bottom && b.top + 5 < a.bottom;
  return [boxes.length > 3, boxes.some((a, index) => boxes.slice(index + 1).some((b) => meets(a, b)))];
})()"""
"""Whether there are names, and whether one lies on another."""
MOMENT = "Array.from(document.querySelectorAll('#moment tbody tr'), (row) => row.innerText).join('|')"


def flights() -> list[Track]:
    """One with a gap of 25 s, another of a drone with a bad name a little later, and one of the next day."""
    names = {1: "alpha"}
    (track,) = read_recording(RECORDING, source=PositionSource.EKF, names=names).tracks
    kept = np.ones(len(track), np.bool_)
    kept[300:400] = False

    def later(seconds: int, name: str) -> Track:
        by = np.timedelta64(seconds, "s")
        events = tuple(replace(event, time_utc=event.time_utc + by) for event in track.events)
        return replace(track, name=name, time_utc=track.time_utc + by, events=events)

    return [track.take(kept), later(20, HOSTILE), later(86_400, "alpha")]


async def checks(page: Page) -> dict[str, Any]:
    """What was looked at → what is wrong with it, if anything."""
    wrong: dict[str, Any] = {}

    async def expect(what: str, script: str, wanted: Any) -> None:
        found = await page.evaluate(script)
        if found != wanted and not (callable(wanted) and wanted(found)):
            wrong[what] = found

    await expect("names are there, and none lies on another", COVERED, [True, False])
    await expect("it opens with all flights", "document.getElementById('outing').value", "-1")
    await page.evaluate("document.getElementById('play').click()")
    await page.until("Number(document.getElementById('time').value) > 0")
    await expect("playing goes on", "document.getElementById('play').textContent", "⏸")
    await page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: ' ', bubbles: true}))")
    await expect("Space pauses", "document.getElementById('play').textContent", "▶")
    await page.evaluate(SEEK % 60)
    await expect("the time is local", "document.getElementById('now').textContent", "08:30:31 UTC+7 · 1:00 / 4:09")
    await expect(
        "both are told",
        MOMENT,
        lambda told: told.startswith("\talpha\t") and told.count("AUTO") == 2 and "30 m" in told,
    )
    at = "document.querySelector('#map .moving').getAttribute('transform')"
    before = await page.evaluate(at)
    await page.evaluate(SEEK % 90)
    await expect("a gap is told", MOMENT, lambda told: "ไม่มีบันทึก not recorded" in told.split("|")[0])
    await expect("and shown", "document.querySelectorAll('#map .lost').length", 1)
    held = await page.evaluate(at)
    await page.evaluate(SEEK % 95)
    await expect("nothing moves in it", at, held)
    await page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '.', bubbles: true}))")
    await expect("a second on", "document.getElementById('time').value", "96")
    if before == held:
        wrong["it moved before"] = held
    await page.evaluate("document.querySelectorAll('button.there')[2].click()")
    await expect("a click on a flight goes to its day", "document.getElementById('outing').value", "1")
    await expect("no word of a stranger ran", "window.hurt === undefined", True)
    return wrong


async def look(pictures: Path | None) -> int:
    """How many things are wrong."""
    count = looks = 0
    axe = (resources.files("axe_core_python") / "axe.min.js").read_text()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tracks.html"
        document = TrackDocument("ร้อยเอ็ด", flights(), zones=load_site(ROOT).zones, zone=ZoneInfo("Asia/Bangkok"))
        file.write_bytes(export(".html", document))
        async with browser() as (page, _):
            for size in ("desk", "phone"):
                await page.size(*SIZES[size], is_phone=size == "phone")
                await page.open(file.as_uri())
                await page.until("document.readyState === 'complete' && !!document.querySelector('#flights')")
                for what, found in (await checks(page)).items():
                    count += 1
                    print(f"{size}: {what}: {found}")
                await page.evaluate("document.getElementById('outing').value = '0'")
                await page.evaluate("document.getElementById('outing').dispatchEvent(new Event('change'))")
                await page.evaluate(SEEK % 110)
                # Its policy lets nobody add a script, so axe comes by the browser's own door.
                await page.evaluate(axe)
                looks += 1
                for one in await findings(page):
                    count += one["impact"] in GRAVE
                    print(f"{size}: {one['impact']}: {one['id']}: {one['help']}", *one["nodes"][:3], sep="\n    ")
                wide = "document.documentElement.scrollWidth <= innerWidth"
                if not await page.evaluate(wide):
                    count += 1
                    print(f"{size}: wider than the screen")
                if pictures is not None:
                    await page.picture(pictures / f"flown-{size}.png")
            for words in page.log:
                count += 1
                print(f"the console says: {words}")
    print(f"{looks} looks, {count} findings")
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, help="where pictures go")
    sys.exit(1 if asyncio.run(look(parser.parse_args().pictures)) else 0)


if __name__ == "__main__":
    main()
