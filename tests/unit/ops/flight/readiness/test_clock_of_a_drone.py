"""The computer's clock against a drone's: near enough, off, not known yet, or of a drone that simulates itself."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from dronectl.errors import NoAnswer, UnknownName
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.message import Message
from dronectl.model.text.shown_time import now, us_of
from dronectl.ops.flight.readiness import clock, simulated
from dronectl.ops.flight.readiness.asked import AskedDrone
from dronectl.ops.flight.readiness.check import ReadinessCheck, Verdict


def asked(monkeypatch: pytest.MonkeyPatch, ahead_s: float | None, parameter: Exception | None) -> ReadinessCheck:
    """``ahead_s``: of the drone; None: it has no time yet."""

    async def ask_for(_vehicle: object, message_id: int, name: str) -> Message:
        assert (message_id, name) == (2, "SYSTEM_TIME")
        unix_us = 0 if ahead_s is None else us_of(now()) + round(ahead_s * 1e6)
        return Message(name, {"time_unix_usec": unix_us, "time_boot_ms": 1})

    async def read_setting(_vehicle: object, setting: Setting) -> float:
        assert setting is Setting.SIMULATION_PACE
        if parameter is not None:
            raise parameter
        return 1.0

    monkeypatch.setattr(clock, "ask_for", ask_for)
    monkeypatch.setattr(simulated, "read_setting", read_setting)
    (answer,) = asyncio.run(clock.ask(AskedDrone(cast(Any, None), None, None, None, 1, lambda _event: None)))
    return answer


REAL = UnknownName("alpha has no parameter SIM_SPEEDUP")


@pytest.mark.parametrize(
    ("ahead_s", "parameter", "verdict", "words"),
    [
        (0.0, REAL, Verdict.GO, "0.0 s"),
        (9.0, REAL, Verdict.GO, "9.0 s behind the drone's"),
        (-11.0, REAL, Verdict.NO_GO, "11.0 s ahead of the drone's"),
        (5490.0, NoAnswer("alpha is silent"), Verdict.NO_GO, "1:31:30 behind the drone's"),
        (5490.0, None, Verdict.GO, "1:31:30 behind the drone's, which is simulated"),
        (None, REAL, Verdict.NOT_EVALUATED, "the drone tells no GPS time yet"),
    ],
)
def test_the_clocks_are_held_against_each_other(
    monkeypatch: pytest.MonkeyPatch, ahead_s: float | None, parameter: Exception | None, verdict: Verdict, words: str
) -> None:
    answer = asked(monkeypatch, ahead_s, parameter)
    assert answer.decision is verdict
    assert words in answer.found
