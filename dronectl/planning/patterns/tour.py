"""Rounds of points of interest, each looked at from some way off for some time."""

from __future__ import annotations

from dronectl.model.plan.patrol import CameraAction
from dronectl.model.plan.pattern_settings import TourSettings, VisitSettings
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.paths.routing import Router
from dronectl.planning.patterns.viewpoints import points_to_visit, views_of
from dronectl.planning.work import Piece


def lay_out(task: PatrolTask, settings: TourSettings) -> Work:
    """A place to stay at for each point.

    Raises:
        InputError: a point is unknown, there is none, or one cannot be looked at; named.
    """
    return Work(viewpoints_of(task, settings), rounds=settings.rounds)


def viewpoints_of(task: PatrolTask, settings: VisitSettings) -> list[Piece]:
    """One viewpoint for each point, in their order. How far off and how long, each point knows best.

    Raises:
        InputError: a point is unknown, there is none, or one cannot be looked at; named.
    """
    allowed = Router(task.common)
    return [
        view
        for point in points_to_visit(task, settings)
        for view in views_of(
            task,
            point,
            allowed,
            standoff_m=settings.standoff_m if point.standoff_m is None else point.standoff_m,
            dwell_s=settings.dwell_s if point.dwell_s is None else point.dwell_s,
            looks=task.patrol.camera is CameraAction.LOOK,
        )
    ]
