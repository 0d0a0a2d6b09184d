"""``dronectl dispatch``: the best drone to an incident."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.confirm import require_person, yes_option
from dronectl.cli.common.out import echo
from dronectl.cli.vehicle.giving.give import HEARTBEAT_NOTE, tell
from dronectl.cli.vehicle.giving.orders import dry_run_option
from dronectl.cli.vehicle.ready import allowing_operator_options, answered_for
from dronectl.errors import InputError, NotReady

if TYPE_CHECKING:
    from dronectl.ops.dispatch.arrival import Arrival
    from dronectl.ops.dispatch.dispatch import Dispatch, Dispatched
    from dronectl.ops.dispatch.kept import Kept
    from dronectl.ops.dispatch.look import Looked
    from dronectl.ops.dispatch.options import Option, Proposal
    from dronectl.ops.flight.readiness.asked import Operator

TOLD_EACH_S = 10.0
ASKED_S = 120.0
"""An answer that takes longer is about another fleet: where the drones are was asked so long ago."""


@click.command()
@click.argument("number", metavar="INCIDENT")
@click.option(
    "--stay",
    "stay_min",
    type=click.FloatRange(min=0.1, max=60.0),
    default=5.0,
    show_default=True,
    help="Minutes that it looks at the place, if its battery lets it.",
)
@click.option(
    "--height",
    "altitude_m",
    type=click.FloatRange(min=15.0),
    help="Metres above home. Default: its own layer, else one that is free.",
)
@click.option(
    "--wind",
    "wind",
    metavar="M/S@DEG",
    help="The wind now and where it comes from: 4@220. Default: as drones in the air tell it.",
)
@click.option("--follow", is_flag=True, help="Stay until the drone has left the place. Default: until it is in sight.")
@yes_option
@dry_run_option
@allowing_operator_options
@command_options(drones=True, links=True)
def dispatch(
    app: App,
    number: str,
    stay_min: float,
    altitude_m: float | None,
    wind: str | None,
    follow: bool,
    yes: bool,
    dry_run: bool,
    overrides: tuple[str, ...],
    answers_for: Callable[..., Operator],
) -> None:
    """Propose the drone that is at an incident first, and send it once a person has confirmed it.

    For each drone, standing or flying: the legal way there, when it is there, what its battery holds there and at home,
    how long it can stay; and which fixed cameras see the place. The drone then gets a mission of its own, proved and
    read back: to where the place is seen from, the camera on it, and back; it flies it by itself, whatever becomes of
    the link. One in the air holds meanwhile; what is left of its patrol is kept as a plan, and what of its promise
    cannot be kept is said: `patrol resume` gives it back, or `fly --resume` once it has landed.
    """
    from dronectl.cli.common.partial_result import telling_done
    from dronectl.link.fleet_link import open_fleet
    from dronectl.model.incidents.incident import IncidentEvent
    from dronectl.ops.common import event_loop
    from dronectl.ops.common.events import Note
    from dronectl.ops.dispatch.look import busy_of, chosen, look_and_propose
    from dronectl.ops.dispatch.options import Wish
    from dronectl.ops.incidents.book import IncidentBook
    from dronectl.ops.orders.airspace import Airspace

    book = IncidentBook(app.root(), app.zone())
    incidents = book.incidents()
    incident = book.find(number)
    if not incident.is_open:
        raise InputError(f"{incident.number} is closed", hint="write down a new report: 'dronectl incident add'")
    names = tuple(drone.name for drone in app.drones()) if app.drone_names else ()
    drones = replace(app, drone_names=()).drones()
    wish = Wish(incident.place, 60.0 * stay_min, None if wind is None else _wind(wind), altitude_m)
    busy = {} if names else busy_of(incidents, incident)  # whom a person names may be called from another errand
    if not dry_run and not yes:
        require_person(app, f"send a drone to {incident.place.name}?")
    means = f"send a drone to {incident.place.name}"
    what = {"incident": incident.number, "means": means, "overrides": overrides}
    receipt = {"incident": incident.number, "sortie": 1, "overrides": list(overrides)}
    logbook = None if dry_run else app.logbook("dispatch", receipt)
    beats_alone = False

    def load() -> Airspace:
        """The workspace, while the drones are asked how they are."""
        site = app.site()
        if altitude_m is not None and altitude_m > site.rules.ceiling_m:
            raise InputError(f"--height {altitude_m:g} is above {site.rules.ceiling_m:g} m (rules.ceiling_m)")
        airspace = Airspace.of(site, overrides)
        airspace.ground.relief  # noqa: B018 - nobody is to wait for it later
        return airspace

    async def main() -> tuple[Looked, Dispatched | None]:
        nonlocal beats_alone
        async with AsyncExitStack() as stack:
            fleet = await stack.enter_async_context(open_fleet(drones))
            if not dry_run:
                await stack.enter_async_context(app.black_box(fleet, tell))
            uids = {drone.name: drone.uid for drone in drones}
            looked = await look_and_propose(fleet, wish, load, uids, busy, only=names, listener=tell)
            if dry_run:
                return looked, None
            from dronectl.ops.dispatch.dispatch import Dispatch, Dispatched

            operator = await asyncio.to_thread(answers_for, app, looked.airspace.site, asks=False)
            job = Dispatch(incident, book, wish, looked.airspace, tell, operator, logbook)
            stack.callback(job.written)
            job.proposed(looked.proposal)
            job.confirm_who(looked.proposal, fleet.vehicles)
            try:
                best = chosen(looked.proposal)
                if not app.json:
                    print_proposal(app, looked.proposal, incident.place.name)
                if not yes:
                    best = await _asked(looked.proposal, best)
            except BaseException:
                await job.close()
                raise
            drone = next(one for one in drones if one.name == best.name)
            done: list[str] = []
            told = {**what, **answered_for(operator)}
            with telling_done(done), app.audited("dispatch", [drone], told) as audited:
                job.listener = audited.heard_by(tell)
                audited.heard_before(looked.officers.told)
                tell(Note(f"sending {best.name} to {incident.place.name}: there in {best.arrives_s:.0f} s"))
                sent = await job.send(looked, best, fleet.vehicles)
                audited.done(best.name, sent.motion)
                done.append(best.name)
                kept = await job.keep(sent)
                _tell_kept(app, best.name, sent.left is not None, kept)
                async with _telling_the_way(job.arrival):
                    await job.until(IncidentEvent.IN_SIGHT, sent, sent.option.arrives_s)
                if follow:
                    _say(app, job)
                    await job.until(IncidentEvent.LEFT, sent, sent.option.stay_s)
            beats_alone = fleet.beats_alone
            return looked, Dispatched(sent, job.times, job.seconds, kept)

    looked, done = event_loop.run(main())
    if app.json:
        app.print_json(
            {
                "incident": incident.number,
                "dry_run": dry_run,
                "proposed_after_s": round(looked.took_s, 3),
                "cameras": list(looked.proposal.cameras),
                "options": [option.as_json() for option in looked.proposal.options],
                "best": None if looked.proposal.best is None else looked.proposal.best.name,
                "sent": None if done is None else done.as_json(),
            }
        )
        return
    if done is None:
        print_proposal(app, looked.proposal, incident.place.name)
        best = chosen(looked.proposal)
        echo(f"would be sent to {incident.place.name}: {best.name}")
        return
    option = done.sent.option
    echo(
        f"{option.name} sees {incident.place.name} {done.seconds[IncidentEvent.IN_SIGHT]:.0f} s after the word "
        f"(reckoned {option.arrives_s:.0f} s), and stays {option.stay_s / 60.0:.1f} min"
    )
    if beats_alone:
        echo(HEARTBEAT_NOTE, err=True)


@asynccontextmanager
async def _telling_the_way(arrival: Arrival) -> AsyncIterator[None]:
    """Within: every few seconds, how far the drone still is from where it sees the place."""
    from dronectl.ops.common.events import Note

    async def tell_on() -> None:
        while True:
            await asyncio.sleep(TOLD_EACH_S)
            tell(Note(arrival.words(), arrival.vehicle.name))

    telling = asyncio.create_task(tell_on())
    try:
        yield
    finally:
        telling.cancel()


def print_proposal(app: App, proposal: Proposal, place: str) -> None:
    """A table of all drones, the best first, on stderr where a question follows."""
    from dronectl.cli.common.tables import new_table

    table = new_table(f"to {place}")
    for heading in ("", "drone", "now"):
        table.add_column(heading)
    for heading in ("there in s", "in wind s", "way m", "height m", "there %", "stays min", "home %"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for index, one in enumerate(proposal.options, start=1):
        if one.errand is None or one.layer is None:
            table.add_row(str(index), one.name, one.state, *[""] * 7, one.why)
            continue
        table.add_row(
            str(index),
            one.name,
            one.state,
            f"{one.arrives_s:.0f}",
            f"{one.windy_arrives_s:.0f}",
            f"{one.errand.way.length_m:.0f}",
            f"{one.layer.relative_altitude_m:g}",
            f"{one.there_pct:.0f}",
            f"{one.longest_stay_s / 60.0:.1f}",
            f"{one.home_pct:.0f}",
            one.why or "; ".join(filter(None, (one.allowed_words, one.hidden_words))),
        )
    app.err().print(table)
    cameras = ", ".join(proposal.cameras)
    echo(f"fixed cameras that see it: {cameras or 'none'}", err=True)


async def _asked(proposal: Proposal, best: Option) -> Option:
    """One key: Enter or y for the best, a number for another one.

    Raises:
        click.Abort: any other key. NotReady: no key came in time.
    """
    from dronectl.cli.common.keyboard import keys_of

    loop = asyncio.get_running_loop()
    pressed: asyncio.Future[str] = loop.create_future()

    def press(key: str) -> None:
        loop.call_soon_threadsafe(lambda: None if pressed.done() else pressed.set_result(key))

    echo(f"send {best.name}? Enter or y: yes, a number: that one, any other key: nobody", err=True)
    with keys_of(sys.stdin, press):
        try:
            async with asyncio.timeout(ASKED_S):
                key = await pressed
        except TimeoutError:
            raise NotReady(f"nobody answered within {ASKED_S:.0f} s; nothing was ordered") from None
    return option_of_key(key, proposal, best)


def option_of_key(key: str, proposal: Proposal, best: Option) -> Option:
    """
    Raises:
        click.Abort: it means nobody. NotReady: that one cannot go.
    """
    if key in ("\r", "\n", "y", "Y"):
        return best
    if not key.isdecimal() or not 1 <= int(key) <= len(proposal.options):
        raise click.Abort
    option = proposal.options[int(key) - 1]
    if not option.can_go:
        raise NotReady(f"{option.name} cannot go: {option.why}; nothing was ordered")
    return option


def _tell_kept(app: App, name: str, left: bool, kept: Kept | None) -> None:
    if not left or app.json:
        return
    echo(f"{name} left its patrol: 'dronectl patrol resume --drone {name}' gives it back in flight", err=True)
    for line in [] if kept is None else kept.words(app.zone()):
        echo(line, err=True)


def _say(app: App, job: Dispatch) -> None:
    from dronectl.model.incidents.incident import IncidentEvent

    if not app.json:
        echo(f"in sight {job.seconds[IncidentEvent.IN_SIGHT]:.0f} s after the word", err=True)


def _wind(text: str) -> tuple[float, float]:
    """Where the air moves to.

    Raises:
        InputError: it is none.
    """
    import math

    try:
        speed, _, direction = text.partition("@")
        speed_m_s, from_deg = float(speed), float(direction or 0.0)
        if not (0.0 <= speed_m_s < 30.0 and math.isfinite(from_deg)):
            raise ValueError
    except ValueError:
        raise InputError(f"--wind {text}: write speed and where it comes from, 4@220") from None
    to_rad = math.radians(from_deg + 180.0)
    return speed_m_s * math.sin(to_rad), speed_m_s * math.cos(to_rad)
