"""Rules a plan is held against, one per file; shares no code with the planner."""

from dronectl.planning.checks.engine import (
    RULES,
    check_mission,
    check_plan,
    coverage_pct,
    min_separation_m,
    with_own_figures,
)

__all__ = ["RULES", "check_mission", "check_plan", "coverage_pct", "min_separation_m", "with_own_figures"]
