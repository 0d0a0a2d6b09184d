"""The wind as a drone tells it: held against the rule where it is known, told where it is not."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dronectl.errors import Refused
from dronectl.model.message import Message
from dronectl.model.site import Site
from dronectl.ops.flight.readiness import wind
from dronectl.ops.flight.readiness.asked import AskedDrone
from dronectl.ops.flight.readiness.check import ReadinessCheck, Verdict


def asked(
    monkeypatch: pytest.MonkeyPatch, speed_m_s: float | None, site: Site | None, *, refuses: bool = False
) -> ReadinessCheck:
    async def ask_for(_vehicle: object, message_id: int, name: str) -> Message | None:
        assert (message_id, name) == (168, "WIND")
        if refuses:
            raise Refused("no such message")
        return None if speed_m_s is None else Message("WIND", {"speed": speed_m_s, "direction": -90.0, "speed_z": 0.0})

    monkeypatch.setattr(wind, "ask_for", ask_for)
    proof = None if site is None else cast(Any, SimpleNamespace(site=site))
    (answer,) = asyncio.run(wind.ask(AskedDrone(cast(Any, None), None, proof, None, 1, lambda _event: None)))
    return answer


def test_more_wind_than_the_plan_bears_is_a_no(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    calm, rough = (asked(monkeypatch, speed_m_s, site) for speed_m_s in (5.0, 5.1))
    assert (calm.decision, calm.found, calm.wanted) == (
        Verdict.GO,
        "5.0 m/s from 270°",
        "≤ 5 m/s (rules.wind_m_s)",
    )
    assert (rough.decision, rough.ok) == (Verdict.NO_GO, False)


@pytest.mark.parametrize(("speed_m_s", "refuses"), [(None, False), (0.0, False), (None, True)])
def test_where_it_is_not_known_a_person_has_to_judge_it(
    monkeypatch: pytest.MonkeyPatch, site: Site, speed_m_s: float | None, refuses: bool
) -> None:
    answer = asked(monkeypatch, speed_m_s, site, refuses=refuses)
    assert (answer.decision, answer.ok) == (Verdict.TOLD, True)
    assert answer.found.startswith("not known: ")


def test_without_a_plan_it_is_only_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, 12.0, None).decision is Verdict.TOLD
