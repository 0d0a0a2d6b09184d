"""Orders that send one drone to a place: goto, look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.place import parse_place
from dronectl.cli.vehicle.giving.give import give, tell
from dronectl.cli.vehicle.giving.orders import around_option, order_options, overrides_of
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.model.site import Site
    from dronectl.ops.orders.look_target import LookTarget


@click.command()
@click.argument("place", metavar="LAT,LON[,ALT]")
@around_option(default=True)
@order_options(proves=True)
@command_options(drones=True, links=True)
def goto(
    app: App, place: str, around: bool, yes: bool, dry_run: bool, allowed: tuple[str, ...], operator: str | None
) -> None:
    """Fly to a place and hover there (GUIDED), around what stands in the way.

    ALT is metres above home; without it the drone flies in its own layer: the height of its mission on board, else the
    one of its place in the fleet. Each leg is proved from where the drone then is.
    Exactly one drone is meant: name it with --drone.
    """
    from dronectl.ops.orders.order import goto_order

    site = app.site()
    _require_one(app, site, "goto")
    point, altitude_m = parse_place(place)
    _require_height(site, altitude_m)
    overrides = overrides_of(allowed, operator)
    order = goto_order(point, altitude_m, site, tell, around=around, overrides=overrides, typed=place)
    give(app, order, ask=not yes, dry_run=dry_run)


@click.command()
@click.argument("point")
@click.option(
    "--standoff",
    "standoff_m",
    type=click.FloatRange(min=5.0, max=500.0),
    help="Metres from the point. Default: the point's own standoff_m, else 30; more where there is no room.",
)
@click.option("--height", "altitude_m", type=float, help="Metres above home. Default: the drone's own layer.")
@around_option(default=True)
@order_options(proves=True)
@command_options(drones=True, links=True)
def look(
    app: App,
    point: str,
    standoff_m: float | None,
    altitude_m: float | None,
    around: bool,
    yes: bool,
    dry_run: bool,
    allowed: tuple[str, ...],
    operator: str | None,
) -> None:
    """Fly to where POINT can be seen from, turn camera and nose to it, and hover there.

    POINT is LAT,LON, or the id or name of a point, zone, keep-out or obstacle of geofences/. The drone flies in its own
    layer, around what stands in the way. `patrol resume` gives the rest of its patrol back.
    Exactly one drone is meant: name it with --drone.
    """
    from dronectl.ops.orders.airspace import Airspace
    from dronectl.ops.orders.order import look_order

    site = app.site()
    _require_one(app, site, "look")
    _require_height(site, altitude_m)
    target = _target(site, point, standoff_m)
    airspace = Airspace.of(site, overrides_of(allowed, operator))
    order = look_order(target, altitude_m, airspace, tell, around=around, typed=point)
    give(app, order, ask=not yes, dry_run=dry_run)


def _target(site: Site, text: str, standoff_m: float | None) -> LookTarget:
    from dataclasses import replace

    from dronectl.ops.orders.look_target import LookTarget, target_named

    if text.count(",") == 1 and text.replace(",", "").strip("-+ ")[:1].isdigit():
        place, _ = parse_place(text)
        target = LookTarget(text, str(place), place)
    else:
        target = target_named(site, text)
    return target if standoff_m is None else replace(target, standoff_m=standoff_m)


def _require_one(app: App, site: Site, order: str) -> None:
    if len(app.drones(site)) != 1:
        raise InputError(f"{order} sends one drone to one place", hint="name it with --drone NAME")


def _require_height(site: Site, altitude_m: float | None) -> None:
    if altitude_m is not None and not 0 < altitude_m <= site.rules.ceiling_m:
        raise InputError(f"altitude {altitude_m:g} m is not within 0..{site.rules.ceiling_m:g} m (rules.ceiling_m)")
