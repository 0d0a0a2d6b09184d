"""The ``[hotspot]`` table of a mission file."""

from __future__ import annotations

from dronectl.model.ground.zone import PoiCategory
from dronectl.model.plan.hotspot import KOPER_RETURN_S
from dronectl.model.plan.pattern_settings import HotspotSettings
from dronectl.site.patrols.known_names import Known
from dronectl.site.table import Table, as_number

DAY_MIN = 1440.0
LONGEST_STAY_MIN = 60.0
DEFAULT_LOOK_S = 15.0
"""A short look, where neither the point nor the patrol says how long."""


def read_hotspot(table: Table, known: Known) -> HotspotSettings:
    """Every key; problems go to the table."""
    points = table.names("points", known=known.points)
    categories = table.names("categories", known=PoiCategory)
    dwell_s = table.number("dwell_s", 0.0, 3600.0, default=DEFAULT_LOOK_S)
    standoff_m = table.number("standoff_m", 0.0, 1000.0, default=0.0)
    stay_s = _stay_s(table, "dwell_min") if table.has("dwell_min") else None
    stay_at = table.names("dwell_at", known=known.points)
    if stay_at and stay_s is None:
        table.report("dwell_at", "found without dwell_min, allowed with it: how long to stay there, as in [10, 16]")
    return HotspotSettings(
        points=points,
        categories=categories,
        dwell_s=dwell_s,
        standoff_m=standoff_m,
        period_s=60.0 * table.number("period_min", 5.0, DAY_MIN),
        max_idleness_s=60.0 * table.number("max_idleness_min", 1.0, DAY_MIN, default=KOPER_RETURN_S / 60.0),
        stay_s=stay_s,
        stay_at=stay_at,
        most_sorties=table.integer("most_sorties", 1, 200) if table.has("most_sorties") else None,
        cctv_discount=table.number("cctv_discount", 0.0, 1.0, default=0.5),
    )


def _stay_s(table: Table, key: str) -> tuple[float, float] | None:
    """``[least, longest]`` minutes as seconds."""
    value = table.values[key]
    numbers = [as_number(element) for element in value] if isinstance(value, list) else []
    if len(numbers) == 2 and numbers[0] is not None and numbers[1] is not None:
        least, longest = numbers[0], numbers[1]
        if 0.0 < least <= longest <= LONGEST_STAY_MIN:
            return 60.0 * least, 60.0 * longest
    table.reject(key, f"[least, longest] minutes, above 0 and up to {LONGEST_STAY_MIN:g}, as in [10, 16]")
    return None
