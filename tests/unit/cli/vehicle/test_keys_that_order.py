"""Keys of the dashboard on the virtual fleet: the question tells what the order will cross."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

from flying_fleet import CORNERS, SOUTH_WEST, airspace, fly_to
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.cli.common.app import App
from dronectl.cli.common.keyboard import OrderKeys
from dronectl.cli.vehicle.dashboard.keyed_orders import KeyedOrders
from dronectl.ops.audit.log import AuditLog
from dronectl.ops.audit.trail import AuditTrail
from dronectl.ops.common.events import Event, Note
from dronectl.ops.orders.airspace import Airspace


class Orders(KeyedOrders):
    async def _load(self) -> Airspace:
        return airspace(1)


def test_the_question_and_the_note_after_the_order_tell_what_it_crosses(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)

    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=True) as (fleet, _):
            trail = stack.enter_context(AuditTrail(log, "dronectl watch", print))
            (link,) = fleet.vehicles.values()
            await fly_to(link, SOUTH_WEST, CORNERS[0], CORNERS[1])
            keys, told = OrderKeys(["drone1"]), list[Event]()
            orders, loop = Orders(App(), fleet, keys, asyncio.Event(), told.append, trail), asyncio.get_running_loop()
            orders.press("l")
            await asyncio.sleep(3.0)
            assert "WARNING" not in keys.prompt(loop.time()), "it is free to land here"
            orders.press("r")
            await asyncio.sleep(3.0)
            assert "on the straight return" in keys.prompt(loop.time())
            orders.press("y")
            await orders.finished()
            texts = [event.text for event in told if isinstance(event, Note)]
            assert any("m inside keep-out 'tower'" in text for text in texts)
            assert "RTL is set" in texts
            assert any(text.startswith("rtl: done, turned back, ") for text in texts)
            assert link.state.mode == "RTL"

    with ExitStack() as stack:
        run_virtually(main(), limit_s=600.0)
    intent, outcome, moved = log.lines()
    assert (intent["order"], intent["words"], intent["by"]) == ("rtl", "dronectl watch", "key")
    assert (outcome["result"], outcome["answer"]) == ("done", "RTL, armed")
    assert moved["text"].startswith("turned back, ")
