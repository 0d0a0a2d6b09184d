"""The drone that is proposed is there first, by a way that enters nothing that is closed.

tests/bench/planning/dispatch_exhaustive.py goes further."""

from __future__ import annotations

import pytest
from effort import seeds
from exhaustive_dispatch import case_of, judged


@pytest.mark.parametrize("seed", seeds(6, first=1000))
def test_nobody_could_be_there_before_the_one_proposed(seed: int) -> None:
    verdict = judged(case_of(seed))
    assert verdict.late_s < 0.5
    assert verdict.deepest_m == 0.0
    arrivals = [option.arrives_s for option in verdict.proposal.options if option.can_go]
    assert arrivals == sorted(arrivals)
