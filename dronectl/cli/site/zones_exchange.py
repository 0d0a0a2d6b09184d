"""``dronectl zones import`` and ``export``: the ground's features from and to KML and GeoJSON files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.errors import InputError, InputErrors

if TYPE_CHECKING:
    from dronectl.formats.features.zone_features import GeoJson
    from dronectl.model.site import Site

WRITABLE = (".kml", ".geojson")
KINDS = ("fence", "zone", "keep_out", "obstacle", "poi", "corridor", "cctv", "rally", "home")


@click.command("import")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), help="What the shapes are, where the file itself does not say.")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="KEY=VALUE",
    help="A property of all of them: category=park, ceiling_m=80, height_m=30 …; may be repeated.",
)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="FOLDER=KIND[,KEY=VALUE…]",
    help="What the shapes of one folder of a KML file are, and their properties: 'Keep-outs=keep_out,ceiling_m=80'. "
    "A style by its id: '#red=keep_out'. '*' stands for any letters. May be repeated.",
)
@click.option("--as", "name", metavar="NAME", help="Name of the new file in geofences/. Default: FILE's.")
@command_options()
def import_(
    app: App, source: Path, kind: str | None, given: tuple[str, ...], mapped: tuple[str, ...], name: str | None
) -> None:
    """Take the polygons, lines and points of a .kml, .kmz, .geojson, .poly, .gpx, .shp or .zip file into the workspace.

    They become a new file in geofences/; nothing is overwritten, and nothing is written that does not fit to what is
    there already. What the workspace still lacks, a fence for example, may come later, and is told. Shapes of another
    form than their kind are passed over.
    """
    from dronectl.formats.features.shape_file import read_shape_file
    from dronectl.formats.features.shape_heights import ground_under
    from dronectl.formats.features.shape_kinds import read_shape_kind
    from dronectl.formats.features.zone_features import collection_text, features_from
    from dronectl.model.ground.feature_kind import FeatureKind
    from dronectl.site.workspace import ZONES_FOLDER, load_ground, missing_parts
    from dronectl.storage.files import write_atomic

    properties = _properties(given)
    kinds = [read_shape_kind(one) for one in mapped]
    read = read_shape_file(source)
    shapes = read.shapes
    root = app.root()
    target = root / ZONES_FOLDER / f"{_file_stem(name or source.stem)}.geojson"
    if target.exists():
        raise InputError(f"{target}: is there already", hint="give another name with --as NAME")
    ground = load_ground(root)
    features, passed_over = features_from(
        shapes,
        kind=FeatureKind(kind) if kind else None,
        given=properties,
        taken={feature.id for feature in ground.zones.features()},
        mapped=kinds,
        ground=ground_under(ground),
    )
    if not features:
        found = ", ".join(f"{count} {form}" for form, count in Counter(shape.form for shape in shapes).items())
        hint = f"passed over: {'; '.join(read.passed_over[:3])}" if read.passed_over else ""
        raise InputError(
            f"{source}: nothing to take as {kind or 'a feature'}: it holds {found or 'no shapes'}", hint=hint
        )
    passed_over = [*read.passed_over, *passed_over]
    text = collection_text(features)
    _require_fitting(root, f"{ZONES_FOLDER}/{target.name}", text, source=source)
    write_atomic(target, text)
    missing = missing_parts(root)
    notes = list(dict.fromkeys(note for shape in shapes for note in shape.notes))
    if app.json:
        ids = [str(feature["properties"]["id"]) for feature in features]  # type: ignore[index]
        document = {"file": str(target), "features": ids, "passed_over": passed_over, "missing": missing}
        app.print_json({**document, "notes": notes})
        return
    for line in notes:
        app.err().print(f"note: {line}", markup=False, highlight=False)
    for line in passed_over:
        app.err().print(f"note: passed over: {line}")
    for line in missing:
        app.err().print(f"note: still to come: {line}")
    _print_taken(app, target, features)


def _print_taken(app: App, target: Path, features: Sequence[GeoJson]) -> None:
    """By kind, each with its id and, where that is another, the name that it comes from."""
    by_kind: dict[str, list[str]] = {}
    for feature in features:
        one = feature["properties"]
        assert isinstance(one, dict)
        told = f"{one['id']} ({one['name']})" if one["name"] != one["id"] else str(one["id"])
        by_kind.setdefault(str(one["kind"]), []).append(told)
    console = app.out()
    console.print(f"{target}: {_count(len(features))}", highlight=False)
    for kind, told_all in by_kind.items():
        console.print(f"  {kind}: {', '.join(told_all)}", highlight=False, markup=False)


@click.command("export")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help=".kml or .geojson")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only these; may be repeated.")
@command_options()
def export(app: App, output: Path, kinds: tuple[str, ...]) -> None:
    """Write the workspace's features, with all their properties, for Google Earth, QGIS or another workspace."""
    from dronectl.formats.features.zone_features import as_geojson, collection_text, features_kml
    from dronectl.model.ground.feature_kind import kind_of
    from dronectl.storage.files import write_atomic

    suffix = output.suffix.lower()
    if suffix not in WRITABLE:
        raise InputError(f"{output}: cannot write '{output.suffix}' files", hint=f"writable: {', '.join(WRITABLE)}")
    site = app.site()
    features = [feature for feature in site.zones.features() if not kinds or kind_of(feature) in kinds]
    if not features:
        raise InputError(f"no feature of kind {' or '.join(kinds)} in geofences/")
    notes = _notes(site)
    if suffix == ".kml":
        write_atomic(output, features_kml(features, title=site.name, notes=notes))
    else:
        write_atomic(output, collection_text([as_geojson(one, note=notes.get(one.id)) for one in features]))
    if app.json:
        app.print_json({"file": str(output), "features": [feature.id for feature in features]})
    else:
        app.out().print(f"{output}: {_count(len(features))}")


def _count(number: int) -> str:
    return "1 feature" if number == 1 else f"{number} features"


def _notes(site: Site) -> dict[str, str]:
    """The notes in geofences/ by feature id: they are for people, so no feature carries them."""
    from dronectl.formats.features.geojson_shapes import read_geojson_shapes
    from dronectl.site.workspace import ZONES_FOLDER
    from dronectl.storage.reading import read_text

    files = [site.root / file for file in site.sources if file.startswith(f"{ZONES_FOLDER}/")]
    shapes = [shape for path in files for shape in read_geojson_shapes(read_text(path), source=str(path))]
    return {str(one.properties["id"]): str(one.properties["note"]) for one in shapes if "note" in one.properties}


def _properties(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    for one, (key, separator, _) in zip(given, pairs, strict=True):
        if not key or not separator:
            raise InputError(f"--set {one}: KEY=VALUE is wanted")
    return {key: value for key, _, value in pairs}


def _file_stem(name: str) -> str:
    stem = name.removesuffix(".geojson")
    if not stem or stem.startswith(".") or not stem.isprintable() or any(letter in stem for letter in '/\\:*?"<>|'):
        raise InputError(f"{name!r} is no name for a file in geofences/", hint="give one with --as NAME")
    return stem


def _require_fitting(root: Path, file: str, text: str, *, source: Path) -> None:
    """Holds the workspace as it would be against the rules of ``zones check``, but for what may still come."""
    from dronectl.site.workspace import load_ground

    try:
        load_ground(root, {file: text})
    except InputErrors as error:
        count = "1 problem" if len(error.problems) == 1 else f"{len(error.problems)} problems"
        raise InputErrors(
            f"{source}: not taken in, the workspace would have {count}",
            error.problems,
            hint="correct the file, or give properties with --set KEY=VALUE",
        ) from error
