"""The patterns of patrols by name: what each is and what it is told.

This is the one list of them. How a mission file's table becomes settings is in ``site/patrols``, how settings become
work in ``planning/registry.py``; both are tables by these names.
"""

from __future__ import annotations

from enum import StrEnum

from dronectl.model.plan.pattern_settings import (
    CorridorSettings,
    CoverageSettings,
    ExpandingSquareSettings,
    HotspotSettings,
    OrbitSettings,
    PatternSettings,
    PerimeterSettings,
    PointSettings,
    SectorSearchSettings,
    StareSettings,
    TourSettings,
)


class Pattern(StrEnum):
    """How the work of a patrol is laid out: the name that a mission file says, its settings, one line of what it is."""

    settings: type[PatternSettings]
    summary: str
    """What it flies, for a person."""
    needs_zones: bool
    """Others may be told none."""

    def __new__(cls, name: str, settings: type[PatternSettings], summary: str, needs_zones: bool = False) -> Pattern:
        pattern = str.__new__(cls, name)
        pattern._value_ = name
        pattern.settings, pattern.summary, pattern.needs_zones = settings, summary, needs_zones
        return pattern

    COVERAGE = "coverage", CoverageSettings, "lines over zones, in the camera's terms", True
    PERIMETER = "perimeter", PerimeterSettings, "along the edges of zones, inside them", True
    CORRIDOR = "corridor", CorridorSettings, "along streets, as many lines as their width needs"
    TOUR = "tour", TourSettings, "to points, staying at each"
    HOTSPOT = "hotspot", HotspotSettings, "visits at random, each point again within a promised time"
    ORBIT = "orbit", OrbitSettings, "circles around points, the camera on the point"
    STARE = "stare", StareSettings, "hovers and looks, from one or several sides at once"
    EXPANDING_SQUARE = (
        "expanding_square",
        ExpandingSquareSettings,
        "outward from where somebody was last seen (IAMSAR SS)",
    )
    SECTOR_SEARCH = (
        "sector_search",
        SectorSearchSettings,
        "nine legs, three times through where somebody was last seen (IAMSAR VS)",
    )

    @property
    def is_over_points(self) -> bool:
        """Whether it is over points of interest, which it names by id or category."""
        return issubclass(self.settings, PointSettings)


_OF_SETTINGS = {pattern.settings: pattern for pattern in Pattern}


def pattern_of(settings: PatternSettings) -> Pattern:
    return _OF_SETTINGS[type(settings)]
