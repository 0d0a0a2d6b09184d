"""``dronectl sim install``: ArduPilot's official simulator."""

from __future__ import annotations

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo


@click.command()
@command_options()
@click.argument("version", default="stable")
@click.option("--sha256", metavar="HEX", help="What the program must be; without it the first one is kept to.")
@click.option("--again", is_flag=True, help="Fetch it also where it is installed.")
@click.option("--server", metavar="URL", help="Another server with the same folders.  [default: ArduPilot's]")
def install(app: App, version: str, sha256: str | None, *, again: bool, server: str | None) -> None:
    """Fetch the official ArduPilot SITL of a release: 4.6.3, 4.6 (its newest) or stable."""
    from dronectl.cli.common.event_view import EventView
    from dronectl.ops.common.events import Progress
    from dronectl.sim.ardupilot.install import SERVER, Wanted
    from dronectl.sim.ardupilot.install import install as fetch

    wanted = Wanted(version, sha256, again=again, server=(server or SERVER).rstrip("/"))
    with EventView(app, in_bytes=True) as view:

        def progress(done: int, whole: int | None) -> None:
            view(Progress("ArduCopter", version, done, whole or done))

        found, is_new = fetch(wanted, progress)
    told = {"version": found.version, "path": str(found.path), "sha256": found.sha256, "fetched": is_new}
    if app.json:
        app.print_json(told)
        return
    echo(f"ArduCopter {found.version} {'installed' if is_new else 'was installed already'}: {found.path}")
    echo(f"SHA-256 {found.sha256}")
    echo(f"fly it: dronectl sim start --backend ardupilot --firmware {'.'.join(found.version.split('.')[:2])}")
