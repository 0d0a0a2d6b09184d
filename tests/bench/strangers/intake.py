"""What 10,000 fuzzed, forged, replayed and redelivered bodies do to the whole page, orders and all, over a simulated
fleet.

    python tests/bench/strangers/intake.py [BODIES] [SEED]

None may move an aircraft, none may be taken twice, none may be answered by a fault, and the page has to be there
afterwards. It is asked as by its routes, without sockets and in virtual time; the processor time a body is real. All
of them come into one book, and so do as many good reports of other places then: the last tenth of both should cost what
the first one does. Exits with 1 when one of the former does not hold.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import support_path  # noqa: F401
from hostile_intake import hostile_requests, taken_twice
from line_bodies import SECRET
from page_of_orders import Page, page_of
from running_fleet import copy_workspace
from virtual_network import run_virtually

from dronectl.link.sharing.tokens import Token
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentKind, IncidentPlace, IncidentReport
from dronectl.model.text.shown_time import now
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.intake.desk import LineChannel
from dronectl.ops.intake.matching import attached

TOKEN = "ab" * 32


class Tenths:
    """Processor time a body, of the first tenth and of the last one."""

    def __init__(self, bodies: int) -> None:
        self._each, self._count = max(1, bodies // 10), 0
        self._at = [time.process_time()]

    def ends(self) -> bool:
        self._count += 1
        return self._count % self._each == 0

    def end(self) -> None:
        self._at.append(time.process_time())

    def __str__(self) -> str:
        first, last = (1e3 * (self._at[n + 1] - self._at[n]) / self._each for n in (0, len(self._at) - 2))
        return f"the first tenth {first:.2f} ms each, the last {last:.2f} ms"


def fill(root: Path, reports: int, seed: int) -> None:
    """Reports of places all over the town, over some days, each in a call of its own."""
    draw, book, tenths = random.Random(seed), IncidentBook(root, ZoneInfo("Asia/Bangkok")), Tenths(reports)
    begun, begun_s = now(), time.process_time()
    for number in range(reports):
        point = GeoPoint(16.05 + draw.uniform(-0.02, 0.02), 103.65 + draw.uniform(-0.02, 0.02))
        place = IncidentPlace(point, f"place {number}")
        report = IncidentReport(begun - timedelta(hours=draw.uniform(0, 60)), IncidentKind.NOISE, "", "191", place)
        book.take([report], attached, [f"mark {number}"])
        if tenths.ends():
            tenths.end()
    took_s = time.process_time() - begun_s
    print(f"{reports} good reports make {len(book.incidents())} incidents, the book: {book.state().defect or 'whole'}")
    print(f"  {1e3 * took_s / reports:.2f} ms of processor time a report; {tenths}")


async def throw(page: Page, bodies: int, seed: int) -> int:
    """The number of things that went wrong."""
    browser = page.browser("203.0.113.9")
    before = {name: vehicle.state.mode for name, vehicle in page.fleet.vehicles.items()}
    sorts: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    slowest_s, begun_s = 0.0, time.process_time()
    tenths = Tenths(bodies)
    for sent in hostile_requests(bodies, seed, int(now().timestamp() * 1000), TOKEN):
        one_s = time.process_time()
        answer = await browser.client.post(sent.path, content=sent.body, headers=sent.headers)
        slowest_s = max(slowest_s, time.process_time() - one_s)
        sorts[sent.sort] += 1
        statuses[answer.status_code] += 1
        if tenths.ends():
            page.intake._queue.join()
            tenths.end()
    page.intake._queue.join()
    took_s = time.process_time() - begun_s
    book = IncidentBook(page.root, page.zone)
    incidents = book.incidents()
    marks = [mark for one in incidents for note in one.notes if (mark := note.details.get("mark")) is not None]
    twice, faults = taken_twice(marks), sum(number for status, number in statuses.items() if status >= 500)
    armed = [name for name, vehicle in page.sim.vehicles.items() if vehicle.copter.is_armed]
    moved = [name for name, vehicle in page.fleet.vehicles.items() if vehicle.state.mode != before[name]]
    ordered = [line["order"] for line in page.audit()]
    person = await page.person()
    alive = (await person.get("/")).status_code == 200 and (await person.get("/api/picture")).status_code == 200
    question = await person.asked(order="hold", drones=["alpha"])
    held = await person.ended(await person.confirmed(question))
    for sort, number in sorted(sorts.items()):
        print(f"  {sort:<24} {number:>6}")
    print(f"  answers: {', '.join(f'{status}: {number}' for status, number in sorted(statuses.items()))}")
    print(f"  what became of LINE's messages: {dict(sorted(page.intake.counts.items()))}")
    defect = book.state().defect
    print(
        f"  {len(incidents)} incidents of {len(marks)} reports, {len(twice)} taken twice; the book: {defect or 'whole'}"
    )
    print(f"  armed: {armed or 'nobody'}; in other modes: {moved or 'nobody'}; orders: {ordered or 'none'}")
    print(f"  page afterwards: {'there' if alive else 'GONE'}; hold by it: {held['drones'][0]['words']}")
    print(f"  {1e3 * took_s / bodies:.2f} ms of processor time a body, the slowest {1e3 * slowest_s:.0f} ms; {tenths}")
    return len(twice) + faults + len(armed) + len(moved) + len(ordered) + (not alive) + bool(defect)


def main() -> None:
    bodies = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    wrong = 1

    async def run(root: Path) -> int:
        async with page_of(root, line=LineChannel(SECRET), tokens_of=(Token("cad", TOKEN),)) as page:
            return await throw(page, bodies, seed)

    with tempfile.TemporaryDirectory() as folder:
        print(f"{bodies} bodies, seed {seed}")
        wrong = run_virtually(run(copy_workspace(Path(folder))), limit_s=1e7)
        fill(Path(folder) / "good", bodies, seed)
    print(f"{wrong} things went wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
