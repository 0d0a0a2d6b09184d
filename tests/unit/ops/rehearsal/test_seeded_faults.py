"""What the checks pass and flying shows: a handful of what tests/bench/rehearsal/seeded_faults.py does at length."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rehearsed_plans import ROOT, Case, faulty, sound

from dronectl.model.rehearsal.result import Rehearsal
from dronectl.ops.rehearsal.rehearse import prepared, rehearse


def rehearsed(case: Case, runs: int, moments: int) -> Rehearsal:
    settings = replace(case.settings, runs=runs, moments=replace(case.settings.moments, runs=moments))
    return rehearse(prepared(case.plan, case.site, ROOT, settings, seed=1), runs, processes=1)


@pytest.mark.parametrize(
    ("seed", "runs", "moments", "what"),
    [(0, 6, 0, "fence"), (2, 6, 0, "keep-out"), (5, 4, 0, "battery-reserve"), (3, 2, 2, "link")],
)
def test_what_only_flying_shows_is_caught(seed: int, runs: int, moments: int, what: str) -> None:
    case = faulty(seed)
    assert case.passes
    result = rehearsed(case, runs, moments)
    assert result.is_unsafe
    found = {group.worst.rule for group in result.groups} | {one.failure for one in result.failures_break}
    assert what in found or (what == "battery-reserve" and "landing" in found)


def test_a_sound_plan_is_left_alone_and_the_same_again() -> None:
    case = sound(1)
    first = rehearsed(case, 2, 1)
    assert not first.is_unsafe
    assert not first.groups
    assert first.failures
    assert rehearsed(case, 2, 1).as_json() == first.as_json()
