"""Whatever the site: a hot-spot patrol that is planned keeps its promise, by the missions and the checker's times."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import hotspot_sites as hot
import numpy as np
import planning_sites as sites
import shapely
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks import check_plan
from dronectl.errors import InputError


@examples(10)
@given(
    seed=st.integers(0, 2**31 - 1),
    idleness_min=st.integers(10, 120),
    period_min=st.integers(20, 240),
    drones=st.integers(1, 3),
    points=st.integers(1, 12),
    long_stays=st.booleans(),
    sorties=st.none() | st.integers(1, 8),
)
def test_every_point_is_visited_as_promised(
    seed: int, idleness_min: int, period_min: int, drones: int, points: int, long_stays: bool, sorties: int | None
) -> None:
    rng = np.random.default_rng(seed)
    walls = [
        shapely.Point(*rng.uniform(-350, 350, 2)).buffer(rng.uniform(10, 60), quad_segs=3)
        for _ in range(int(rng.integers(0, 4)))
    ]
    where = hot.site(
        [
            hot.spot(f"spot_{k}", *rng.uniform(-450, 450, 2), weight=float(rng.integers(0, 6)), name=f"จุดที่ {k}")
            for k in range(points)
        ],
        drones=drones,
        keep_outs=[sites.keep_out(f"keep_{k}", wall) for k, wall in enumerate(walls)],
    )
    asked = hot.hotspot(
        60.0 * period_min,
        max_idleness_s=60.0 * idleness_min,
        stay_s=(120.0, 300.0) if long_stays else None,
        most_sorties=sorties,
    )
    patrol = hot.patrol(asked, seed=seed % 1000)
    try:
        plan = hot.planned(where, patrol)
    except InputError as error:
        words = ("be back at every one of", "even visit each", "cannot be looked at", "no drone can", "home of drone")
        assert any(word in error.message for word in words), error.message  # noqa: PT017
        return
    stays = hot.visits(plan, where)
    for point in where.zones.points:
        assert hot.longest_alone_s(plan, where, point.id) <= 1.01 * min(60.0 * idleness_min, 60.0 * period_min) + 15.0
        own = [stay for stay in stays if stay[2] == point.id]
        assert own
        assert all(second[0] >= first[1] for first, second in pairwise(own))
    assert max(end_s for _, end_s, _, _ in stays) <= 60.0 * period_min
    found = check_plan(plan, where, day=date(2026, 11, 23))
    assert [one.message for one in found if one.severity == "error"] == []
