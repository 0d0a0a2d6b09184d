"""A plan against all flights of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dronectl.analysis.flight_comparison import Comparison, compare_track
from dronectl.checks.flight import Flight, Ground, flight_of_plan
from dronectl.errors import InputError
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.model.track.track import Track


def compare_plan(
    tracks: Sequence[Track], plan: Plan, site: Site, *, within_m: float | None = None
) -> tuple[list[Comparison], list[str]]:
    """Each flight against the plan, and the names of the drones of others, which the plan does not have.

    ``within_m`` as :func:`dronectl.analysis.flight_comparison.compare_track` has it.

    Raises:
        InputError: the plan has a mission for none of them, or one was flown elsewhere.
    """
    ground = Ground(site, date.min, LocalFrame(site.home))
    sorties: dict[str, list[Flight]] = {}
    for planned in plan.drones:
        drone = site.drone(planned.name)
        if drone is not None:
            sorties[planned.name] = [flight_of_plan(planned, sortie, drone, ground) for sortie in planned.sorties]
    known = [track for track in tracks if sorties.get(track.name)]
    if not known:
        flown, planned_for = (", ".join(dict.fromkeys(names)) for names in ([t.name for t in tracks], sorties))
        raise InputError(
            f"plan '{plan.name}' has no mission for {flown}",
            hint=f"it is for: {planned_for}" if planned_for else "none of its drones is in dronectl.toml",
        )
    strangers = dict.fromkeys(track.name for track in tracks if not sorties.get(track.name))
    compared = [compare_track(track, sorties[track.name], ground.frame, within_m=within_m) for track in known]
    return compared, [*strangers]
