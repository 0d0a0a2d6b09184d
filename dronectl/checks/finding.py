"""What a rule finds, before authorisations are looked up, and what a rule looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.trajectory.leg import Leg
from dronectl.model.plan.fix import Fix
from dronectl.model.plan.violation import Severity

PLACE_TOLERANCE_M = 0.02
"""Coordinates are kept to 1e-7 degree, about a centimetre: a margin missed by less is kept."""

HEIGHT_TOLERANCE_M = 0.02
"""Altitudes are kept to the centimetre on board."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule. ``where`` is the worst point in the site's frame, ``extent`` the leg's part that breaks it."""

    rule: str
    message: str
    drone: str
    sortie: int
    item: int | None = None
    zone: str | None = None
    where: shapely.Point | None = None
    extent: shapely.Geometry | None = None
    amount: float | None = None
    unit: str | None = None
    severity: Severity = Severity.ERROR
    group: str | None = None
    """Findings of one group are reported as one: the worst, with the number of the others."""
    leg: Leg | None = None
    """The leg that breaks the rule, where a way around may be found."""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as a person is told about it, and the function that applies it."""

    id: str
    title: str
    explanation: str
    """What it asks."""
    check: Callable[[Sequence[Flight], Ground], Iterable[Finding]]
    why: str = ""
    source: str = ""
    """The law, standard, data sheet or measurement behind it."""
    example: str = ""
    remedy: str = ""
    """How a plan that breaks it is mended."""

    def chapters(self) -> list[tuple[str, str]]:
        """What there is to say, with a heading each."""
        told = [
            ("asks", self.explanation),
            ("why", self.why),
            ("source", self.source),
            ("example", self.example),
            ("mend", self.remedy),
        ]
        return [(heading, words) for heading, words in told if words]
