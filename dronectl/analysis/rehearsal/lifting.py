"""What of the breaches an authorisation or a named person lifts, as for the findings of a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shapely

from dronectl.checks.authorisation import judge
from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.rehearsal.found import Breach
from dronectl.model.rules import RULE_IDS


def lifted(
    breaches: Sequence[Breach], flights: Sequence[Flight], ground: Ground, overrides: Sequence[str]
) -> tuple[Breach, ...]:
    """The same breaches, with what allows each."""
    return tuple(_lifted(breach, flights, ground, overrides) for breach in breaches)


def _lifted(breach: Breach, flights: Sequence[Flight], ground: Ground, overrides: Sequence[str]) -> Breach:
    if breach.rule not in RULE_IDS:
        return breach
    finding = Finding(
        breach.rule, Severity.ERROR, breach.words, drone=breach.drone, zone=breach.zone, sortie=breach.sortie
    )
    where = shapely.Point(*ground.frame.point_to_xy(GeoPoint(breach.lat_deg, breach.lon_deg)))
    judged = judge(Found(finding, where, where), ground, overrides, flights).finding
    return replace(breach, by=judged.authorisation) if judged.severity is Severity.AUTHORISED else breach
