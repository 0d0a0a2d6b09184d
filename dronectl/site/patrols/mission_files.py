"""missions/*.toml: what to fly. A pattern has a table of its own, and only that one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dronectl.model.ground.zone import PoiCategory
from dronectl.model.plan.patrol import POINTED_PATTERNS, CameraAction, Patrol, Pattern
from dronectl.model.plan.pattern_settings import Direction
from dronectl.site.patrols.hotspot import DEFAULT_LOOK_S, read_hotspot
from dronectl.site.patrols.pattern_tables import read_expanding_square, read_orbit, read_sector_search
from dronectl.site.patrols.schedule import read_schedule
from dronectl.site.table import Problems, Table
from dronectl.site.toml_file import read_toml

_ZONES_REQUIRED = frozenset({Pattern.COVERAGE, Pattern.PERIMETER})
_DEFAULT_DWELL_S: Mapping[Pattern, float | None] = {Pattern.STARE: None, Pattern.HOTSPOT: DEFAULT_LOOK_S}


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a mission file may use; those of features that could not be read count as known."""

    drones: frozenset[str]
    zones: frozenset[str]
    points: frozenset[str]
    corridors: frozenset[str] = frozenset()


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
    corridor = own.get(Pattern.CORRIDOR, _nothing(root))
    stare = own.get(Pattern.STARE, _nothing(root))
    pointed = own[pattern] if pattern in POINTED_PATTERNS else _nothing(root)
    visits = pointed if pattern is not Pattern.ORBIT else _nothing(root)
    rounded = visits if pattern is not Pattern.HOTSPOT else _nothing(root)
    if altitude.ok and altitude.has("relative_m") == altitude.has("gsd_cm"):
        altitude.report("relative_m", "allowed exactly one of relative_m and gsd_cm")
    patrol = Patrol(
        id=patrol_id,
        name=root.text("name"),
        pattern=pattern,
        zones=root.names("zones", required=pattern in _ZONES_REQUIRED, known=known.zones),
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
        cross_hatch=coverage.boolean("cross_hatch", default=False),
        inset_m=perimeter.number("inset_m", 0.0, 1000.0, default=0.0),
        inset_step_m=perimeter.number("inset_step_m", 0.0, 1000.0, default=0.0),
        hole_edges=perimeter.boolean("hole_edges", default=False),
        direction=perimeter.choice("direction", Direction) if perimeter.has("direction") else None,
        corridors=corridor.names("corridors", known=known.corridors),
        rounds=(perimeter if pattern is Pattern.PERIMETER else rounded).integer("rounds", 1, 100, default=1),
        points=pointed.names("points", known=known.points),
        categories=pointed.names("categories", known=[str(category) for category in PoiCategory]),
        dwell_s=visits.number("dwell_s", 0.0, 3600.0, default=_DEFAULT_DWELL_S.get(pattern, 0.0)),
        standoff_m=visits.number("standoff_m", 0.0, 1000.0, default=0.0),
        sides=stare.integer("sides", 1, 12, default=1),
        orbit=read_orbit(pointed) if pattern is Pattern.ORBIT else None,
        expanding_square=read_expanding_square(own[pattern], known.points)
        if pattern is Pattern.EXPANDING_SQUARE
        else None,
        sector_search=read_sector_search(own[pattern], known.points) if pattern is Pattern.SECTOR_SEARCH else None,
        hotspot=read_hotspot(pointed, known_points=known.points) if pattern is Pattern.HOTSPOT else None,
        seed=root.integer("seed", 0, 2**31 - 1, default=0),
        schedule=read_schedule(root.table("schedule")) if root.has("schedule") else None,
    )
    if pattern in POINTED_PATTERNS and pointed.ok and not patrol.points and not patrol.categories:
        pointed.report("points", "found neither points nor categories, allowed at least one of both")
    if pattern is Pattern.CORRIDOR and corridor.ok and not patrol.corridors and not patrol.zones:
        corridor.report("corridors", "found neither corridors nor zones, allowed at least one of both")
    if patrol.camera is CameraAction.LOOK and pattern_is_good and pattern not in POINTED_PATTERNS and camera.ok:
        others = ", ".join(str(action) for action in CameraAction if action is not CameraAction.LOOK)
        camera.report("action", f"found look in a mission of pattern {pattern}, which has no points, allowed {others}")
    for table in (altitude, camera, root, *(own[kind] for kind in own if kind is pattern)):
        table.finish()
    return patrol if root.ok else None


def _nothing(root: Table) -> Table:
    """Stands in for the table of a pattern that this mission does not have: all its keys take their defaults."""
    return Table({}, Problems(), root.locate, "")
