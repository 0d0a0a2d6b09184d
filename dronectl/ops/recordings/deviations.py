"""How far flights were off their plan, for exports that draw it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site
    from dronectl.model.track.deviation import Deviation
    from dronectl.model.track.track import Track

DRAWN = (".kml", ".kmz", ".html")
"""Formats that have room for them."""


def deviations(
    tracks: Sequence[Track], plan: Plan | None, site: Site | None, tell: Callable[[str], None]
) -> list[Deviation]:
    """The largest of each flight; ``tell`` hears why there is none."""
    if plan is None or not tracks:
        return []
    if site is None:
        tell("not compared with the plan: without a workspace nothing tells how the drones fly")
        return []
    from dronectl.analysis.plan_comparison import compare_plan

    try:
        comparisons, _ = compare_plan(tracks, plan, site)
    except InputError as error:
        tell(f"not compared with the plan: {error.message}")
        return []
    return [one.worst for one in comparisons]
