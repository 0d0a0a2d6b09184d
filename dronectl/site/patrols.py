"""missions/*.toml: what to fly. A pattern has a table of its own, and only that one."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.model.patrol import CameraAction, Patrol, Pattern
from dronectl.model.zone import PoiCategory
from dronectl.site.table import Problems, Table
from dronectl.site.toml_file import read_toml


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a mission file may use; those of features that could not be read count as known."""

    drones: frozenset[str]
    zones: frozenset[str]
    points: frozenset[str]


def read_patrol(text: str, *, patrol_id: str, file: str, known: Known, problems: Problems) -> Patrol | None:
    """One mission file; None when it cannot be used.

    Raises:
        InputError: it is not TOML.
    """
    root = read_toml(text, file=file, problems=problems)
    pattern = root.choice("pattern", Pattern)
    pattern_is_good = root.ok
    altitude, camera = root.table("altitude"), root.table("camera", required=False)
    own = {kind: root.table(str(kind), required=False) for kind in Pattern if root.has(str(kind)) or kind is pattern}
    if pattern_is_good:
        for kind in own:
            if kind is not pattern:
                root.report(str(kind), f"found [{kind}] in a mission of pattern {pattern}, allowed [{pattern}]")
    coverage = own.get(Pattern.COVERAGE, _nothing(root))
    perimeter = own.get(Pattern.PERIMETER, _nothing(root))
    tour = own.get(Pattern.TOUR, _nothing(root))
    if altitude.ok and altitude.has("relative_m") == altitude.has("gsd_cm"):
        altitude.report("relative_m", "allowed exactly one of relative_m and gsd_cm")
    patrol = Patrol(
        id=patrol_id,
        name=root.text("name"),
        pattern=pattern,
        zones=root.names("zones", required=pattern is not Pattern.TOUR, known=known.zones),
        drones=root.names("drones", known=known.drones),
        source=file,
        relative_altitude_m=altitude.optional_number("relative_m", 2.0, 5000.0),
        gsd_cm=altitude.optional_number("gsd_cm", 0.05, 100.0),
        layer_step_m=altitude.number("layer_step_m", 0.0, 500.0, default=10.0),
        speed_m_s=root.optional_number("speed_m_s", 0.5, 30.0),
        camera=camera.choice("action", CameraAction, default=CameraAction.NONE),
        sidelap_pct=camera.number("sidelap_pct", 0.0, 95.0, default=30.0),
        frontlap_pct=camera.number("frontlap_pct", 0.0, 95.0, default=60.0),
        angle_deg=coverage.optional_number("angle_deg", 0.0, 360.0),
        inset_m=perimeter.number("inset_m", 0.0, 1000.0, default=0.0),
        rounds=(tour if pattern is Pattern.TOUR else perimeter).integer("rounds", 1, 100, default=1),
        points=tour.names("points", known=known.points),
        categories=tour.names("categories", known=[str(category) for category in PoiCategory]),
        dwell_s=tour.number("dwell_s", 0.0, 3600.0, default=0.0),
        standoff_m=tour.number("standoff_m", 0.0, 1000.0, default=0.0),
        seed=root.integer("seed", 0, 2**31 - 1, default=0),
    )
    if pattern is Pattern.TOUR and pattern_is_good and tour.ok and not patrol.points and not patrol.categories:
        tour.report("points", "found neither points nor categories, allowed at least one of both")
    for table in (altitude, camera, root, *(own[kind] for kind in own if kind is pattern)):
        table.finish()
    return patrol if root.ok else None


def _nothing(root: Table) -> Table:
    """Stands in for the table of a pattern that this mission does not have: all its keys take their defaults."""
    return Table({}, Problems(), root.locate, "")
