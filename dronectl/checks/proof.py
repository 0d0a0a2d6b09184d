"""What was proved, as values that nothing but the checks can make: the one ticket to the vehicles.

A plan or a list of items that somebody merely holds is not lawful: it may be unchecked, edited since, checked for
another site or for another day. What :func:`prove_plan` and :func:`prove_items` return holds the very values that were
checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field, replace
from datetime import date, datetime

from dronectl.checks.engine import check_mission, check_plan
from dronectl.checks.flight import NO_FENCE, NO_RALLY
from dronectl.errors import InputError, RuleViolation
from dronectl.model.fleet import Drone
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.finding_groups import grouped
from dronectl.model.plan.mission import Mission
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site

_SEAL = object()

MOST_TOLD = 3
"""So many causes are named in the line of an error; a check lists all."""


@dataclass(frozen=True, slots=True)
class ProvedPlan:
    """A plan that breaks no rule of ``site`` on ``day`` but those that an authorisation or a named person lifts."""

    plan: Plan
    site: Site
    """With the rules that it was proved with: they, and no others, go on board and decide on go or no-go."""
    day: date
    findings: tuple[Finding, ...]
    """What is authorised or only warned of."""
    seal: InitVar[object]
    content: str = field(init=False)
    """SHA-256 of plan, site and day."""

    def __post_init__(self, seal: object) -> None:
        _require_seal(seal)
        object.__setattr__(self, "content", _digest(self.plan, self.site, self.day))

    def require(self, day: date) -> None:
        """
        Raises:
            RuleViolation: it was proved for another day, or is not what it was when it was proved.
        """
        _require_same(self.content, _digest(self.plan, self.site, self.day))
        _require_day("the plan", self.day, day)


@dataclass(frozen=True, slots=True)
class ProvedItems:
    """One list for one drone, likewise."""

    mission: Mission
    drone: Drone
    site: Site
    day: date
    overrides: tuple[str, ...]
    """``RULE by NAME``."""
    seal: InitVar[object]
    content: str = field(init=False)

    def __post_init__(self, seal: object) -> None:
        _require_seal(seal)
        object.__setattr__(self, "content", _digest((self.mission, self.drone), self.site, self.day))

    def require(self, day: date) -> None:
        """
        Raises:
            RuleViolation: it was proved for another day, or is not what it was when it was proved.
        """
        _require_same(self.content, _digest((self.mission, self.drone), self.site, self.day))
        _require_day(self.mission.mission_type.name.lower(), self.day, day)


def prove_plan(
    plan: Plan, site: Site, *, day: date, now: datetime | None = None, sortie: int | None = None
) -> ProvedPlan:
    """Holds the plan against every rule; ``plan.overrides`` are respected. ``now``: the moment at which ``sortie``
    begins, see :func:`~dronectl.checks.engine.check_plan`.

    Raises:
        InputError: its files were changed since they were last checked, or a drone of it is not the site's.
        RuleViolation: names the first finding and how many there are.
    """
    found = check_plan(plan, site, day=day, now=now, flown_now=sortie)
    errors = _errors(found)
    rules = {one.rule for one in errors}
    if errors:
        raise RuleViolation(
            f"the plan breaks {len(rules)} rule{'s' if len(rules) > 1 else ''}: {_in_words(errors)}",
            hint="see 'dronectl plan check'; a person can override by name: plan build --allow RULE --by NAME",
            details=_details(errors),
        )
    if plan.edited:
        raise InputError(
            f"plan '{plan.name}': changed since it was checked last: {', '.join(plan.edited)}",
            hint="'dronectl plan check' looks at the change and records it",
        )
    return ProvedPlan(plan, site, day, found, _SEAL)


def prove_items(
    mission: Mission,
    site: Site,
    drone: Drone,
    *,
    day: date,
    fence: Mission = NO_FENCE,
    rally: Mission = NO_RALLY,
    overrides: Sequence[str] = (),
) -> ProvedItems:
    """Holds a mission, a fence or rally points made elsewhere against every rule that they can break.

    ``fence`` and ``rally`` come with it: mission and rally points must lie in that fence. ``overrides``:
    ``RULE by NAME``.

    Raises:
        RuleViolation: it breaks a rule that no authorisation and no named person lifts.
    """
    lifted = {override.partition(" by ")[0] for override in overrides}
    found = check_mission(mission, site, drone, day=day, fence=fence, rally=rally)
    errors = [finding for finding in _errors(found) if finding.rule not in lifted]
    if errors:
        raise RuleViolation(
            _in_words(errors),
            hint="see 'dronectl plan check FILE'; a person can override by name: --allow RULE --by NAME",
            details=_details(errors),
        )
    return ProvedItems(mission, drone, site, day, tuple(overrides), _SEAL)


def _errors(found: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.severity is Severity.ERROR]


def _in_words(errors: Sequence[Finding]) -> str:
    """The first of each rule and cause, as many as a line holds."""
    groups = grouped(errors)
    told = "; ".join(f"{group.rule}: {group.message}" for group in groups[:MOST_TOLD])
    return told + (f" (and {len(groups) - MOST_TOLD} more)" if len(groups) > MOST_TOLD else "")


def _details(errors: Sequence[Finding]) -> dict[str, object]:
    return {"violations": [finding.as_json() for finding in errors]}


def _require_seal(seal: object) -> None:
    if seal is not _SEAL:
        raise TypeError("only the checks say that something is proved: see prove_plan and prove_items")


def _require_same(proved: str, present: str) -> None:
    if proved != present:
        raise RuleViolation("changed after it was proved", hint="check it again")


def _require_day(what: str, proved: date, day: date) -> None:
    if proved != day:
        raise RuleViolation(
            f"{what} was proved for {proved}, it is {day} at the site",
            hint="permits are valid by day: give the command again",
        )


def _digest(flown: object, site: Site, day: date) -> str:
    """Over frozen values, whose repr tells all of them, numbers to the last digit. Elevation files are too large for
    that; ``site.sources`` has their hashes."""
    told = repr((flown, replace(site, terrain=None), day))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
