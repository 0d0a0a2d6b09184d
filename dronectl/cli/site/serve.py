"""``dronectl serve``: the control room's page, and reports from other programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.ops.intake.desk import LineChannel

TOKEN_FILE = Path("flights") / ".intake-tokens"
LINE_SECRET, LINE_TOKEN = "DRONECTL_LINE_SECRET", "DRONECTL_LINE_TOKEN"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen: 0.0.0.0 for other computers.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: a free one.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Who may report by JSON: NAME TOKEN a line. Default: flights/.intake-tokens, where that is.",
)
@click.option("--duration", "duration_s", type=click.FloatRange(min=0.1), help="End by itself after so many seconds.")
@command_options(drones=True, links=True, json_=False)
def serve(app: App, host: str, port: int, token_file: Path | None, duration_s: float | None) -> None:
    """Serve the control room's page, read-only, on the shared link; and take reports in.

    The page shows map, drones, alarms, incidents and other aircraft, and needs no network beyond this server. Reports
    come to /api/incidents as JSON with a token ('station token NAME --token-file flights/.intake-tokens' makes one),
    and from LINE to /line when DRONECTL_LINE_SECRET has the channel secret; with DRONECTL_LINE_TOKEN reporters are
    replied to. A report is written into the book of incidents; no aircraft moves by it.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.link.sharing.tokens import read_tokens
    from dronectl.ops.common import event_loop
    from dronectl.ops.incidents.book import IncidentBook
    from dronectl.ops.serving.serve import Serving
    from dronectl.ops.serving.serve import serve as keep_serving

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
    )
    with EventView(app) as view:
        event_loop.run(keep_serving(asked, view, lambda url: echo(f"the page is at {url}; Ctrl-C ends it", err=True)))


def _line_channel() -> LineChannel | None:
    from dronectl.ops.intake.desk import LineChannel

    secret, token = os.environ.get(LINE_SECRET, "").strip(), os.environ.get(LINE_TOKEN, "").strip()
    if token and not secret:
        raise InputError(
            f"{LINE_TOKEN} is set and {LINE_SECRET} is not", hint="the channel secret proves LINE's messages"
        )
    return LineChannel(secret, token) if secret else None
