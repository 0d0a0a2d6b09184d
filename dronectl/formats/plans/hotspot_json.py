"""The figures of a hot-spot patrol in JSON; keys carry their units."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dronectl.formats.text.json_reader import Node
from dronectl.model.plan.hotspot import HotspotFigures, SpotFigures

_NUMBERS = (
    "period_s",
    "max_idleness_s",
    "worst_idleness_s",
    "mean_idleness_s",
    "revisited_120_min_pct",
    "stays_10_16_min_pct",
)
_OPTIONAL = ("order_entropy", "return_variation")
_SPOT_NUMBERS = ("weight", "weight_after_cctv", "standoff_m", "stay_s", "mean_idleness_s", "worst_idleness_s")


def hotspot_json(figures: HotspotFigures) -> dict[str, object]:
    """As in plan.json and ``plan build --json``."""
    return {**asdict(figures), "zones_seen_pct": dict(figures.zones_seen_pct)}


def read_hotspot_figures(node: Node) -> HotspotFigures:
    """Raises:
    InputError: a figure is missing or no number; the place is named.
    """
    values: dict[str, Any] = {key: node[key].number() for key in _NUMBERS}
    for key in _OPTIONAL:
        values[key] = None if node[key].value is None else node[key].number()
    seen = node["zones_seen_pct"]
    if not isinstance(seen.value, dict):
        seen.wants("an object")
    return HotspotFigures(
        patrol=node["patrol"].text(),
        wave_starts_s=tuple(start.number() for start in node["wave_starts_s"].elements()),
        first_sortie=node["first_sortie"].whole_number(),
        spots=tuple(_spot(spot) for spot in node["spots"].elements()),
        zones_seen_pct=tuple((zone, seen[zone].number()) for zone in seen.value),
        **values,
    )


def _spot(node: Node) -> SpotFigures:
    values: dict[str, Any] = {key: node[key].number() for key in _SPOT_NUMBERS}
    cctv = tuple(camera.text() for camera in node["cctv"].elements())
    return SpotFigures(id=node["id"].text(), cctv=cctv, visits=node["visits"].whole_number(), **values)
