"""The picture of an open fleet, over the virtual fleet's radios."""

from __future__ import annotations

import asyncio

from flying_fleet import CORNERS, airspace, fly_to
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import InputError
from dronectl.model.picture import FlightPhase
from dronectl.model.site import Site
from dronectl.ops.common.events import Event, Note, PictureEvent
from dronectl.ops.orders import orders
from dronectl.ops.picture.live import LOOK_EVERY_S, LivePicture, first_picture
from dronectl.ops.telemetry.streams import kept_streams


def of_the_site() -> Site:
    return airspace(2).site


def unreadable() -> Site:
    raise InputError("geofences/site.geojson: not valid")


def test_it_is_whole_at_first_sight_and_goes_on_with_the_flight() -> None:
    async def main() -> None:
        async with virtual_fleet(2, seed=3, one_radio=False) as (fleet, _):
            vehicles = list(fleet.vehicles.values())
            async with kept_streams(vehicles, 4.0):
                await fly_to(vehicles[0], CORNERS[0])
                told = list[Event]()
                async with LivePicture(vehicles, None, told.append, of_the_site, shows=True) as live:
                    first, second = live.now().drones
                    assert (first.phase, second.phase) == (FlightPhase.HOLDING, FlightPhase.STANDING)
                    await asyncio.sleep(1.0)
                    first = live.now().drones[0]
                    assert first.outlook.keep_out is not None
                    assert first.battery_reserve_pct == 30.0
                    assert first.battery_at_landing_pct is not None
                    assert first.identity.links[0].in_use
                    await orders.rtl(vehicles[0])
                    await asyncio.sleep(8.0)
                    assert live.now().drones[0].phase is FlightPhase.RETURNING
                shown = [event for event in told if isinstance(event, PictureEvent)]
                assert len(shown) >= 9.0 / LOOK_EVERY_S - 2
            (once,) = (await first_picture(vehicles[:1], site=of_the_site)).drones
            assert once.phase is FlightPhase.RETURNING, "who looks once sees as much"
            assert once.outlook.fence is not None

    run_virtually(main(), limit_s=600.0)


def test_without_a_readable_site_it_goes_on_and_says_what_is_not_known() -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=False) as (fleet, _):
            vehicles, told = list(fleet.vehicles.values()), list[Event]()
            await vehicles[0].wait_alive(10.0)
            async with LivePicture(vehicles, None, told.append, unreadable) as live:
                await asyncio.sleep(2.0)
                assert live.now().drones[0].phase is FlightPhase.STANDING
            (note,) = [event for event in told if isinstance(event, Note)]
            assert note.text == "distances to fence and keep-outs are not known: geofences/site.geojson: not valid"

    run_virtually(main(), limit_s=100.0)
