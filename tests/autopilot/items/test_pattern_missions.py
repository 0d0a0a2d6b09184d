"""A mission of every pattern, as planned for the Roi Et site, is stored whole and reads back as it was sent."""

from __future__ import annotations

import pytest
from raw_client import Item, RawClient

from dronectl.model.plan.pattern import Pattern
from dronectl.model.site import Site
from dronectl.planning.build import build_plan

ACCEPTED = 0
PATTERNS = [pattern for pattern in Pattern if pattern is not Pattern.HOTSPOT]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_sortie_of_a_pattern_is_stored_and_read_back_equal(
    client: RawClient, site: Site, pattern: Pattern
) -> None:
    patrol = [patrol for patrol in site.patrols if patrol.pattern is pattern][-1]
    plan = build_plan(site, [patrol], name="pattern", created_utc="")
    for drone in plan.drones:
        for sortie in drone.sorties:
            sent = [
                Item(item.command, item.frame, *item.params, item.lat_e7, item.lon_e7, item.altitude_m)
                for item in sortie.mission.items
            ]
            assert client.upload(sent).result == ACCEPTED
            kept = [
                Item(m.command, m.frame, m.param1, m.param2, m.param3, m.param4, m.x, m.y, m.z)
                for m in client.download()
            ]
            assert len(kept) == len(sent)
            for seq, (found, wanted) in enumerate(zip(kept, sent, strict=True)):
                for name in Item.__slots__ if seq else ():
                    assert getattr(found, name) == pytest.approx(getattr(wanted, name), abs=1e-5), (seq, name, wanted)
