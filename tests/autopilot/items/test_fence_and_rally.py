"""Fence and rally points: what is stored, what is refused, and what only shows at arming or in flight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from expectations import Expected
from fences import (
    AROUND_HOME,
    CIRCLE_EXCLUSION,
    CIRCLE_INCLUSION,
    DO_FENCE_ENABLE,
    EXCLUSION,
    FENCE,
    FENCE_TYPE_ALTITUDE,
    FENCE_TYPE_POLYGONS,
    GEOFENCE,
    INCLUSION,
    MISSION_ACCEPTED,
    MISSION_ERROR,
    MISSION_NO_SPACE,
    RALLY,
    RALLY_POINT,
    circle,
    polygon,
)
from flying import ACCEPTED, FAILED, GUIDED, HOME_ITEM, arm, set_mode, wait_ready, waypoint
from raw_client import Item, RawClient


@pytest.fixture
def fence_on(ready: RawClient) -> Iterator[RawClient]:
    """A ready vehicle that enforces polygons, and nothing but polygons."""
    ready.set_parameter("FENCE_TYPE", FENCE_TYPE_POLYGONS)
    ready.set_parameter("FENCE_ENABLE", 1)
    yield ready
    ready.set_parameter("FENCE_ENABLE", 0)


@pytest.mark.parametrize(
    "items",
    [
        pytest.param(AROUND_HOME, id="inclusion polygon"),
        pytest.param(AROUND_HOME + polygon(EXCLUSION, 60.0, 60.0, 20.0), id="exclusion polygon"),
        pytest.param(AROUND_HOME + circle(CIRCLE_EXCLUSION, -60.0, 60.0, 15.5), id="exclusion circle"),
        pytest.param(circle(CIRCLE_INCLUSION, 0.0, 0.0, 120.0), id="inclusion circle"),
        pytest.param(AROUND_HOME + polygon(INCLUSION, 600.0, 600.0, 50.0), id="two disjoint inclusions"),
        pytest.param(polygon(INCLUSION, 5000.0, 5000.0, 100.0), id="an inclusion far from home"),
    ],
)
def test_a_whole_fence_is_taken_indexed_and_read_back_as_sent(ready: RawClient, items: list[Item]) -> None:
    answer = ready.upload(items, FENCE)  # 4.5.6 that has just booted may tell of an empty fence, or miss an item
    assert answer.result == MISSION_ACCEPTED
    assert answer.says("Fence Indexed OK")
    on_board = ready.download(FENCE)
    assert [(m.command, m.param1, m.x, m.y) for m in on_board] == [(i.command, i.p1, i.x, i.y) for i in items]


@pytest.mark.parametrize(
    ("items", "text"),
    [
        pytest.param(AROUND_HOME[:2], "Incorrect item count", id="two vertices of a polygon that says four"),
        pytest.param(
            [waypoint(n, 0.0, 0.0, command=INCLUSION, p1=2.0) for n in (0.0, 50.0)],
            "Invalid vertex count (2)",
            id="a polygon of two vertices",
        ),
    ],
)
def test_a_polygon_that_is_none_is_refused_with_its_reason(client: RawClient, items: list[Item], text: str) -> None:
    answer = client.upload(items, FENCE)
    assert answer.result == MISSION_ERROR
    assert answer.says(text)
    assert answer.says("Fence validation failed")


def test_a_bow_tie_and_a_fence_of_no_area_are_taken_without_a_word(client: RawClient) -> None:
    """So they are checked before they are sent."""
    corners = AROUND_HOME
    assert client.upload([corners[0], corners[2], corners[1], corners[3]], FENCE).result == MISSION_ACCEPTED
    assert client.upload([corners[0]] * 4, FENCE).result == MISSION_ACCEPTED


def test_a_circle_needs_a_radius(client: RawClient) -> None:
    answer = client.upload(circle(CIRCLE_INCLUSION, 0.0, 0.0, 0.0), FENCE)
    assert answer.result == MISSION_ERROR
    assert answer.says("Non-positive circle radius")


@pytest.mark.every_firmware
@pytest.mark.parametrize("sent_m", [15.0005, 15.5, 15.002, 0.5])
def test_a_radius_just_above_whole_metres_is_kept_in_whole_metres_until_47(
    client: RawClient, expected: Expected, sent_m: float
) -> None:
    assert client.upload(circle(CIRCLE_EXCLUSION, 60.0, 0.0, sent_m), FENCE).result == MISSION_ACCEPTED
    (held,) = client.download(FENCE)
    assert held.param1 == pytest.approx(expected.radius_15_0005_m if sent_m == 15.0005 else sent_m, abs=1e-6)


@pytest.mark.parametrize(
    ("count", "result", "text"),
    [(69, MISSION_ACCEPTED, ""), (70, MISSION_ERROR, "Fence exceeds storage size"), (71, MISSION_NO_SPACE, "")],
)
def test_how_many_vertices_fit(client: RawClient, count: int, result: int, text: str) -> None:
    ring = [waypoint(float(n), float(n % 2), 0.0, command=INCLUSION, p1=float(count)) for n in range(count)]
    answer = client.upload(ring, FENCE)
    assert answer.result == result
    assert not text or answer.says(text)


@pytest.mark.parametrize(("count", "result"), [(46, MISSION_ACCEPTED), (47, MISSION_NO_SPACE)])
def test_how_many_rally_points_fit(client: RawClient, count: int, result: int) -> None:
    points = [waypoint(float(n), 0.0, 30.0, command=RALLY_POINT) for n in range(count)]
    assert client.upload(points, RALLY).result == result


def test_clearing_the_fence_leaves_the_mission_and_the_rally_points(client: RawClient) -> None:
    client.upload([waypoint(0, 0), waypoint(10, 0)])
    client.upload([waypoint(0, 0, 30.0, command=RALLY_POINT)], RALLY)
    client.upload(AROUND_HOME, FENCE)
    assert client.clear(FENCE).result == MISSION_ACCEPTED
    assert len(client.download(FENCE)) == 0
    assert len(client.download(RALLY)) == 1
    assert len(client.download()) == 2


def test_rally_points_are_read_back_as_sent(client: RawClient) -> None:
    points = [waypoint(40, 0, 30.0, command=RALLY_POINT), waypoint(0, 40, 35.0, command=RALLY_POINT)]
    answer = client.upload(points, RALLY)
    assert answer.result == MISSION_ACCEPTED
    on_board = client.download(RALLY)
    assert [(m.command, m.frame, m.x, m.y, m.z) for m in on_board] == [
        (RALLY_POINT, 3, point.x, point.y, point.z) for point in points
    ]


def upload_and_wait(client: RawClient, items: list[Item], *, breached: bool) -> None:
    """The fence goes up, and the vehicle has held its position against it (a few times a second)."""
    assert client.upload(items, FENCE).result == MISSION_ACCEPTED
    client.talk().expect("FENCE_STATUS", breach_status=int(breached))


@pytest.mark.every_firmware
def test_an_inclusion_far_from_home_shows_only_at_arming(fence_on: RawClient, expected: Expected) -> None:
    upload_and_wait(fence_on, polygon(INCLUSION, 5000.0, 5000.0, 100.0), breached=True)
    assert set_mode(fence_on, GUIDED).result == ACCEPTED
    answer = arm(fence_on)
    assert answer.result == FAILED
    assert answer.says(expected.outside_at_arming)


def test_a_copter_must_be_inside_of_all_inclusions(fence_on: RawClient, expected: Expected) -> None:
    upload_and_wait(fence_on, AROUND_HOME + polygon(INCLUSION, 600.0, 600.0, 50.0), breached=True)
    set_mode(fence_on, GUIDED)
    answer = arm(fence_on)
    assert answer.result == FAILED
    assert answer.says(expected.outside_at_arming)


def test_an_enabled_fence_reports_its_status_with_the_stream(fence_on: RawClient) -> None:
    upload_and_wait(fence_on, AROUND_HOME, breached=False)
    upload_and_wait(fence_on, polygon(INCLUSION, 600.0, 600.0, 50.0), breached=True)


@pytest.mark.every_firmware
def test_a_kind_of_fence_added_while_it_is_enabled_acts_at_once_or_when_it_is_enabled_by_order(
    ready: RawClient, expected: Expected
) -> None:
    """What FENCE_TYPE is set to comes to nothing since 4.6 until the fence is enabled anew; SYS_STATUS tells if any
    kind acts, and not which."""
    assert ready.upload(polygon(INCLUSION, 5000.0, 5000.0, 100.0), FENCE).result == MISSION_ACCEPTED
    ready.set_parameter("FENCE_TYPE", FENCE_TYPE_ALTITUDE)
    ready.set_parameter("FENCE_ENABLE", 1)
    try:
        talk = ready.talk()
        talk.expect("FENCE_STATUS", breach_status=0)
        ready.set_parameter("FENCE_TYPE", FENCE_TYPE_ALTITUDE | FENCE_TYPE_POLYGONS)
        if expected.fence_is_latched:
            later = ready.talk()
            assert [later.expect("FENCE_STATUS").breach_status for _ in range(8)] == [0] * 8
            assert later.expect("SYS_STATUS").onboard_control_sensors_enabled & GEOFENCE
        assert ready.command(DO_FENCE_ENABLE, 1, FENCE_TYPE_ALTITUDE | FENCE_TYPE_POLYGONS).result == ACCEPTED
        ready.talk().expect("FENCE_STATUS", breach_status=1)
        assert ready.command(DO_FENCE_ENABLE, 0).result == ACCEPTED
        assert not ready.talk().expect("SYS_STATUS").onboard_control_sensors_enabled & GEOFENCE
    finally:
        ready.set_parameter("FENCE_ENABLE", 0)


@pytest.mark.every_firmware
def test_an_order_to_enable_the_fence_sets_its_parameter_until_46(ready: RawClient, expected: Expected) -> None:
    ready.set_parameter("FENCE_TYPE", FENCE_TYPE_ALTITUDE)
    assert ready.command(DO_FENCE_ENABLE, 1).result == ACCEPTED
    ready.talk().expect("FENCE_STATUS", breach_status=0)
    assert ready.parameter("FENCE_ENABLE") == (0.0 if expected.fence_is_latched else 1.0)
    assert ready.command(DO_FENCE_ENABLE, 0).result == ACCEPTED
    talk = ready.talk()
    for _ in range(4):
        talk.expect("SYS_STATUS")
    assert len(talk.heard("FENCE_STATUS")) <= 1
    assert ready.parameter("FENCE_ENABLE") == 0.0


def test_inside_its_fence_the_vehicle_arms(fence_on: RawClient) -> None:
    upload_and_wait(fence_on, AROUND_HOME + polygon(EXCLUSION, 60.0, 60.0, 20.0), breached=False)
    wait_ready(fence_on)
    set_mode(fence_on, GUIDED)
    answer = arm(fence_on)
    assert answer.result == ACCEPTED, answer.talk.texts()


@pytest.mark.every_firmware
def test_only_the_items_of_a_mission_go_on_by_themselves(client: RawClient) -> None:
    client.upload([HOME_ITEM, waypoint(20.0, 0.0)])
    client.upload(polygon(INCLUSION, 0.0, 0.0, 400.0), FENCE)
    client.upload([waypoint(20.0, 0.0, 30.0, command=RALLY_POINT)], RALLY)
    told = {kind: {item.autocontinue for item in client.download(kind)} for kind in (0, FENCE, RALLY)}
    assert told == {0: {1}, FENCE: {0}, RALLY: {0}}
