"""``dronectl serve``: the control room's page, and reports from other programs."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.vehicle.flown_plan import FlownPlan, flown_plan_options
from dronectl.cli.vehicle.publishing import no_publish_option, publish_of
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.ops.intake.desk import LineChannel

TOKEN_FILE = Path("flights") / ".intake-tokens"
LINE_SECRET, LINE_TOKEN = "DRONECTL_LINE_SECRET", "DRONECTL_LINE_TOKEN"


@click.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen: 0.0.0.0 for other computers.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: a free one.")
@click.option(
    "--name", "names", multiple=True, metavar="HOST", help="A further host name of the page, as of a proxy before it."
)
@click.option("--orders", is_flag=True, help="Let people who log in with a token of 'serve token' give orders.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Who may report by JSON: NAME TOKEN a line. Default: flights/.intake-tokens, where that is.",
)
@flown_plan_options
@no_publish_option
@click.option("--duration", "duration_s", type=click.FloatRange(min=0.1), help="End by itself after so many seconds.")
@command_options(drones=True, links=True, json_=False)
def serve(
    app: App,
    host: str,
    port: int,
    names: tuple[str, ...],
    orders: bool,
    token_file: Path | None,
    flown: FlownPlan,
    no_publish: bool,
    duration_s: float | None,
) -> None:
    """Serve the control room's page on the shared link; and take reports in. Read-only without --orders.

    The page shows map, drones, alarms, incidents and other aircraft, and needs no network beyond this server. Reports
    come to /api/incidents as JSON with a token ('station token NAME --token-file flights/.intake-tokens' makes one),
    and from LINE to /line when DRONECTL_LINE_SECRET has the channel secret; with DRONECTL_LINE_TOKEN reporters are
    replied to. A report is written into the book of incidents; no aircraft moves by it. With --plan the page also has
    today's timetable, which of it was flown, and how long each hot spot is alone.

    With --orders people log in by name and token, and hold, return, land, dispatch, send to a place, give patrols back
    and write incidents down: each order says what it will do and is confirmed once, goes through the same checks as its
    command, and is told with its person in the audit log.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.link.sharing.tokens import read_tokens
    from dronectl.ops.common import event_loop
    from dronectl.ops.incidents.book import IncidentBook
    from dronectl.ops.serving.access.people import PEOPLE_FILE, read_people
    from dronectl.ops.serving.serve import Ordering, Serving
    from dronectl.ops.serving.serve import serve as keep_serving

    if click.get_current_context().invoked_subcommand is not None:
        return
    site, drones = app.site_to_show(), app.drones()
    tokens = token_file or site.root / TOKEN_FILE
    asked = Serving(
        drones=drones,
        site=site,
        book=IncidentBook(site.root, app.zone()),
        host=host,
        port=port,
        tokens=read_tokens(tokens) if token_file is not None or tokens.exists() else (),
        line=_line_channel(),
        duration_s=duration_s,
        black_box=app.black_box,
        publish=publish_of(app, no_publish),
        names=names,
        plan=flown.plan,
        expected=flown.expected(),
    )
    with ExitStack() as stack:
        view = stack.enter_context(EventView(app))
        if orders:
            if app.drone_names:
                raise InputError(
                    "--orders is for the whole fleet: drones look out for each other", hint="without --drone"
                )
            read_people(site.root / PEOPLE_FILE)
            trail = stack.enter_context(app.audit_trail())
            asked = replace(asked, orders=Ordering(site.root / PEOPLE_FILE, app.site, trail))
        event_loop.run(keep_serving(asked, view, lambda url: echo(f"the page is at {url}; Ctrl-C ends it", err=True)))


@serve.command()
@click.argument("name", required=False)
@click.option("--remove", is_flag=True, help="Take this person's token away; it ends what was logged in with it.")
@command_options()
def token(app: App, name: str | None, remove: bool) -> None:
    """Make a token with which a person logs in to 'serve --orders', and show it once. Without NAME: who has one.

    The workspace keeps its hash alone, in flights/.page-tokens: a token that was lost is removed and made anew.
    """
    from dronectl.ops.serving.access.people import PEOPLE_FILE, add_person, read_people, remove_person

    path = app.root() / PEOPLE_FILE
    if name is None:
        if remove:
            raise InputError("--remove whose?", hint="'dronectl serve token' names who has a token")
        people = [person.name for person in read_people(path)] if path.exists() else []
        if app.json:
            app.print_json({"people": people, "file": str(path)})
            return
        for one in people:
            echo(one)
        if not people:
            echo("nobody has a token: 'dronectl serve token NAME' makes one", err=True)
        return
    if remove:
        remove_person(path, name)
    made = None if remove else add_person(path, name)
    if app.json:
        app.print_json({"name": name, "token": made, "file": str(path)})
    elif made is None:
        echo(f"{name} can log in no more")
    else:
        echo(made)
        echo(f"{name} logs in with it; the workspace keeps its hash alone, in {path}", err=True)


def _line_channel() -> LineChannel | None:
    from dronectl.ops.intake.desk import LineChannel

    secret, token = os.environ.get(LINE_SECRET, "").strip(), os.environ.get(LINE_TOKEN, "").strip()
    if token and not secret:
        raise InputError(
            f"{LINE_TOKEN} is set and {LINE_SECRET} is not", hint="the channel secret proves LINE's messages"
        )
    return LineChannel(secret, token) if secret else None
