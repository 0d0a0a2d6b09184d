"""The checklist at a terminal: what is open is asked for, in its own words, and nothing else."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dronectl.cli.common.app import App
from dronectl.cli.vehicle import ready
from dronectl.model.checklist import ChecklistItem, Every
from dronectl.model.site import Site
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.audit.log import AuditLog, audit_folder

ITEMS = (
    ChecklistItem("airframe", "ตรวจใบพัด"),
    ChecklistItem("battery", "ล็อกแบตเตอรี่"),
    ChecklistItem("crowd", "ไม่มีฝูงชน", Every.DAY),
    ChecklistItem("radio", "วิทยุ"),
)


@pytest.fixture
def listed(site: Site, tmp_path: Path) -> Site:
    """A site whose item of the day was confirmed this morning, with one of a flight."""
    log = AuditLog(audit_folder(tmp_path))
    morning = {"time_utc": iso_z(now()), "event": "intent", "id": "a", "checked": ["crowd", "radio"]}
    log.append([morning], "2026-03-01")
    return replace(site, root=tmp_path, checklist=ITEMS)


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked at a terminal; the answer is yes, but for batteries."""
    asked: list[str] = []

    def answer(question: str) -> bool:
        asked.append(question)
        return "แบตเตอรี่" not in question

    monkeypatch.setattr(ready, "ask_yes", answer)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    return asked


def test_what_is_open_is_asked_for(listed: Site, questions: list[str]) -> None:
    operator = ready._operator(("airframe",), (), None, App(), listed, asks=True)
    assert questions == ["ล็อกแบตเตอรี่: done?", "วิทยุ: done?"]
    assert operator.checked == {"airframe", "crowd", "radio"}


def test_what_is_waived_is_not_asked_for(listed: Site, questions: list[str]) -> None:
    operator = ready._operator((), ("airframe", "battery", "radio"), "สมชาย", App(), listed, asks=True)
    assert questions == []
    assert operator.checked == {"crowd"}


@pytest.mark.parametrize(("app", "asks"), [(App(json=True), True), (App(), False)])
def test_programs_and_who_wants_no_questions_are_not_asked(
    listed: Site, questions: list[str], app: App, asks: bool
) -> None:
    operator = ready._operator((), (), None, app, listed, asks=asks)
    assert (questions, operator.checked) == ([], {"crowd"})
