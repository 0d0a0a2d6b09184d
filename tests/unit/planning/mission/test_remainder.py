"""What is left of a mission, cut wherever it ended: lawful, and flown with what the mission had set by then."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from dronectl.checks import check_plan, with_own_figures
from dronectl.errors import InputError
from dronectl.geodesy.distance import flat_distance_m
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.mission import FLOWN_TO, Command, Mission, MissionItem
from dronectl.model.plan.mission_state import ROI, set_before
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.planning.build import build_plan
from dronectl.planning.mission.remainder import remainder_of
from dronectl.planning.remainder import handed_to, remainder_plan
from dronectl.site.local_time import today_at

UTC = "2026-01-01T00:00:00Z"


@cache
def built(patrol_id: str) -> Plan:
    from repository import REPOSITORY

    from dronectl.site.workspace import load_site

    site = load_site(REPOSITORY)
    patrol = site.patrol(patrol_id)
    assert patrol is not None
    return build_plan(site, [patrol], name=patrol_id, created_utc=UTC, rounds=0)


def errors(plan: Plan, site: Site) -> list[str]:
    found = check_plan(with_own_figures(plan, site), site, day=today_at(site))
    return [f"{one.rule}: {one.message}" for one in found if one.severity is Severity.ERROR]


def flown_at(mission: Mission, seq: int) -> dict[object, tuple[float, ...]]:
    """Speed, ROI and camera on the way to an item."""
    held = set_before(mission, seq)
    kinds = {"ROI" if one.command in ROI else one.command: (*one.params, one.lat_e7, one.lon_e7) for one in held}
    return {kind: values for kind, values in kinds.items() if any(values)}


@pytest.mark.parametrize("patrol_id", ["demo", "landmark_tour", "tower_orbit"])
def test_wherever_a_flight_ends_its_rest_is_lawful_and_flown_as_it_was(site: Site, patrol_id: str) -> None:
    plan = built(patrol_id)
    for planned in plan.drones:
        mission = planned.sorties[0].mission
        places = [seq for seq, item in enumerate(mission.items) if seq > 1 and item.command in FLOWN_TO]
        for reached in [0, *places][:: max(1, len(places) // 4)]:
            left = remainder_plan(site, plan, planned.sorties[0].number, {planned.name: reached}, created_utc=UTC)
            if left is None:
                continue
            (own,) = left.drones
            rest = own.sorties[0].mission
            assert errors(left, site) == [], (planned.name, reached)
            first = next(seq for seq in places if seq > reached)
            place = mission.items[first]
            again = next(seq for seq, item in enumerate(rest.items) if item == place)
            assert flown_at(rest, again) == flown_at(mission, first), (planned.name, reached)
            before = rest.items[again - 1 : again] if reached in places else ()
            assert rest.items[-1].command == Command.NAV_RETURN_TO_LAUNCH
            assert all(item.command in FLOWN_TO or item.command >= 95 for item in before)
            if reached in places and mission.items[reached].command == Command.NAV_WAYPOINT:
                joint = max(seq for seq in range(again) if rest.items[seq].command in FLOWN_TO)
                assert flat_distance_m(rest.items[joint].position, mission.items[reached].position) < 0.1


def test_of_what_was_flown_nothing_is_left(site: Site) -> None:
    plan = built("demo")
    for planned in plan.drones:
        mission = planned.sorties[0].mission
        last = max(seq for seq, item in enumerate(mission.items) if item.command in FLOWN_TO)
        assert remainder_plan(site, plan, 1, {planned.name: last}, created_utc=UTC) is None
    assert remainder_plan(site, plan, 1, {}, created_utc=UTC) is None


def test_another_drone_flies_the_rest_from_its_own_home_in_that_layer(site: Site) -> None:
    plan = built("demo")
    alpha = plan.drones[0]
    left = remainder_plan(site, plan, 1, {alpha.name: 6}, created_utc=UTC)
    assert left is not None
    charlie = site.drone("charlie")
    assert charlie is not None
    taken = handed_to(site, left, alpha.name, charlie)
    assert errors(taken, site) == []
    (own,) = taken.drones
    assert (own.name, own.system_id, own.home) == ("charlie", 3, charlie.home)
    assert own.rtl_altitude_m == alpha.rtl_altitude_m
    mission = own.sorties[0].mission
    assert {item.altitude_m for item in mission.items[1:] if item.command in FLOWN_TO} == {alpha.rtl_altitude_m}
    works = [item for item in left.drones[0].sorties[0].mission.items if item.command == Command.NAV_WAYPOINT]
    assert sum(item in mission.items for item in works) >= len(works) - 3
    assert flat_distance_m(mission.items[-2].position, charlie.home) < 0.1


def test_a_camera_that_films_is_started_again_and_one_that_rests_is_left_alone(site: Site) -> None:
    plan = built("demo")
    drone, mission = site.drones[0], plan.drones[0].sorties[0].mission
    places = [seq for seq, item in enumerate(mission.items) if seq > 1 and item.command in FLOWN_TO]
    items = [item for item in mission.items if item.command != Command.DO_SET_CAM_TRIGG_DIST]
    filmed = Mission((*items[:2], MissionItem(Command.VIDEO_START_CAPTURE), *items[2:]))
    rest = remainder_of(site, LocalFrame(site.home), drone, filmed, places[2])
    assert rest is not None
    commands = [item.command for item in rest.items]
    assert commands.count(Command.VIDEO_START_CAPTURE) == 1
    assert Command.DO_SET_CAM_TRIGG_DIST not in commands


def test_a_mission_with_jumps_is_not_cut(site: Site) -> None:
    plan = built("demo")
    mission = plan.drones[0].sorties[0].mission
    jumping = replace(mission, items=(*mission.items, MissionItem(Command.DO_JUMP, param1=2.0)))
    with pytest.raises(InputError, match="jumps"):
        remainder_of(site, LocalFrame(site.home), site.drones[0], jumping, 3)
