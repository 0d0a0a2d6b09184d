"""Cursor on Target: one event, as TAK servers and devices tell each other (what is where, and until when).

After MITRE's Event schema 2.0 (public release 11-3895): the point is WGS 84, its height above the ellipsoid, ``ce`` and
``le`` metres of one standard deviation; 9999999 stands for what is not known, which is None here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dronectl.model.geo import GeoPoint

UNKNOWN = 9_999_999.0


@dataclass(frozen=True, slots=True)
class CotNode:
    """One element of an event's detail."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[CotNode, ...] = ()

    def child(self, tag: str) -> CotNode | None:
        return next((child for child in self.children if child.tag == tag), None)


@dataclass(frozen=True, slots=True)
class CotEvent:
    """``uid``: what is told of; a later event of the same takes the place of an earlier one. ``time``: when it was
    made; ``start`` to ``stale``: when it holds, all with their zone."""

    uid: str
    type: str
    how: str
    time: datetime
    start: datetime
    stale: datetime
    place: GeoPoint
    hae_m: float | None = None
    ce_m: float | None = None
    le_m: float | None = None
    detail: tuple[CotNode, ...] = ()

    def node(self, tag: str) -> CotNode | None:
        """The first element of its detail that is called so."""
        return next((node for node in self.detail if node.tag == tag), None)
