"""Rules a plan is held against, one per file; shares no code with the planner."""

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
