"""Who must answer is asked what will be flown: the way around is in the question, a refusal comes before it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from running_fleet import copy_workspace

from dronectl.cli.common.app import App
from dronectl.cli.vehicle.giving import give as giving
from dronectl.errors import InputError, RuleViolation
from dronectl.model.geo import GeoPoint
from dronectl.ops.orders.fly_around import Detour, Stop
from dronectl.ops.orders.order import Order
from dronectl.ops.orders.proved_order import ProvedMovement


async def nothing(_vehicle: object) -> None:
    return None


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked; the answer is yes, and somebody is there."""
    questions: list[str] = []
    monkeypatch.setattr(giving, "require_person", lambda _app, _question: None)
    monkeypatch.setattr(giving, "require_yes", questions.append)
    return questions


def answering(monkeypatch: pytest.MonkeyPatch, outlook: Callable[[], ProvedMovement]) -> list[str]:
    ran: list[str] = []

    def run(work: object) -> ProvedMovement:
        work.close()  # type: ignore[attr-defined]
        ran.append("ran")
        return outlook()

    monkeypatch.setattr("dronectl.ops.common.event_loop.run", run)
    return ran


ORDER = Order("go on with the mission", nothing, nothing, around=True, around_by="resume")  # type: ignore[arg-type]


@pytest.fixture
def here(tmp_path: Path) -> App:
    return App(workspace=copy_workspace(tmp_path), drone_names=("bravo",), command="resume")


def test_the_way_around_is_in_the_question(monkeypatch: pytest.MonkeyPatch, asked: list[str], here: App) -> None:
    detour = Detour((Stop(GeoPoint(16.05, 103.65), 30.0),), None, 412.3)  # type: ignore[arg-type]
    ran = answering(monkeypatch, lambda: ProvedMovement(detours={"bravo": detour}))
    giving.give(here, ORDER, ask=True, dry_run=False)
    (question,) = asked
    led, text = question.splitlines()
    assert led == "bravo: around over 16.0500000,103.6500000 at 30.0 m (1 leg, 412 m with the last one)"
    assert text == "go on with the mission: bravo. Go?"
    assert len(ran) == 2


def test_a_way_that_is_refused_is_not_asked_about(monkeypatch: pytest.MonkeyPatch, asked: list[str], here: App) -> None:
    def refused() -> ProvedMovement:
        raise RuleViolation("bravo: into the tower")

    answering(monkeypatch, refused)
    with pytest.raises(RuleViolation):
        giving.give(here, ORDER, ask=True, dry_run=False)
    assert asked == []


def test_without_a_person_nobody_is_even_looked_for(monkeypatch: pytest.MonkeyPatch, here: App) -> None:
    ran = answering(monkeypatch, ProvedMovement)
    with pytest.raises(InputError, match="Nobody is there to answer"):
        giving.give(here, ORDER, ask=True, dry_run=False)
    assert ran == []
