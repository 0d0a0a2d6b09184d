"""Before a flight: was the plan rehearsed as it is now?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dronectl.errors import NotReady
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.settings import RehearsalSettings
from dronectl.model.rules import RehearsalAsked
from dronectl.model.site import Site
from dronectl.ops.flight.readiness import rehearsal
from dronectl.ops.flight.readiness.asked import NOTHING_SAID, AskedSite
from dronectl.ops.flight.readiness.check import Verdict
from dronectl.ops.rehearsal.stamp import BUILTIN, stamp_sha256
from dronectl.ops.rehearsal.stamping import require_rehearsed
from dronectl.site.exercises.rehearsal_settings import load_rehearsal_settings


def at(site: Site, how: RehearsalAsked) -> Site:
    return replace(site, rules=replace(site.rules, rehearsal=how))


def stamp(plan: Plan, site: Site, *, safe: bool = True) -> Plan:
    sha256 = stamp_sha256(plan, site, load_rehearsal_settings(site.root), BUILTIN)
    return replace(plan, rehearsal={"sha256": sha256, "good": 200, "runs": 200, "safe": safe, "verdict": "unsafe"})


def verdict(site: Site, plan: Plan | None) -> Verdict:
    proof = None if plan is None else cast(Any, SimpleNamespace(plan=plan, site=site, findings=()))
    asked = AskedSite(site, ("alpha",), proof, 1, NOTHING_SAID, datetime(2026, 3, 1, 5, 0, tzinfo=UTC))
    return rehearsal.ask(asked).decision


def test_it_decides_nothing_unless_it_is_required(site: Site, plan: Plan) -> None:
    warned, required = at(site, RehearsalAsked.WARNED), at(site, RehearsalAsked.REQUIRED)
    assert verdict(at(site, RehearsalAsked.OFF), plan) is Verdict.TOLD
    assert verdict(warned, plan) is Verdict.TOLD
    assert verdict(required, plan) is Verdict.NO_GO
    assert verdict(required, None) is Verdict.TOLD
    assert verdict(required, stamp(plan, warned)) is Verdict.GO
    assert verdict(required, stamp(plan, warned, safe=False)) is Verdict.NO_GO
    assert verdict(warned, stamp(plan, warned)) is Verdict.GO


def test_a_stamp_holds_for_what_was_rehearsed_alone(site: Site, plan: Plan) -> None:
    required = at(site, RehearsalAsked.REQUIRED)
    stamped = stamp(plan, site)
    drones = (replace(site.drones[0], battery=replace(site.drones[0].battery, capacity_wh=99.0)), *site.drones[1:])
    later = (replace(plan.drones[0], sorties=(replace(plan.drones[0].sorties[0], start_s=9.0),)), *plan.drones[1:])
    assert verdict(replace(required, drones=drones), stamped) is Verdict.NO_GO
    assert verdict(replace(required, zones=replace(site.zones, keep_outs=())), stamped) is Verdict.NO_GO
    assert verdict(required, replace(stamped, drones=later)) is Verdict.NO_GO
    assert verdict(required, replace(stamped, overrides=("fence by Somchai",))) is Verdict.NO_GO
    links = tuple(replace(drone, link="serial:///dev/ttyUSB0?baud=57600", uid="0" * 36) for drone in site.drones)
    assert verdict(replace(required, drones=links), stamped) is Verdict.GO
    other = replace(RehearsalSettings(), runs=3, seed=9)
    assert stamp_sha256(plan, site, other, BUILTIN) == stamp_sha256(plan, site, RehearsalSettings(), BUILTIN)
    assert stamp_sha256(plan, site, other, "ardupilot") != stamp_sha256(plan, site, other, BUILTIN)


def test_an_upload_is_warned_of_refused_or_answered_for(site: Site, plan: Plan) -> None:
    assert require_rehearsed(plan, at(site, RehearsalAsked.OFF)) is None
    assert "it was not rehearsed" in (require_rehearsed(plan, site) or "")
    assert require_rehearsed(stamp(plan, site), site) is None
    required = at(site, RehearsalAsked.REQUIRED)
    with pytest.raises(NotReady, match="not rehearsed"):
        require_rehearsed(plan, required)
    assert require_rehearsed(plan, required, "Somchai") is None
