"""The ``[hotspot]`` table of a mission file."""

from __future__ import annotations

from collections.abc import Iterable

from dronectl.model.plan.hotspot import KOPER_RETURN_S, Hotspot
from dronectl.site.table import Table, as_number

DAY_MIN = 1440.0
LONGEST_STAY_MIN = 60.0
DEFAULT_LOOK_S = 15.0
"""A short look, where neither the point nor the patrol says how long."""


def read_hotspot(table: Table, *, known_points: Iterable[str]) -> Hotspot:
    """Every key but those that a hot-spot patrol shares with a tour; problems go to the table."""
    stay_s = _stay_s(table, "dwell_min") if table.has("dwell_min") else None
    stay_at = table.names("dwell_at", known=known_points)
    if stay_at and stay_s is None:
        table.report("dwell_at", "found without dwell_min, allowed with it: how long to stay there, as in [10, 16]")
    return Hotspot(
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
