"""Orders are held against what closes while they may last."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from checks_site import SITE, at, box

from dronectl.checks.ways.way import Present, there
from dronectl.model.ground.zone import KeepOut
from dronectl.model.validity import DailyHours, Validity
from dronectl.ops.orders.airspace import Airspace

SCHOOL = KeepOut(
    "school", "โรงเรียน", True, "g", box(80, 220, 120, 260), validity=Validity(hours=(DailyHours(450, 510),))
)


@pytest.mark.parametrize(("clock", "lawful"), [("06:59", True), ("07:01", False), ("08:29", False), ("08:31", True)])
def test_a_drone_is_not_sent_where_it_will_be_closed_in_half_an_hour(
    monkeypatch: pytest.MonkeyPatch, clock: str, lawful: bool
) -> None:
    moment = datetime.fromisoformat(f"2026-12-01 {clock}+07:00")
    monkeypatch.setattr("dronectl.ops.common.present.hour", lambda: moment)
    site = replace(SITE, zones=replace(SITE.zones, keep_outs=(SCHOOL,)))
    errors = Airspace.of(site).prove(there(at(100, 240), 30.0), Present(at(0, 240), 30.0, at(0, 0)), "alpha").errors
    assert (not errors) is lawful
    inside = Present(at(100, 240), 30.0, at(0, 0))
    assert not Airspace.of(site).prove(there(at(100, 300), 30.0), inside, "alpha").errors, "who is inside may leave"
