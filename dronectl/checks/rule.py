"""What a rule is: its words and the function that finds what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.trajectory.leg import Leg
from dronectl.model.plan.finding import Finding, Message, Severity
from dronectl.model.plan.fix import Fix
from dronectl.model.rules import RuleText
from dronectl.model.validity import Span

PLACE_TOLERANCE_M = 0.02
"""Coordinates are kept to 1e-7 degree, about a centimetre: a margin missed by less is kept."""

HEIGHT_TOLERANCE_M = 0.02
"""Altitudes are kept to the centimetre on board."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and where it lies in the site's frame: what authorisations and fixes are looked up by."""

    finding: Finding
    where: shapely.Point | None = None
    """The worst point."""
    extent: shapely.Geometry | None = None
    """The leg's part that breaks the rule."""
    group: str | None = None
    """Those of one group, drone and sortie are reported as one: the worst, with the number of the others."""
    leg: Leg | None = None
    """The leg that breaks the rule, where a way around may be found."""
    during: Span | None = None
    """When it is broken, for rules about times: a paper must be valid then. None: while the sortie is in the air."""
    closed: bool = False
    """No permit and nobody by name lifts it: only leave for an emergency that names these hours."""
    is_person: bool = False
    """No paper lifts it, which was given for places and not for people: only somebody by name."""


def found(
    rule: str,
    flight: Flight,
    message: Message,
    *,
    item: int | None = None,
    zone: str | None = None,
    where: shapely.Point | None = None,
    extent: shapely.Geometry | None = None,
    amount: float | None = None,
    unit: str | None = None,
    severity: Severity = Severity.ERROR,
    group: str | None = None,
    leg: Leg | None = None,
    during: Span | None = None,
    closed: bool = False,
    fix: Fix | None = None,
) -> Found:
    """What a flight's drone does against a rule in this sortie."""
    finding = Finding(
        rule,
        severity,
        message.english,
        drone=flight.drone.name,
        item=item,
        zone=zone,
        amount=amount,
        unit=unit,
        sortie=flight.sortie,
        fix=fix,
        words=message,
    )
    return Found(finding, where, extent, group, leg, during, closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(RuleText):
    """A rule as a person is told about it, and the function that applies it."""

    find: Callable[[Sequence[Flight], Ground], Iterable[Found]]
