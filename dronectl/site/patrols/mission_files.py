"""missions/*.toml: what to fly. A pattern has a table of its own, and only that one."""

from __future__ import annotations

from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern import Pattern
from dronectl.model.plan.pattern_settings import CorridorSettings, PointSettings
from dronectl.site.patrols.known_names import Known
from dronectl.site.patrols.pattern_tables import READERS
from dronectl.site.patrols.schedule import read_schedule
from dronectl.site.table import Problems, Table
from dronectl.site.toml_file import read_toml


def read_patrol(text: str, *, patrol_id: str, file: str, known: Known, problems: Problems) -> Patrol | None:
    """One mission file; None when it cannot be used.

    Raises:
        InputError: it is not TOML.
    """
    root = read_toml(text, file=file, problems=problems)
    pattern = root.choice("pattern", Pattern)
    pattern_is_good = root.ok
    altitude, camera = root.table("altitude"), root.table("camera", required=False)
    tables = {one: root.table(str(one), required=False) for one in Pattern if root.has(str(one)) or one is pattern}
    if pattern_is_good:
        for other in tables:
            if other is not pattern:
                root.report(str(other), f"found [{other}] in a mission of pattern {pattern}, allowed [{pattern}]")
    if altitude.ok and altitude.has("relative_m") == altitude.has("gsd_cm"):
        altitude.report("relative_m", "allowed exactly one of relative_m and gsd_cm")
    own = tables[pattern]
    patrol = Patrol(
        id=patrol_id,
        name=root.text("name"),
        zones=root.names("zones", required=pattern.needs_zones, known=known.zones),
        drones=root.names("drones", known=known.drones),
        source=file,
        relative_altitude_m=altitude.optional_number("relative_m", 2.0, 5000.0),
        gsd_cm=altitude.optional_number("gsd_cm", 0.05, 100.0),
        layer_step_m=altitude.number("layer_step_m", 0.0, 500.0, default=10.0),
        speed_m_s=root.optional_number("speed_m_s", 0.5, 30.0),
        camera=camera.choice("action", CameraAction, default=CameraAction.NONE),
        sidelap_pct=camera.number("sidelap_pct", 0.0, 95.0, default=30.0),
        frontlap_pct=camera.number("frontlap_pct", 0.0, 95.0, default=60.0),
        settings=READERS[pattern](own, known),
        seed=root.integer("seed", 0, 2**31 - 1, default=0),
        schedule=read_schedule(root.table("schedule")) if root.has("schedule") else None,
    )
    _report_nothing_to_fly(patrol, own)
    if patrol.camera is CameraAction.LOOK and pattern_is_good and not pattern.is_over_points and camera.ok:
        others = ", ".join(str(action) for action in CameraAction if action is not CameraAction.LOOK)
        camera.report("action", f"found look in a mission of pattern {pattern}, which has no points, allowed {others}")
    for table in (altitude, camera, root, own):
        table.finish()
    return patrol if root.ok else None


def _report_nothing_to_fly(patrol: Patrol, own: Table) -> None:
    settings = patrol.settings
    if not own.ok:
        return
    if isinstance(settings, PointSettings) and not settings.points and not settings.categories:
        own.report("points", "found neither points nor categories, allowed at least one of both")
    if isinstance(settings, CorridorSettings) and not settings.corridors and not patrol.zones:
        own.report("corridors", "found neither corridors nor zones, allowed at least one of both")
