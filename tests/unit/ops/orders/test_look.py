"""Looking at a place: from where it can be seen, in the drone's own layer, and the rest of the patrol given back."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import shapely
from flying_fleet import CORNERS, HEIGHT_M, airspace, around_the_tower, held_before_the_tower
from virtual_network import run_virtually

from dronectl.errors import InputError, NotReady
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.ops.common.events import Event, Note
from dronectl.ops.orders import motions, ways
from dronectl.ops.orders.layer import fleet_layer_m, layer_of, mission_layer_m
from dronectl.ops.orders.look import Look, off_deg
from dronectl.ops.orders.look_target import LookTarget, target_named
from dronectl.ops.orders.mission_resume import resume_at_item
from dronectl.ops.orders.proved_order import Movement, order_proved
from dronectl.protocol.vehicle.telemetry import VehicleState


def movement(look: Look) -> Movement:
    return Movement(look.way, along=look.fly, around=True, around_by="look", motion=look.motion)


def test_whatever_has_a_name_can_be_looked_at() -> None:
    site = airspace(3).site
    by_id = target_named(site, "gold_shop_1")
    assert (by_id.name, by_id.standoff_m) == ("ร้านทอง ๑", 30.0)
    assert target_named(site, "ร้านทอง ๑") == by_id
    tower = target_named(site, "tower")
    (keep_out,) = [one for one in site.zones.keep_outs if one.id == "tower"]
    ring = [(point.lon_deg, point.lat_deg) for point in keep_out.polygon.exterior]
    assert shapely.Polygon(ring).contains(shapely.Point(tower.place.lon_deg, tower.place.lat_deg))
    with pytest.raises(InputError, match="no point, zone or obstacle 'nowhere'"):
        target_named(site, "nowhere")


def test_a_layer_is_the_one_of_the_mission_or_of_the_place_in_the_fleet() -> None:
    site = airspace(3).site
    layers = [fleet_layer_m(site, f"drone{number}") for number in (1, 2, 3)]
    assert layers == [40.0, 52.0, 64.0]
    many = replace(site, drones=tuple(replace(site.drones[0], name=f"d{n}", system_id=n) for n in range(1, 12)))
    with pytest.raises(NotReady, match="d1 has no layer of its own"):
        fleet_layer_m(many, "d1")
    assert mission_layer_m(around_the_tower(37.0)) == 37.0
    assert mission_layer_m(Mission((MissionItem(Command.NAV_WAYPOINT), MissionItem(Command.NAV_TAKEOFF)))) is None
    places = zip(CORNERS, (9.0, 9.0, 50.0), strict=True)
    way = [MissionItem(16, lat_e7=at.lat_e7, lon_e7=at.lon_e7, altitude_m=up) for at, up in places]
    assert mission_layer_m(Mission((MissionItem(16), *way))) == 50.0, "the longer way"


def test_it_looks_at_the_tower_from_beside_it_and_goes_on_with_its_patrol() -> None:
    async def main() -> None:
        async with held_before_the_tower() as (fleet, link, radio):
            own = f"{HEIGHT_M:g} m, its own layer by its mission on board"
            assert str(await layer_of(link, airspace().site)) == own
            told: list[Event] = []
            tower = target_named(airspace().site, "tower")
            look = Look(tower, airspace(), listener=told.append)
            done = await order_proved(fleet, [link.name], movement(look), airspace())
            assert done.motions[link.name].startswith(f"looks at {tower.name} from ")
            vehicle, state = radio.vehicles[0], link.state
            assert state.position is not None
            assert abs((state.relative_altitude_m or 0.0) - HEIGHT_M) < 1.0
            assert off_deg(state, tower.place) < 15.0
            ground = airspace().ground
            (area,) = [area for keep_out, area in ground.keep_outs if keep_out.id == "tower"]
            assert shapely.distance(area, shapely.Point(ground.frame.point_to_xy(state.position))) > 9.0
            roi = vehicle.pilot.guided._roi
            assert roi is not None
            assert f"at {own}" in [one.text for one in notes(told)]
            resume = Movement(
                ways.on_with_mission, along=resume_at_item, around=True, around_by="resume", motion=motions.flies_on
            )
            done = await order_proved(fleet, [link.name], resume, airspace())
            assert done.motions[link.name].endswith("(item 3)")
            assert done.proofs[link.name].way.first == 3
            assert state.mode == "AUTO"
            assert vehicle.pilot.run._roi is None, "what was looked at holds no more"

    run_virtually(main(), limit_s=900.0)


def notes(events: list[Event]) -> list[Note]:
    return [event for event in events if isinstance(event, Note)]


def test_the_nose_is_turned_where_the_camera_turns_by_itself() -> None:
    """A vehicle with a camera that pans keeps its nose: it is told to turn it."""

    async def main() -> None:
        async with held_before_the_tower() as (fleet, link, radio):
            guided = radio.vehicles[0].pilot.guided
            guided.set_roi = lambda _place: None  # type: ignore[method-assign]
            target = LookTarget("here", "here", GeoPoint(16.0533, 103.6512), standoff_m=60.0)  # it flies away from it
            look = Look(target, airspace(), 50.0)
            done = await order_proved(fleet, [link.name], movement(look), airspace())
            assert done.motions[link.name] == "looks at here from 60 m"

    run_virtually(main(), limit_s=900.0)


def test_a_place_that_cannot_be_looked_at_is_refused() -> None:
    async def main() -> None:
        async with held_before_the_tower() as (fleet, link, _):
            far = LookTarget("far", "far", GeoPoint(16.09, 103.65))
            with pytest.raises(NotReady, match="cannot be looked at"):
                await order_proved(fleet, [link.name], movement(Look(far, airspace(), 40.0)), airspace())
            assert link.state.mode == "GUIDED"

    run_virtually(main(), limit_s=400.0)


def test_how_far_the_nose_is_off() -> None:
    state = VehicleState(heading_deg=350.0, position=GeoPoint(16.0, 103.0))
    assert math.isclose(off_deg(state, GeoPoint(16.01, 103.0)), 10.0, abs_tol=0.01)
    assert off_deg(VehicleState(), GeoPoint(16.0, 103.0)) == 180.0
