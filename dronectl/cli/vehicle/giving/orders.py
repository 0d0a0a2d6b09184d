"""Single orders to one, some or all drones: arm, disarm, takeoff, start, hold, resume, rtl, land, mode."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.confirm import yes_option
from dronectl.cli.vehicle.giving.give import give, give_at_once
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.link.fleet_link import VehicleLink

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be ordered and crossed; order nothing.")
allow_option = click.option(
    "--allow", "allowed", multiple=True, metavar="RULE", help="Order it although this rule is broken."
)


def around_option(*, default: bool) -> Decorator:
    """``around``: what is done where the straight way breaks a rule."""
    return click.option(
        "--around/--straight",
        default=default,
        show_default=True,
        help="Where the straight way breaks a rule, fly around on the shortest one that breaks none, or refuse.",
    )


def order_options(*, asks: bool = True, proves: bool = False) -> Decorator:
    """What orders share. ``proves``: the way ahead is held against the rules, and a person may lift one."""
    options = [*([yes_option] if asks else []), dry_run_option]
    if proves:
        options += [
            allow_option,
            click.option("--by", "operator", metavar="NAME", help="Who takes the responsibility for --allow."),
        ]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command()
@order_options()
@command_options(drones=True, links=True)
def arm(app: App, yes: bool, dry_run: bool) -> None:
    """Arm the motors. They start to turn; stand clear."""
    from dronectl.ops.orders import orders
    from dronectl.ops.orders.order import Order

    async def arm_alone(vehicle: VehicleLink) -> None:
        if vehicle.state.armed:
            return
        async with orders.abort_launch_on_failure(vehicle):
            await orders.arm(vehicle)

    give(app, Order("arm (motors turn)", arm_alone), ask=not yes, dry_run=dry_run)


@click.command()
@order_options(asks=False)
@command_options(drones=True, links=True)
def disarm(app: App, dry_run: bool) -> None:
    """Disarm on the ground. In flight the vehicle refuses."""
    from dronectl.ops.orders import orders
    from dronectl.ops.orders.order import Order

    give_at_once(app, Order("disarm", orders.disarm), ask=False, dry_run=dry_run)


@click.command()
@click.argument("altitude_m", metavar="ALT", type=click.FloatRange(min=0, min_open=True))
@order_options(proves=True)
@command_options(drones=True, links=True)
def takeoff(
    app: App, altitude_m: float, yes: bool, dry_run: bool, allowed: tuple[str, ...], operator: str | None
) -> None:
    """Arm, climb to ALT metres above home and hover there in GUIDED."""
    from dronectl.ops.orders import orders, ways
    from dronectl.ops.orders.order import Order

    site = app.site()
    if not math.isfinite(altitude_m) or altitude_m > site.rules.ceiling_m:
        raise InputError(
            f"{altitude_m:g} m is above the ceiling of {site.rules.ceiling_m:g} m",
            hint="the ceiling is rules.ceiling_m in dronectl.toml",
        )
    order = Order(
        f"arm and climb to {altitude_m:g} m",
        lambda vehicle: orders.takeoff(vehicle, altitude_m),
        ways.straight_up(altitude_m),
        stays_in_flight=True,
        site=site,
        overrides=overrides_of(allowed, operator),
    )
    give(app, order, ask=not yes, dry_run=dry_run)


@click.command()
@order_options(proves=True)
@command_options(drones=True, links=True)
def start(app: App, yes: bool, dry_run: bool, allowed: tuple[str, ...], operator: str | None) -> None:
    """Start the mission that is on board, whatever it is, once the way from here breaks no rule.

    `fly PLAN` also looks whether it is the plan's, and waits until all are ready.
    """
    from dronectl.ops.orders import motions, orders, ways
    from dronectl.ops.orders.order import Order

    order = Order(
        "arm, climb and fly the mission on board",
        orders.start,
        ways.into_mission,
        stays_in_flight=True,
        overrides=overrides_of(allowed, operator),
        around_by="resume",
        motion=motions.flies_on,
    )
    give(app, order, ask=not yes, dry_run=dry_run)


@click.command()
@order_options(asks=False)
@command_options(drones=True, links=True)
def hold(app: App, dry_run: bool) -> None:
    """Stop and hover here (BRAKE: the sticks do nothing until a pilot changes the mode)."""
    from dronectl.ops.orders.order import HOLD

    give_at_once(app, HOLD, ask=False, dry_run=dry_run)


@click.command()
@around_option(default=False)
@order_options(proves=True)
@command_options(drones=True, links=True)
def resume(app: App, around: bool, yes: bool, dry_run: bool, allowed: tuple[str, ...], operator: str | None) -> None:
    """Go on with the mission (AUTO), once the way from here to its end breaks no rule.

    Speed, ROI, yaw and camera are set again as the mission had them. With --around the drone first flies around what
    stands in the way, in GUIDED, each leg proved from where it then is; it hovers wherever that ends early.
    `patrol resume` does so by itself.
    """
    from dronectl.ops.orders.order import resume_order

    order = resume_order("go on with the mission", around=around, overrides=overrides_of(allowed, operator))
    give(app, order, ask=not yes, dry_run=dry_run)


@click.command()
@order_options(asks=False)
@command_options(drones=True, links=True)
def rtl(app: App, dry_run: bool) -> None:
    """Return to launch and land. Reaches every drone that is heard, whatever the others do.

    What the straight return will cross is told once the order is out; it is never refused for that.
    """
    from dronectl.ops.orders.order import RTL

    give_at_once(app, RTL, ask=False, dry_run=dry_run)


@click.command()
@order_options()
@command_options(drones=True, links=True)
def land(app: App, yes: bool, dry_run: bool) -> None:
    """Land here, now, whatever is below."""
    from dronectl.ops.orders.order import LAND

    give_at_once(app, LAND, ask=not yes, dry_run=dry_run)


@click.command()
@click.argument("name", shell_complete=lambda _ctx, _param, incomplete: complete_modes(incomplete))
@click.option(
    "--unproved", is_flag=True, help="Also in flight a mode whose way nobody can know here: a pilot steers it."
)
@order_options(proves=True)
@command_options(drones=True, links=True)
def mode(
    app: App,
    name: str,
    unproved: bool,
    yes: bool,
    dry_run: bool,
    allowed: tuple[str, ...],
    operator: str | None,
) -> None:
    """Set a flight mode by name, e.g. LOITER.

    RTL, LAND, BRAKE and what else ends a flight or holds goes out at once, as `rtl`, `land` and `hold` do. AUTO goes on
    with the mission, as `resume` does, and is proved alike. Where other modes fly is not known here: in flight they
    need --unproved.
    """
    from dronectl.ops.orders import motions, orders, ways
    from dronectl.ops.orders.order import Order
    from dronectl.protocol.vehicle.modes import mode_name, mode_number

    wanted = mode_name(mode_number(name))
    overrides = overrides_of(allowed, operator)
    way = None if unproved and wanted not in ways.PROVABLE else ways.way_of_mode(wanted)
    order = Order(f"mode {wanted}", lambda vehicle: orders.set_mode(vehicle, wanted), way, overrides=overrides)
    order = replace(order, around_by="resume" if wanted == "AUTO" else "", motion=motions.motion_of_mode(wanted))
    if wanted in ways.AT_ONCE:
        give_at_once(app, order, ask=not yes and wanted not in ways.UNASKED, dry_run=dry_run)
    else:
        give(app, order, ask=not yes, dry_run=dry_run)


def overrides_of(allowed: tuple[str, ...], operator: str | None) -> tuple[str, ...]:
    """What a person answers for, of ``--allow`` and ``--by``.

    Raises:
        InputError: one without the other, or no such rule.
    """
    from dronectl.ops.plans import overrides

    return overrides.overrides_of(allowed, operator) if allowed or operator else ()


def complete_modes(incomplete: str) -> list[str]:
    """Shell completion of mode names."""
    from dronectl.protocol.vehicle.modes import MODE_NAMES

    return [name for name in MODE_NAMES if name.startswith(incomplete.upper())]
