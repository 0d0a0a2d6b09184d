"""``dronectl plan convert``: mission files from one format to another."""

from __future__ import annotations

from pathlib import Path

import click

from dronectl.cli.common.app import App, command_options


@click.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--altitude",
    "route_height_m",
    type=click.FloatRange(min=1.0, max=5000.0),
    metavar="M",
    help="Metres above home for all places of a route (.gpx, .kml, .kmz, .wpml, .csv), instead of its own heights.",
)
@command_options(workspace=False)
def convert(app: App, source: Path, target: Path, route_height_m: float | None) -> None:
    """Write a mission file in another format, by the suffix of OUT: .waypoints, .plan, .dat, .kml or .geojson.

    Routes of other programs become missions: .kmz and .wpml of DJI, .csv of Litchi, .gpx and the
    line of a .kml (on the ground, with --altitude). What a mission needs and they lack is added; that and what is not
    taken over is said.

    A .waypoints or .dat file has room for one of mission, fence and rally points: a name of OUT that ends in fence or
    rally (fence.dat, as ArduPilot calls it) takes that part of a .plan, any other name the mission.
    """
    from dronectl.ops.plans.conversion import convert_file

    done = convert_file(source, target, route_height_m=route_height_m)
    if app.json:
        app.print_json({"from": str(source), "to": str(target), **done.as_json()})
        return
    for note in done.notes:
        app.err().print(f"note: {note}")
    for what in done.left_out:
        app.err().print(f"note: {what} are not in {target.name}: a {target.suffix} file has no place for them")
    app.out().print(f"{target}: {done.contents()} read from {source}")
