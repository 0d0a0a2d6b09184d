"""The names that a mission file may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """Names of what the workspace has; those of features that could not be read count as known."""

    drones: frozenset[str]
    zones: frozenset[str]
    points: frozenset[str]
    corridors: frozenset[str] = frozenset()
