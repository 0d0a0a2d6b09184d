"""The computer's clock against a drone's: near enough, off, not known yet, or of a drone that simulates itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from virtual_network import run_virtually

from dronectl.errors import NoAnswer, UnknownName
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.message import Message
from dronectl.model.text.shown_time import now, us_of
from dronectl.ops.flight.readiness import clock
from dronectl.ops.flight.readiness.asked import AskedDrone
from dronectl.ops.flight.readiness.check import ReadinessCheck, Verdict


@dataclass
class Drone:
    """Tells these fields of SYSTEM_TIME twice a second."""

    ahead_s: float | None
    listeners: list[Any] = field(default_factory=list)

    def subscribe(self, callback: Any) -> Any:
        self.listeners.append(callback)
        return lambda: self.listeners.remove(callback)

    async def live(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            unix_us = 0 if self.ahead_s is None else us_of(now()) + round(self.ahead_s * 1e6)
            values: Mapping[str, Any] = {"time_unix_usec": unix_us, "time_boot_ms": 1}
            for listener in tuple(self.listeners):
                listener(Message("SYSTEM_TIME", values, 1))


def asked(monkeypatch: pytest.MonkeyPatch, ahead_s: float | None, parameter: Exception | None) -> ReadinessCheck:
    async def read_setting(_vehicle: object, setting: Setting) -> float:
        assert setting is Setting.SIMULATION_PACE
        if parameter is not None:
            raise parameter
        return 1.0

    monkeypatch.setattr(clock, "read_setting", read_setting)

    async def main() -> ReadinessCheck:
        drone = Drone(ahead_s)
        life = asyncio.create_task(drone.live())
        try:
            (answer,) = await clock.ask(AskedDrone(cast(Any, drone), None, None, None, 1, lambda _event: None))
        finally:
            life.cancel()
        assert drone.listeners == []
        return answer

    return run_virtually(main())


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
