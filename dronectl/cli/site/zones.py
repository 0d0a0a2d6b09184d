"""``dronectl zones``: what lies on the site's ground, how large it is and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.map_note import tell_missing_letters
from dronectl.cli.common.out import echo
from dronectl.cli.site.zone_properties import properties
from dronectl.cli.site.zones_exchange import export, import_
from dronectl.errors import DronectlError, InputError, InputErrors

if TYPE_CHECKING:
    from dronectl.model.geo import GeoPoint
    from dronectl.model.ground.zone import Feature
    from dronectl.model.site import Site

_SHAPE_FIELDS = ("polygon", "position", "line", "validity")


def complete_features(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Shell completion of feature ids; silent when there is no usable workspace."""
    try:
        site = App(workspace=ctx.params.get("workspace")).site()
    except DronectlError:
        return []
    return [feature.id for feature in site.zones.features() if feature.id.startswith(incomplete)]


@click.group()
def zones() -> None:
    """The workspace's geometry: list, show, check, properties, import, export."""


zones.add_command(import_)
zones.add_command(export)
zones.add_command(properties)


@zones.command("list")
@command_options()
def list_(app: App) -> None:
    """List every feature of geofences/ with its size, also of a workspace that is not complete yet."""
    site, missing = _ground(app)
    _tell_missing(missing)
    features = site.zones.features()
    if app.json:
        app.print_json({"site": site.name, "features": [_summary(feature, site) for feature in features]})
        return
    from dronectl.cli.common.tables import new_table

    table = new_table(site.name)
    table.add_column("id", no_wrap=True)
    table.add_column("kind")
    table.add_column("name", overflow="fold")
    table.add_column("area km²", justify="right")
    table.add_column("perimeter m", justify="right")
    table.add_column("surveyed")
    dated = any(not one.validity.is_always for one in site.zones.keep_outs)
    if dated:
        table.add_column("closes", overflow="fold")
    for feature in features:
        facts = _summary(feature, site)
        area_m2, length_m = facts.get("area_m2"), facts.get("perimeter_m", facts.get("length_m"))
        table.add_row(
            feature.id,
            " · ".join(facts[key] for key in ("kind", "category") if key in facts),
            feature.name,
            f"{area_m2 / 1e6:.3f}" if area_m2 is not None else "",
            f"{length_m:,.0f}" if length_m is not None else "",
            "yes" if feature.surveyed else "no",
            *([_closes(feature, site)] if dated else []),
        )
    app.out().print(table)


@zones.command()
@click.argument("zone", required=False, shell_complete=complete_features)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A map to write: .html, .svg or .png. Default: words.",
)
@command_options()
def show(app: App, zone: str | None, output: Path | None) -> None:
    """Show all about one feature (ZONE is its id), or about every one: properties, sizes, vertices.

    With -o a map of the site, or of the part around ZONE, with the drones' homes and what 'zones check' says; also of a
    site that is not complete yet. An .html page works without a network, an .svg or .png is one A4 page to print.
    """
    if output is not None:
        _write_map(app, zone, output)
        return
    site, missing = _ground(app)
    _tell_missing(missing)
    chosen = [feature for feature in site.zones.features() if zone is None or feature.id == zone]
    if zone is not None and not chosen:
        raise _no_feature(site, zone)
    if app.json:
        documents = [_details(feature, site) for feature in chosen]
        app.print_json(documents[0] if zone is not None else {"site": site.name, "features": documents})
        return
    for feature in chosen:
        _print_details(feature, site)


def _no_feature(site: Site, zone: str) -> InputError:
    from dronectl.site.table import one_of

    known = [feature.id for feature in site.zones.features()]
    return InputError(f"no feature '{zone}' in geofences/", hint=f"allowed: {one_of(known, near=zone)}")


def _write_map(app: App, zone: str | None, output: Path) -> None:
    from dronectl.ops.plans.ground_map import write_ground_map

    site, notes = _ground_and_notes(app)
    around = next((feature for feature in site.zones.features() if feature.id == zone), None)
    if zone is not None and around is None:
        raise _no_feature(site, zone)
    write_ground_map(site, output, notes, around)
    tell_missing_letters(output)
    if app.json:
        app.print_json({"file": str(output), "features": len(site.zones.features()), "notes": notes})
    else:
        app.out().print(f"map written to {output}")


def _ground_and_notes(app: App) -> tuple[Site, list[str]]:
    """The site, or as much of it as is there, and what ``zones check`` says of it."""
    from dronectl.site.consistency import warnings
    from dronectl.site.local_time import today_at
    from dronectl.site.oversights import oversights

    site, missing = _ground(app)
    return site, [*missing, *oversights(site), *warnings(site, day=today_at(site))]


def _ground(app: App) -> tuple[Site, list[str]]:
    """The site, or as much of it as is there, and what it lacks.

    Raises:
        InputErrors: what is there does not fit together.
    """
    from dronectl.site.workspace import load_ground, missing_parts

    try:
        return app.site(), []
    except InputErrors:
        return load_ground(app.root()), missing_parts(app.root())


def _tell_missing(missing: Sequence[str]) -> None:
    if missing:
        count = "1 thing" if len(missing) == 1 else f"{len(missing)} things"
        echo(f"note: the workspace is not complete, {count} still to come: 'zones check' says what", err=True)


@zones.command()
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which authorisations must be valid. Default: today at the site.",
)
@command_options()
def check(app: App, day: datetime | None) -> None:
    """Check the whole workspace. Errors end with exit code 2; warnings are only shown."""
    from dronectl.site.consistency import warnings
    from dronectl.site.local_time import today_at
    from dronectl.site.oversights import oversights

    site = app.site()
    found = [*oversights(site), *warnings(site, day=day.date() if day else today_at(site))]
    count = len(site.zones.features())
    if app.json:
        app.print_json(
            {
                "workspace": str(site.root),
                "drones": len(site.drones),
                "features": count,
                "patrols": len(site.patrols),
                "errors": [],
                "warnings": found,
            }
        )
        return
    for line in found:
        echo(f"warning: {line}")
    echo(
        f"{site.name}: {_count(len(site.drones), 'drone')}, {_count(count, 'feature')}, "
        f"{_count(len(site.patrols), 'patrol')}: no error, {_count(len(found), 'warning')}"
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _kind(feature: Feature) -> str:
    """The ``kind`` as geofences/ writes it."""
    from dronectl.model.ground.feature_kind import kind_of

    return str(kind_of(feature))


def _summary(feature: Feature, site: Site) -> dict[str, Any]:
    """Kind, names and sizes of a feature, with units in the keys; of what is dated, how that stands now."""
    from dronectl.geodesy.geodesic import line_length_m
    from dronectl.model.ground.zone import Corridor, Fence, KeepOut, PointOfInterest, Zone
    from dronectl.site.geometry import polygon_size

    facts: dict[str, Any] = {"id": feature.id, "kind": _kind(feature), "name": feature.name}
    if isinstance(feature, Zone | PointOfInterest):
        facts["category"] = str(feature.category)
    if isinstance(feature, Fence | Zone | KeepOut):
        size = polygon_size(feature.polygon)
        facts |= {"area_m2": round(size.area_m2, 1), "perimeter_m": round(size.perimeter_m, 1)}
    if isinstance(feature, Corridor):
        facts["length_m"] = round(line_length_m(feature.line), 1)
    return facts | {"surveyed": feature.surveyed, "source": feature.source, **_dated(feature, site)}


def _dated(feature: Feature, site: Site) -> dict[str, Any]:
    """When a dated keep-out closes, whether it does now, and until or from when."""
    from dronectl.model.ground.zone import KeepOut
    from dronectl.model.text.shown_time import iso_local, now
    from dronectl.site.local_time import zone_of

    if not isinstance(feature, KeepOut) or feature.validity.is_always:
        return {}
    zone = zone_of(site)
    status = feature.validity.status(now(), zone)
    changes = None if status.changes is None else iso_local(status.changes, zone)
    return {**feature.validity.as_json(), "in_force": status.is_in_force, "changes": changes}


def _closes(feature: Feature, site: Site) -> str:
    """``now, until 2026-12-01 08:30 UTC+7``, ``from …``, ``is over``; empty for what is not dated."""
    from dronectl.model.ground.zone import KeepOut
    from dronectl.model.text.shown_time import day_and_clock, now
    from dronectl.site.local_time import zone_of

    if not isinstance(feature, KeepOut) or feature.validity.is_always:
        return ""
    zone = zone_of(site)
    status = feature.validity.status(now(), zone)
    when = "" if status.changes is None else day_and_clock(status.changes, zone)
    begins = f"from {when}" if when else "is over"
    goes_on = f"now, until {when}" if when else "now"
    return f"{goes_on if status.is_in_force else begins} ({feature.validity.words})"


def _details(feature: Feature, site: Site) -> dict[str, Any]:
    """The summary, every other property and the vertices."""
    own = {key: value for key, value in _plain(feature).items() if key not in _SHAPE_FIELDS}
    rings = [[asdict(point) for point in ring] for _, ring in _rings(feature)]
    return own | _summary(feature, site) | {"rings": rings}


def _plain(feature: Feature) -> dict[str, Any]:
    return {item.name: getattr(feature, item.name) for item in fields(feature)}


def _rings(feature: Feature) -> Iterator[tuple[str, tuple[GeoPoint, ...]]]:
    """Each ring, line or place of a feature with the word for it."""
    from dronectl.model.ground.zone import Corridor, Fence, KeepOut, Zone

    if isinstance(feature, Fence | Zone | KeepOut):
        yield "outer ring", feature.polygon.exterior
        for number, hole in enumerate(feature.polygon.holes, start=1):
            yield f"hole {number}", hole
    elif isinstance(feature, Corridor):
        yield "line", feature.line
    else:
        yield "place", (_plain(feature)["position"],)


def _print_details(feature: Feature, site: Site) -> None:
    facts = _details(feature, site) | {"closes": _closes(feature, site) or None}
    echo(f"{feature.id} · {feature.name}")
    for key, value in facts.items():
        if key in ("id", "name", "rings") or value in (None, ()):
            continue
        shown = ", ".join(value) if isinstance(value, tuple) else value
        echo(f"  {key}: {'yes' if value is True else 'no' if value is False else shown}")
    for name, points in _rings(feature):
        echo(f"  {name} (latitude, longitude):")
        for point in points:
            echo(f"    {point}")
