"""Rules a plan is held against, one per file; shares no code with the planner.

What is named here is loaded when it is asked for: a way of one drone needs a fifth of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dronectl.checks.asked import otherwise_than_asked
    from dronectl.checks.engine import (
        check_mission,
        check_plan,
        coverage_pct,
        flights_and_ground,
        min_separation_m,
        with_own_figures,
    )
    from dronectl.checks.proof import ProvedItems, ProvedPlan, prove_items, prove_plan
    from dronectl.checks.registry import RULES
    from dronectl.checks.wording import in_both_languages

_HOMES = {
    "RULES": "registry",
    "ProvedItems": "proof",
    "ProvedPlan": "proof",
    "check_mission": "engine",
    "check_plan": "engine",
    "coverage_pct": "engine",
    "flights_and_ground": "engine",
    "in_both_languages": "wording",
    "min_separation_m": "engine",
    "otherwise_than_asked": "asked",
    "prove_items": "proof",
    "prove_plan": "proof",
    "with_own_figures": "engine",
}
__all__ = [
    "RULES",
    "ProvedItems",
    "ProvedPlan",
    "check_mission",
    "check_plan",
    "coverage_pct",
    "flights_and_ground",
    "in_both_languages",
    "min_separation_m",
    "otherwise_than_asked",
    "prove_items",
    "prove_plan",
    "with_own_figures",
]


def __getattr__(name: str) -> object:
    """
    Raises:
        AttributeError: nothing here has that name.
    """
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f"{__name__}.{home}"), name)
