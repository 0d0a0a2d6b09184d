"""``dronectl init``: a workspace for a new site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.errors import InputError
from dronectl.storage.files import real_path

if TYPE_CHECKING:
    from dronectl.site.making.place import Place

_OF_HOME = ("--name", "--time-zone", "--elevation", "--drones")


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--home", metavar="LAT,LON", help="Where the site is: the example lies around this place.")
@click.option("--name", help="The site's name. Default: DIR's. With --home.")
@click.option("--time-zone", help="IANA time zone. Default: the one that --home lies in. With --home.")
@click.option(
    "--elevation", "elevation_m", type=click.FloatRange(-500.0, 9000.0), help="Metres above the sea. With --home."
)
@click.option(
    "--drones", "drones", type=click.IntRange(1, 3), help="How many drones the example has. Default: 1. With --home."
)
@click.option("--empty", "is_empty", is_flag=True, help="No example in geofences/ and missions/: to import one's own.")
@command_options(workspace=False)
def init(
    app: App,
    folder: Path,
    home: str | None,
    name: str | None,
    time_zone: str | None,
    elevation_m: float | None,
    drones: int | None,
    is_empty: bool,
) -> None:
    """Make a workspace in DIR (default: here): dronectl.toml, geofences/, missions/ and sim/ with commented examples.

    With --home the example lies around that place: fence, zone, keep-out, rally point and missions that can be built
    there, with its time zone and geoid. Files that are there already are left as they are.
    """
    from dronectl.site.making.workspace import make_workspace
    from dronectl.site.root import CONFIG_FILE

    place = None
    if home is not None:
        place = _place(home, name or real_path(folder).name, time_zone, elevation_m, drones or 1)
    else:
        for option, value in zip(_OF_HOME, (name, time_zone, elevation_m, drones), strict=True):
            if value is not None:
                raise InputError(f"{option}: needs --home LAT,LON")
    made = make_workspace(folder, place, is_empty=is_empty)
    if app.json:
        document = {"workspace": str(real_path(folder)), "created": list(made.created), "kept": list(made.kept)}
        app.print_json({**document, "place": None if place is None else _place_document(place)})
        return
    for path in made.created:
        echo(f"created  {folder / path}")
    for path in made.kept:
        echo(f"kept     {folder / path} (was there already)")
    if place is not None:
        _tell(place)
    elif CONFIG_FILE in made.created:
        echo("note: the example lies in Australia; 'init --home LAT,LON' makes one around a place of yours", err=True)
    if made.created:
        todo = "import or draw the site's zones" if is_empty else "edit dronectl.toml"
        echo(f"next: {todo}, then run 'dronectl zones check'", err=True)


def _place(home: str, name: str, time_zone: str | None, elevation_m: float | None, drones: int) -> Place:
    from dronectl.cli.common.place import parse_place
    from dronectl.site.config import is_time_zone
    from dronectl.site.making.place import Place, time_zone_at

    point, height_m = parse_place(home)
    if height_m is not None:
        raise InputError(f"--home {home}: LAT,LON is wanted", hint="the height above the sea is --elevation")
    if time_zone is not None and not is_time_zone(time_zone):
        raise InputError(f"--time-zone {time_zone}: is no time zone", hint="an IANA name is wanted, as Asia/Bangkok")
    return Place(point, name, time_zone or time_zone_at(point), elevation_m, drones)


def _place_document(place: Place) -> dict[str, object]:
    from dronectl.geodesy.geoid import undulation_m

    return {
        "name": place.name,
        "lat_deg": place.home.lat_deg,
        "lon_deg": place.home.lon_deg,
        "time_zone": place.time_zone,
        "ground_elevation_m": place.ground_elevation_m,
        "geoid_undulation_m": round(undulation_m(place.home), 2),
    }


def _tell(place: Place) -> None:
    """What was found out about the place, to be looked at."""
    from dronectl.geodesy.geoid import undulation_m

    echo(f"home {place.home}, time zone {place.time_zone}, geoid {undulation_m(place.home):.2f} m (EGM96)")
    if place.ground_elevation_m is None:
        echo("note: nobody said how high the ground is: ground_elevation_m is 0 (--elevation, or edit it)", err=True)
