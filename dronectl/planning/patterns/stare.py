"""Hovering and looking at points, each from one or several sides at once."""

from __future__ import annotations

from dronectl.model.plan.pattern_settings import StareSettings
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.paths.routing import Router
from dronectl.planning.patterns.viewpoints import points_to_visit, views_of


def lay_out(task: PatrolTask, settings: StareSettings) -> Work:
    """A place to stay at for each side of each point; how long is as asked, whatever the point says.

    Raises:
        InputError: a point is unknown, there is none, or one cannot be looked at from all sides; named.
    """
    allowed = Router(task.common)
    found = [
        view
        for point in points_to_visit(task, settings)
        for view in views_of(
            task,
            point,
            allowed,
            standoff_m=settings.standoff_m or point.standoff_m or 0.0,
            dwell_s=settings.dwell_s,
            looks=True,
            sides=settings.sides,
        )
    ]
    return Work(found, rounds=settings.rounds)
