"""``dronectl fleet ready``: go / no-go, and what people answer for before a flight."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import ask_yes
from dronectl.cli.vehicle.giving.orders import allow_option, overrides_of

if TYPE_CHECKING:
    from dronectl.model.site import Site
    from dronectl.ops.flight.readiness.asked import Operator
    from dronectl.ops.flight.readiness.check import Readiness


def operator_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds ``--checked``, ``--waive`` and ``--by``; the command gets ``answers_for``, which makes the ``Operator``."""
    by_option = click.option("--by", "person", metavar="NAME", help="Who takes the responsibility for --waive.")

    @_answers_options
    @by_option
    @functools.wraps(function)
    def call(*args: Any, checked: tuple[str, ...], waived: tuple[str, ...], person: str | None, **kwargs: Any) -> Any:
        return function(*args, answers_for=functools.partial(_operator, checked, waived, person), **kwargs)

    return call


def allowing_operator_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same with ``--allow``, for which ``--by`` answers too; the command also gets ``overrides``."""
    by_option = click.option(
        "--by", "person", metavar="NAME", help="Who takes the responsibility for --allow and --waive."
    )

    @allow_option
    @_answers_options
    @by_option
    @functools.wraps(function)
    def call(
        *args: Any,
        allowed: tuple[str, ...],
        checked: tuple[str, ...],
        waived: tuple[str, ...],
        person: str | None,
        **kwargs: Any,
    ) -> Any:
        overrides = overrides_of(allowed, person) if allowed or not waived else ()
        answers_for = functools.partial(_operator, checked, waived, person if waived else None)
        return function(*args, overrides=overrides, answers_for=answers_for, **kwargs)

    return call


def _answers_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--checked`` and ``--waive``."""
    waive_option = click.option(
        "--waive",
        "waived",
        multiple=True,
        metavar="ID",
        help="Fly although this check says no: storage, clock, wind, daylight, hours, notice, papers, or an item of "
        "the checklist.",
    )
    checked = click.option(
        "--checked", multiple=True, metavar="ID", help="This item of the checklist is done; may be repeated."
    )
    return checked(waive_option(function))


def _operator(
    checked: tuple[str, ...], waived: tuple[str, ...], person: str | None, app: App, site: Site, *, asks: bool
) -> Operator:
    """``asks``: what nobody has confirmed is asked for, where somebody sits at a terminal.

    Raises:
        InputError: what was typed makes no sense.
    """
    from dronectl.ops.audit.reading import daily_items_done
    from dronectl.ops.flight.readiness.ask import operator_of

    operator = operator_of(site, checked, waived, person)
    done = set(operator.checked) | daily_items_done(site)
    if asks and not app.json and sys.stdin.isatty():
        open_ones = [item for item in site.checklist if item.id not in done | set(operator.waived)]
        done |= {item.id for item in open_ones if ask_yes(f"{item.text}: done?")}
    return replace(operator, checked=frozenset(done))


def answered_for(operator: Operator) -> dict[str, object]:
    """What the audit log keeps of it."""
    waived = [f"{check} by {person}" for check, person in operator.waived.items()]
    return {"checked": sorted(operator.checked), "waived": waived}


@click.command()
@click.argument("plan", type=click.Path(path_type=Path), required=False)
@click.option("--sortie", type=click.IntRange(min=1), default=1, show_default=True, help="Which sortie of the plan.")
@operator_options
@command_options(drones=True, links=True)
def ready(app: App, plan: Path | None, sortie: int, answers_for: Callable[..., Operator]) -> None:
    """Go / no-go per drone and for the site, with the reason for each no. With PLAN also: is it on board, does the
    battery suffice?

    The site is the disk for recordings, daylight and the mission's hours, the hour by the clock, what was filed and
    told to whom, the drones' papers, permits, what closes at certain hours, and the checklist of dronectl.toml, whose
    items are confirmed by --checked or when asked. What could not be found out is a no. PLAN itself must be
    lawful today, as for push and fly. Exits 6 when anything says no; what is waived by name is let through and kept in
    the audit log.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.cli.common.plan_words import warn_out_of_time
    from dronectl.cli.vehicle.readiness_table import print_readiness
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.common import event_loop
    from dronectl.ops.flight.readiness.ask import fleet_readiness, site_readiness_behind
    from dronectl.ops.flight.readiness.check import answers_as_json, require_go
    from dronectl.ops.identity.identity import identify_fleet
    from dronectl.ops.plans.flight_authorisation import authorised_plan

    site = app.site()
    proved, drones = None, app.drones(site)
    if plan is not None:
        proved, drones = authorised_plan(plan, site, sortie=sortie, drones=drones, each_flies=bool(app.drone_names))
        warn_out_of_time(app, proved.plan, site, sortie)
    operator = answers_for(app, site, asks=True)

    async def main() -> tuple[Readiness, ...]:
        async with open_fleet(drones) as opened:
            vehicles = list(opened.vehicles.values())
            await identify_fleet(vehicles, {drone.name: drone.uid for drone in drones}, view, thorough=False)
            drones_ready = await fleet_readiness(vehicles, proved, sortie=sortie, listener=view, operator=operator)
            return await site_readiness_behind(vehicles, site, proved, sortie=sortie, operator=operator), *drones_ready

    with ExitStack() as stack:
        if operator.checked or operator.waived:
            stack.enter_context(app.audited("fleet ready", drones, answered_for(operator)))
        with EventView(app) as view:
            answers = event_loop.run(main())
        if not app.json:
            print_readiness(app.out(), answers)
            require_go(answers)
            return
        app.print_json(answers_as_json(answers))
        click.get_current_context().exit(0 if all(answer.go for answer in answers) else 6)
