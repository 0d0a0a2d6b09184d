from __future__ import annotations

from dataclasses import replace

import pytest

from dronectl.formats.missions.item_hash import items_sha256
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType

HOME = MissionItem(Command.NAV_WAYPOINT, 0, lat_e7=1, lon_e7=2, altitude_m=145.0)
PLACE = MissionItem(Command.NAV_WAYPOINT, 6, 2.7, 3.5, lat_e7=3, lon_e7=4, altitude_m=30.123456)
READ_BACK = MissionItem(Command.NAV_WAYPOINT, 3, 2.0, lat_e7=3, lon_e7=4, altitude_m=30.12)
SENT = Mission((HOME, PLACE))


def test_what_was_sent_and_what_is_read_back_have_one_hash() -> None:
    assert items_sha256(SENT) == items_sha256(Mission((replace(HOME, lat_e7=7), READ_BACK)))


def test_of_fences_and_rally_points_counts_what_the_vehicle_stores() -> None:
    corner = MissionItem(Command.FENCE_POLYGON_VERTEX_INCLUSION, 3, 4.0, lat_e7=1, lon_e7=2)
    for kind, sent, held in (
        (MissionType.FENCE, corner, replace(corner, frame=0, altitude_m=7.0)),
        (MissionType.RALLY, replace(PLACE, command=5100), replace(PLACE, command=5100, altitude_m=30.0, frame=3)),
    ):
        assert items_sha256(Mission((sent,), kind)) == items_sha256(Mission((held,), kind))


def test_numbers_that_no_vehicle_takes_have_a_hash_too() -> None:
    assert items_sha256(Mission((HOME, replace(PLACE, altitude_m=float("nan"), param1=1e300))))


def test_no_items_are_no_items_with_a_home_and_without() -> None:
    assert items_sha256(Mission(())) == items_sha256(Mission((HOME,)))


@pytest.mark.parametrize(
    "other",
    [
        Mission((HOME, replace(PLACE, lat_e7=5))),
        Mission((HOME, PLACE, PLACE)),
        Mission((HOME, replace(PLACE, altitude_m=30.13))),
        Mission((PLACE,), MissionType.RALLY),
    ],
)
def test_other_items_have_another(other: Mission) -> None:
    assert items_sha256(other) != items_sha256(SENT)
