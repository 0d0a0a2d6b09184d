"""What people look at before a flight, item by item: dronectl.toml names it, who did it says so."""

from __future__ import annotations

from dronectl.model.checklist import ChecklistItem
from dronectl.ops.flight.readiness.check import ReadinessCheck, Verdict


def ask(item: ChecklistItem, checked: frozenset[str]) -> ReadinessCheck:
    """Whether somebody has said that this item is done."""
    wanted = f"confirmed, every {item.every}"
    name = f"checklist: {item.text}"
    if item.id in checked:
        return ReadinessCheck(name, True, "confirmed", wanted, item.id)
    found = f"nobody confirmed it: --checked {item.id}"
    return ReadinessCheck(name, False, found, wanted, item.id, Verdict.NOT_EVALUATED)
