"""``dronectl station``: an owner of the links without a screen, whom every other command joins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.common.unblocked import unblocked
from dronectl.cli.vehicle.forwarding import forward_options
from dronectl.cli.vehicle.publishing import no_publish_option, publish_of
from dronectl.storage.files import real_path

if TYPE_CHECKING:
    from dronectl.link.sharing.holder import Holder
    from dronectl.ops.station.shares import FleetShares
    from dronectl.ops.station.station import Listen
    from dronectl.ops.telemetry.forwarding import Forward

_START_TIMEOUT_S = 30.0
TOKEN_FILE = Path("flights") / ".station-tokens"
"""In the workspace, where git looks at nothing."""

token_file_option = click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Who may join: NAME TOKEN ['orders'] a line. Default: flights/.station-tokens.",
)


@click.group()
def station() -> None:
    """The owner of the links: whoever opens a link first shares it; a station does nothing else."""


@station.command()
@click.option("--detach", is_flag=True, help="Run in the background; return when the links are open.")
@click.option(
    "--rate",
    "rate_hz",
    type=click.FloatRange(min=0.1, max=50),
    default=2.0,
    show_default=True,
    help="Telemetry that is asked of the drones (Hz).",
)
@click.option("--listen", metavar="HOST:PORT", help="Let other computers of the station join there, by token.")
@token_file_option
@forward_options
@no_publish_option
@command_options(drones=True, links=True, json_=False)
@unblocked
def start(
    app: App,
    detach: bool,
    rate_hz: float,
    listen: str | None,
    token_file: Path | None,
    forward: Forward,
    no_publish: bool,
) -> None:
    """Hold the links open for every other command until Ctrl-C or 'dronectl station stop'.

    It keeps the ground station's heartbeat up, signs, measures, reconnects, records and tells alarms. Links that
    another command holds now are taken over when that one ends. Without a station the first command that opens a link
    does the same for as long as it runs.

    With --listen other computers join by the link shared://HOST:PORT, each with a token of 'station token'; they only
    see and ask unless the token says 'orders'. What they say is not encrypted: use the station's own network.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.ops.common import event_loop
    from dronectl.ops.station.detached import log_file, ready_told, start_detached
    from dronectl.ops.station.station import keep_station

    root, drones = app.root(), app.drones()
    listens = None if listen is None else _listen(listen, token_file or root / TOKEN_FILE)
    if detach:
        arguments = [*_again(app, rate_hz, forward), *(["--no-publish"] if no_publish else [])]
        if listen is not None:
            arguments += ["--listen", listen, "--token-file", str(real_path(token_file or root / TOKEN_FILE))]
        pid, held = start_detached(root, arguments, timeout_s=_START_TIMEOUT_S)
        echo(f"the station runs in the background (process {pid}); its messages are in {log_file(root)}")
        echo(held, err=True)
        return
    told = ready_told()

    def on_open(held: str) -> None:
        echo(f"{held}; Ctrl-C ends it", err=True)
        told(held)

    # What it is told of while it holds them is in the audit log: who took control of a drone, above all.
    with EventView(app) as view, app.audited("station start", drones, at_once=True) as audited:
        keeping = keep_station(
            drones,
            rate_hz,
            audited.heard_by(view),
            site=app.site_to_show,
            forward=forward,
            publish=publish_of(app, no_publish),
            black_box=app.black_box,
            listen=listens,
            on_open=on_open,
        )
        event_loop.run(keeping)


@station.command()
@click.argument("name")
@click.option("--orders", is_flag=True, help="Its holder may order, push and set parameters. Default: see and ask.")
@token_file_option
@command_options()
def token(app: App, name: str, orders: bool, token_file: Path | None) -> None:
    """Make a token with which another computer may join 'station start --listen', and show it once.

    There, put it into DRONECTL_STATION_TOKEN, or into the file station.token beside the signing keys.
    """
    from dronectl.link.sharing.tokens import TOKEN_VARIABLE, add_token

    path = token_file or app.root() / TOKEN_FILE
    made = add_token(path, name, may_order=orders)
    if app.json:
        app.print_json({"name": made.name, "orders": made.may_order, "token": made.secret, "file": str(path)})
        return
    echo(made.secret)
    echo(f"{made.name} may {'order' if made.may_order else 'see and ask'}; kept in {path}", err=True)
    echo(f"on the other computer: {TOKEN_VARIABLE}={made.secret}", err=True)


@station.command()
@command_options(drones=True, links=True)
def status(app: App) -> None:
    """Whose each link is, who joined it, and in whose hand each drone is. Opens no link."""
    from dronectl.ops.common import event_loop
    from dronectl.ops.station.shares import fleet_shares

    shares = event_loop.run(fleet_shares(app.drones()))
    if app.json:
        app.print_json(shares.as_json())
    else:
        _table(app, shares)


@station.command()
@command_options(drones=True, links=True)
def stop(app: App) -> None:
    """End the station; who joined it takes its links over. Exits 6 when another command holds them."""
    from dronectl.ops.common import event_loop
    from dronectl.ops.station.shares import end_station

    ended = event_loop.run(end_station(app.drones()))
    if app.json:
        app.print_json({"stopped": ended is not None})
    else:
        echo("no station was running" if ended is None else "station stopped")


def _listen(place: str, tokens: Path) -> Listen:
    """
    Raises:
        InputError: the place is none, or the file of tokens cannot be used.
    """
    from dronectl.errors import InputError
    from dronectl.link.sharing.tokens import read_tokens
    from dronectl.link.transport.url import parse_link
    from dronectl.ops.station.station import Listen

    try:
        url = parse_link(f"tcpin://{place}")
    except InputError as error:
        raise InputError(f"--listen {place}: is not HOST:PORT", hint="0.0.0.0:14600 listens everywhere") from error
    return Listen(url.host, url.port, read_tokens(tokens))


def _again(app: App, rate_hz: float, forward: Forward) -> list[str]:
    """The same options for the process in the background."""
    arguments = ["--workspace", str(real_path(app.root())), "--rate", str(rate_hz)]
    for name in app.drone_names:
        arguments += ["--drone", name]
    for link in app.links:
        arguments += ["--link", link]
    for url in forward.urls:
        arguments += ["--forward", url]
    return [*arguments, *(["--forward-commands"] if forward.commands else [])]


def _table(app: App, shares: FleetShares) -> None:
    from dronectl.cli.common.tables import new_table

    table = new_table()
    for heading in ("link", "owner", "state", "joined"):
        table.add_column(heading)
    for link in shares.links:
        state = "-" if link.owner is None else "up" if link.is_up else f"down: {link.problem}"
        joined = "\n".join(_who(holder) for holder in link.joined)
        table.add_row(link.url, "nobody" if link.owner is None else _who(link.owner), state, joined or "-")
    app.out().print(table)
    for name, holder in shares.held.items():
        echo(f"{name}: {holder}")


def _who(holder: Holder) -> str:
    return f"{holder.command}, pid {holder.pid}, {holder.user}, since {holder.since_text}"
