"""Any mission over any ground: the checks end, say places on the Earth, and mend without making worse."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import planning_sites as sites
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks import check_mission
from dronectl.checks.fixes.mechanical import mend
from dronectl.model.ardupilot.stored_items import ACCEPTED_COMMANDS
from dronectl.model.ground.terrain import Terrain, Tile
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.fix import edited
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.model.rules import RULE_IDS
from dronectl.model.site import Site

DAY = date(2026, 3, 1)
STEP_DEG = 1 / 1200


def ground(seed: int) -> Terrain:
    """Rough ground of 2.7 km, a tenth of it void."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(100, 190, (31, 31)).astype(np.float32)
    values[rng.random(values.shape) < 0.1] = np.nan
    values[14:17, 14:17] = 145.0
    south, west = sites.HOME.lat_deg - 15 * STEP_DEG, sites.HOME.lon_deg - 15 * STEP_DEG
    return Terrain((Tile("rough", south, west, STEP_DEG, STEP_DEG, values),))


FLAT = sites.site(
    keep_outs=[
        sites.keep_out("tower", sites.square(100, 0, 80)),
        sites.keep_out("lid", sites.square(-200, 0, 90), 30, 60),
    ],
    obstacles=[sites.obstacle("mast", 0, 200, 50, 3)],
)
SITES: list[Site] = [FLAT, *(replace(FLAT, terrain=ground(seed)) for seed in range(3))]

near_e7 = st.integers(-60_000, 60_000)
small = st.integers(-1, 60).map(float) | st.just(math.nan) | st.floats(-5, 300, width=32)
items = st.builds(
    MissionItem,
    command=st.sampled_from(sorted(ACCEPTED_COMMANDS)) | st.sampled_from([195, 197, 113, 42702, 9999]),
    frame=st.sampled_from([0, 2, 3, 5, 6, 10, 11]),
    param1=small,
    param2=small,
    param3=small,
    param4=small,
    lat_e7=st.just(0) | near_e7.map(lambda shift: sites.HOME.lat_e7 + shift),
    lon_e7=st.just(0) | near_e7.map(lambda shift: sites.HOME.lon_e7 + shift),
    altitude_m=st.integers(-20, 260).map(float),
)
missions = st.lists(items, max_size=14).map(
    lambda made: Mission(
        (MissionItem(Command.NAV_WAYPOINT, 0), MissionItem(Command.NAV_TAKEOFF, altitude_m=40.0), *made)
    )
)
rallies = st.lists(st.tuples(near_e7, near_e7), max_size=2).map(
    lambda shifts: Mission(
        tuple(
            MissionItem(
                Command.RALLY_POINT, 3, lat_e7=sites.HOME.lat_e7 + a, lon_e7=sites.HOME.lon_e7 + b, altitude_m=50.0
            )
            for a, b in shifts
        ),
        MissionType.RALLY,
    )
)


def errors(findings: tuple[Finding, ...]) -> int:
    return sum(one.severity is Severity.ERROR for one in findings)


@examples(30)
@given(missions, st.sampled_from(SITES), rallies)
def test_whatever_is_found_has_a_rule_a_place_and_one_line(mission: Mission, site: Site, rally: Mission) -> None:
    for one in check_mission(mission, site, site.drones[0], day=DAY, rally=rally):
        assert one.rule in RULE_IDS
        assert "\n" not in one.message
        assert "nan" not in one.message.lower().split()
        assert one.amount is None or math.isfinite(one.amount)
        assert one.item is None or 0 <= one.item < len(mission)
        assert one.lat_deg is None or abs(one.lat_deg - sites.HOME.lat_deg) < 1
        if one.fix is not None:
            assert one.fix.description
            edited(mission, one.fix.edits)


@examples(8)
@given(missions, st.sampled_from(SITES))
def test_mending_leaves_fewer_errors_and_mends_all_that_it_can_at_once(mission: Mission, site: Site) -> None:
    def check(one: Mission) -> tuple[Finding, ...]:
        return check_mission(one, site, site.drones[0], day=DAY)

    first = mend(mission, check)
    assert errors(first.left) <= errors(check(mission))
    assert first.left == check(first.mission)
    assert mend(first.mission, check).mended == ()
