"""A little of tests/bench/strangers/intake.py: bodies of strangers at the whole page, orders and all."""

from __future__ import annotations

from pathlib import Path

import pytest
from effort import TIMES
from hostile_intake import hostile_requests, taken_twice
from line_bodies import SECRET
from page_of_orders import page_of
from running_fleet import copy_workspace
from virtual_network import run_virtually

from dronectl.link.sharing.tokens import Token
from dronectl.model.text.shown_time import now
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.intake.desk import LineChannel

pytestmark = pytest.mark.xdist_group("page of orders")
TOKEN = "ab" * 32


def test_none_moves_an_aircraft_none_is_taken_twice_none_is_a_fault(tmp_path: Path) -> None:
    async def main() -> None:
        root = copy_workspace(tmp_path)
        async with page_of(root, line=LineChannel(SECRET), tokens_of=(Token("cad", TOKEN),)) as page:
            browser = page.browser("203.0.113.9")
            for sent in hostile_requests(60 * TIMES, 3, int(now().timestamp() * 1000), TOKEN):
                answer = await browser.client.post(sent.path, content=sent.body, headers=sent.headers)
                assert answer.status_code < 500, (sent.sort, sent.body[:200])
                assert "order" not in sent.sort or answer.status_code in (400, 401, 403, 405)
            page.intake._queue.join()
            incidents = IncidentBook(root, page.zone).incidents()
            marks = [note.details.get("mark") for one in incidents for note in one.notes]
            assert incidents
            assert taken_twice(marks) == []
            assert page.audit() == []
            assert not any(vehicle.copter.is_armed for vehicle in page.sim.vehicles.values())

    run_virtually(main(), limit_s=3_600.0)
