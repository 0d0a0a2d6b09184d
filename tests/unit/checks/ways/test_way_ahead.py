"""The way ahead of an aircraft that is somewhere: what breaks a rule, and what is lawful because it is there."""

from __future__ import annotations

from dataclasses import replace

import checks_site as sites
import pytest
from checks_site import DAY, SITE, at, home, item, waypoint

from dronectl.checks.flight import Ground
from dronectl.checks.trajectory.leg import LegKind
from dronectl.checks.ways.way import Present, Returns, Way, back, down, there, up
from dronectl.checks.ways.way_ahead import Proof, prove
from dronectl.errors import InputError
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionType
from dronectl.model.rules import Rules
from dronectl.model.site import Site


def proof(way: Way, x_m: float, y_m: float, height_m: float = 30.0, *, site: Site = SITE, **moving: float) -> Proof:
    present = Present(at(x_m, y_m), height_m, site.home, **moving)
    return prove(way, present, site.drones[0], Ground(site, DAY, LocalFrame(site.home)))


def errors(way: Way, x_m: float, y_m: float, height_m: float = 30.0, **more: object) -> list[tuple[str, str | None]]:
    found = proof(way, x_m, y_m, height_m, **more).errors  # type: ignore[arg-type]
    return [(error.rule, error.zone) for error in found]


def mission(*items: object) -> Mission:
    return Mission((home(), *items))  # type: ignore[arg-type]


def test_a_straight_way_through_a_keep_out_is_told_with_its_depth() -> None:
    (error,) = proof(there(at(500, 0), 30.0), 200, 0).errors
    assert "49.8 m inside keep-out 'tower' (หอโหวด)" in error.message
    assert error.message.endswith(f"on the straight way to {at(500, 0)}")
    assert (error.amount, error.unit, error.item) == (49.75, "m", None)
    assert errors(there(at(500, 70), 30.0), 200, 70) == []
    assert errors(there(at(1100, 0), 30.0), 500, 0) == [("fence", "site")]
    assert errors(there(at(0, 600), 30.0), 0, 400) == [("obstacle", "mast")]
    assert errors(there(at(100, 0), 120.0), 0, 0) == [("ceiling", None)]


def test_the_way_on_with_a_mission_is_from_here_to_its_item_and_then_the_rest_of_it() -> None:
    plan = mission(
        item(Command.NAV_TAKEOFF, z_m=30.0),
        waypoint(200, -200),
        waypoint(500, -200),
        waypoint(500, 200),
        waypoint(200, -60),
        item(Command.NAV_RETURN_TO_LAUNCH),
    )
    assert [error.item for error in proof(Way(plan), 0, 0, 0.0).errors] == [5]
    (error,) = proof(Way(plan, 4), 200, -200).errors[:1]
    assert error.message.endswith("on the way from here to item 4")
    assert errors(Way(plan, 6), 200, -60) == []
    (error,) = proof(Way(plan, 3), 200, -200).errors
    assert error.message.endswith("on leg 4→5")


def test_a_jump_of_the_mission_is_followed_from_here() -> None:
    plan = mission(
        item(Command.NAV_TAKEOFF, z_m=30.0),
        waypoint(200, 0),
        waypoint(200, 300),
        item(Command.DO_JUMP, param1=2, param2=3),
        waypoint(500, 300),
        item(Command.NAV_RETURN_TO_LAUNCH),
    )
    assert errors(Way(plan, 3), 500, 300) == []
    assert errors(Way(plan, 2), 500, 0) == [("keep-out", "tower")]


def test_what_is_not_known_of_a_mission_is_no_proof() -> None:
    plan = mission(item(Command.NAV_TAKEOFF, z_m=30.0), waypoint(100, 0), item(Command.NAV_GUIDED_ENABLE, param1=1))
    assert errors(Way(plan, 2), 0, 0) == [("structure", None)]
    assert errors(Way(mission()), 0, 0) == [("structure", None)]


def test_over_a_keep_out_and_under_its_floor_is_lawful_at_every_height_on_the_way() -> None:
    assert errors(there(at(-500, 0), 45.0), -200, 0, 45.0) == []
    assert errors(there(at(-500, 350), 45.0), -200, 350, 45.0) == []
    # GUIDED may climb first, or last: straight in between would pass over the roof's edge at 41 m
    assert errors(there(at(-280, 0), 30.0), -500, 0, 50.0) == [("keep-out", "roof")]


def test_a_return_climbs_and_goes_to_the_nearest_rally_point_as_the_vehicle_will() -> None:
    point = replace(item(Command.RALLY_POINT, 600, 0, 50.0), frame=3)
    rally = Mission((point,), MissionType.RALLY)
    assert errors(back(Returns(40.0)), 500, 0) == [("keep-out", "tower")]
    assert errors(back(Returns(40.0, rally)), 500, 0) == []
    assert errors(back(Returns(40.0, rally, rally_limit_m=50.0)), 500, 0) == [("keep-out", "tower")]
    assert errors(back(Returns(120.0)), 0, 100) == [("ceiling", None)]
    assert errors(back(Returns(45.0)), -500, 0) == []
    assert errors(back(Returns(20.0)), -500, 0) == [("keep-out", "roof")]
    assert "the straight return" in proof(back(Returns(20.0)), -500, 0).errors[0].message


def test_a_return_from_near_its_goal_climbs_less() -> None:
    def climbs_to_m(returns: Returns, north_m: float) -> float:
        return proof(back(returns), 0, north_m, 20.0).flight.legs[0].end.height_m

    returns = Returns(60.0, cone_slope=1.0)
    assert climbs_to_m(Returns(60.0), 30) == 60.0
    assert climbs_to_m(returns, 30) == pytest.approx(30.0, abs=0.1)
    assert climbs_to_m(returns, 5) == 22.5, "never less than ArduCopter's least climb"
    assert climbs_to_m(returns, 300) == 60.0
    assert climbs_to_m(replace(returns, cone_slope=0.5), 60) == pytest.approx(30.0, abs=0.1)
    assert climbs_to_m(replace(returns, cone_slope=0.2), 30) == 60.0, "so flat a cone is none"
    assert climbs_to_m(Returns(15.0, climb_min_m=10.0), 300) == 30.0


def test_what_lifts_off_first_climbs_where_it_is_and_is_proved_there_too() -> None:
    lifted = replace(there(at(-280, 350), 45.0), lift_m=90.0)
    assert errors(replace(lifted, lift_m=45.0), -350, 350, 0.0) == []
    assert errors(lifted, -350, 350, 0.0)[0] == ("keep-out", "lid")
    first = proof(lifted, 0, 0, 0.0).flight.legs[0]
    assert (first.kind, first.start.height_m, first.end.height_m) == (LegKind.TAKE_OFF, 0.0, 90.0)
    assert (first.words().english, first.start_s, first.end_s) == ("the climb here", 0.0, 0.0)
    assert proof(lifted, 0, 0, 90.0).flight.legs[0].kind is not LegKind.TAKE_OFF


def test_a_landing_and_a_climb_are_straight_down_and_up() -> None:
    assert errors(down(), -350, 350, 90.0) == [("keep-out", "lid")]
    assert errors(down(), 0, 0) == []
    assert errors(up(85.0), -350, 350, 0.0) == [("keep-out", "lid")]
    assert errors(up(45.0), -350, 350, 0.0) == []


@pytest.mark.parametrize(
    ("x_m", "y_m", "to", "found"),
    [
        (295, 0, (200, 0), []),  # out of the margin, straight away
        (295, 0, (295, 300), [("keep-out", "tower")]),  # along the edge, within the margin
        (295, 0, (310, 200), [("keep-out", "tower")]),  # deeper
        (310, 0, (200, 0), []),  # out of the keep-out itself, by the nearest edge
        (310, 0, (500, 0), [("keep-out", "tower")]),  # across it
        (340, 0, (370, 300), [("keep-out", "tower")]),  # out of it by a far edge
        (295, 0, (293, 0), [("keep-out", "tower")]),  # not out of the margin
        (995, 0, (900, 0), []),
        (1005, 0, (900, 0), []),  # back into the fence
        (1005, 0, (1005, 300), [("fence", "site")]),
        (1005, 100, (-1005, 100), [("fence", "site")]),  # back into it, and in the same leg out again
        (295, 0, (244, 86), []),  # 59° off the straight way out
        (295, 0, (254, 91), [("keep-out", "tower")]),  # 66° off
        (995, 0, (995, 300), [("fence", "site")]),
    ],
)
def test_who_is_where_it_should_not_be_may_leave_by_the_shortest(
    x_m: float, y_m: float, to: tuple[float, float], found: list[tuple[str, str]]
) -> None:
    assert errors(there(at(*to), 30.0), x_m, y_m) == found


def test_legs_of_less_than_a_step_are_a_way_too() -> None:
    along = [waypoint(295, 0.4 * number) for number in range(1, 60)]
    plan = mission(item(Command.NAV_TAKEOFF, z_m=30.0), *along, waypoint(200, 24), item(Command.NAV_RETURN_TO_LAUNCH))
    assert ("keep-out", "tower") in errors(Way(plan, 2), 295, 0)


def test_a_place_that_was_measured_may_miss_the_margin_by_a_little_and_the_end_may_not() -> None:
    """The keep-out begins at 300 m, its margin of 10 m at 290 m."""
    assert errors(there(at(290, 500), 30.0), 291.5, 0) == []
    assert errors(there(at(290, 500), 30.0), 291.9, 0) == []
    assert errors(there(at(290, 500), 30.0), 292.2, 0) == [("keep-out", "tower")]
    assert errors(there(at(291.5, 40), 30.0), 291.5, -200) == [("keep-out", "tower")]


def test_a_drone_above_the_ceiling_may_come_down_and_not_fly_on_there() -> None:
    assert errors(there(at(100, 0), 95.0), 0, 0, 95.0) == [("ceiling", None)]
    assert errors(there(at(100, 0), 60.0), 0, 0, 95.0) == []


def test_a_drone_in_motion_brakes_first_and_turns_meanwhile() -> None:
    assert errors(there(at(200, 0), 30.0), 250, 0) == []
    assert errors(there(at(200, 0), 30.0), 280, 0, east_m_s=8.0)[0] == ("keep-out", "tower")
    assert errors(there(at(285, 300), 30.0), 285, 0, north_m_s=-6.0) == []


def test_papers_and_persons_authorise_what_they_do_for_plans() -> None:
    present = Present(at(200, 0), 30.0, SITE.home)
    ground = Ground(SITE, DAY, LocalFrame(SITE.home))
    way = there(at(500, 0), 30.0)
    lifted = prove(way, present, SITE.drones[0], ground, overrides=["keep-out by สมชาย"])
    assert lifted.errors == ()
    assert [one.authorisation for one in lifted.findings] == ["override by สมชาย"]
    bare = replace(SITE, zones=replace(SITE.zones, fences=()), rules=Rules())
    assert errors(way, 200, 100, site=bare)[0] == ("fence", None)


def test_an_aircraft_far_from_the_site_is_not_judged() -> None:
    with pytest.raises(InputError):
        prove(down(), Present(GeoPoint(20.0, 100.0), 30.0, SITE.home), SITE.drones[0], _ground())


def _ground() -> Ground:
    return Ground(sites.SITE, DAY, LocalFrame(SITE.home))
