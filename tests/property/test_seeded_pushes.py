"""What a push says is so, whatever the radio does. (tests/bench/pushes.py runs a thousand of them.)"""

from __future__ import annotations

from typing import Any

import pytest
from seeded_pushes import verdict

from dronectl.ops import transaction
from dronectl.ops.transfer import Transfer

FAILS_WITH_EVERYTHING_RESTORED = 30
SUCCEEDS = 6


@pytest.mark.parametrize("first_seed", range(1000, 1030, 5))
def test_no_push_succeeds_wrongly_and_none_leaves_a_mixture_unnamed(first_seed: int) -> None:
    verdicts = [verdict(seed) for seed in range(first_seed, first_seed + 5)]
    assert not [what for what in verdicts if what.startswith("WRONG")]


def test_a_success_that_is_none_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = transaction.put, 0

    async def forgetful(vehicle: Any, mission: Any, *rest: Any) -> Transfer:
        nonlocal calls
        calls += 1
        if calls == 20:  # in the third transaction, the one that is judged
            return Transfer(len(mission), 0.1, 0, verified=True)
        return await real(vehicle, mission, *rest)

    monkeypatch.setattr(transaction, "put", forgetful)
    assert verdict(SUCCEEDS) == "WRONG success"


def test_a_mixture_that_is_not_named_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(FAILS_WITH_EVERYTHING_RESTORED) == "failed, all restored"

    async def nothing(*_: Any) -> None:
        """Puts nothing back."""

    monkeypatch.setattr(transaction, "_put_back", nothing)
    assert verdict(FAILS_WITH_EVERYTHING_RESTORED).startswith("WRONG: silent mixture")
