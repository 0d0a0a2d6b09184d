"""``dronectl patrol``: what becomes of a patrol that was left."""

from __future__ import annotations

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.vehicle.giving.give import give
from dronectl.cli.vehicle.giving.orders import around_option, order_options, overrides_of


@click.group()
def patrol() -> None:
    """A patrol that was left for an order."""


@patrol.command()
@around_option(default=True)
@order_options(proves=True)
@command_options(drones=True, links=True)
def resume(app: App, around: bool, yes: bool, dry_run: bool, allowed: tuple[str, ...], operator: str | None) -> None:
    """Give the rest of the patrol back, after hold, goto, look or dispatch, from wherever the drone is.

    What is on board, the whole mission or the remainder of one, goes on at the item that was left, once the way to it
    and on to its end breaks no rule; the drone first flies around what stands in the way. Speed, ROI, yaw and camera
    are set again as the mission had them there. After a dispatch its errand is on board: the drone holds, and gets the
    mission back that it left.
    """
    from dronectl.ops.dispatch.give_back import patrol_order

    order = patrol_order(app.root() / "flights", around=around, overrides=overrides_of(allowed, operator))
    give(app, order, ask=not yes, dry_run=dry_run)
