"""The stamp in a plan's folder: put there by a rehearsal, asked for before an upload and a flight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dronectl.errors import InputError, NotReady
from dronectl.formats.plans.plan_folder import plan_sha256, read_plan
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.result import Rehearsal
from dronectl.model.rules import RehearsalAsked
from dronectl.model.site import Site
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.plans.plan_map import write_plan_with_map
from dronectl.ops.rehearsal.stamp import BUILTIN, stamp_sha256
from dronectl.site.exercises.rehearsal_settings import load_rehearsal_settings

ID = "rehearsal"
"""What it is called on the command line: ``--waive rehearsal``."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """Whether a plan has a stamp that holds, and what to say of it."""

    ok: bool
    found: str


def stamp_plan(result: Rehearsal, folder: Path, site: Site) -> str | None:
    """Records the result in the plan's folder, unless somebody changed the plan meanwhile, or it has a stamp that holds
    and this one would say no more than that it was flown too seldom. Why the plan has no new stamp that holds; None: it
    has.

    Raises:
        InputError, OSError: the folder cannot be read or written.
    """
    plan = read_plan(folder)
    if plan.edited or plan_sha256(plan) != result.plan_sha256:
        return "somebody changed the plan meanwhile"
    if not result.is_proven and not result.is_unsafe and stamped(plan, site).ok:
        return "it has a stamp that holds, and this rehearsal shows neither that it is safe nor that it is not"
    write_plan_with_map(replace(plan, rehearsal=_stamp(result)), site, folder)
    return None if result.is_proven else "it was not shown safe; that is recorded there, and 'push' and 'fly' tell it"


def stamped(plan: Plan, site: Site) -> Stamped:
    """What the plan's stamp says of the plan as it is now, at the site as it is now.

    Raises:
        InputErrors: a file in the workspace's ``sim/`` is not valid.
    """
    stamp: Mapping[str, object] = plan.rehearsal or {}
    if not stamp:
        return Stamped(False, "it was not rehearsed")
    backend = str(stamp.get("backend", BUILTIN))
    if stamp.get("sha256") != stamp_sha256(plan, site, load_rehearsal_settings(site.root), backend):
        return Stamped(False, "items, settings, rules or the site have changed since it was rehearsed")
    odds = f"{stamp.get('good')} of {stamp.get('runs')} runs safe"
    if not stamp.get("safe"):
        return Stamped(False, f"its rehearsal did not show it safe: {odds}, {stamp.get('verdict')}")
    return Stamped(True, odds)


def require_rehearsed(plan: Plan, site: Site, waived_by: str | None = None) -> str | None:
    """What to warn of before the plan is put on board; None: nothing. ``waived_by``: who answers for a missing stamp.

    Raises:
        NotReady: a rehearsal is required, and the plan has none that holds.
    """
    if site.rules.rehearsal is RehearsalAsked.OFF:
        return None
    found = stamped(plan, site)
    if found.ok or waived_by:
        return None
    if site.rules.rehearsal is RehearsalAsked.REQUIRED:
        raise NotReady(
            f"no-go: rehearsal: {found.found}",
            hint="'dronectl rehearse PLAN' flies it on simulated drones; a person can answer for it: --waive rehearsal "
            "--by NAME",
        )
    return f"rehearsal: {found.found}; 'dronectl rehearse' flies it on simulated drones"


def waiver_of(waived: tuple[str, ...], person: str | None) -> str | None:
    """Who answers for a missing rehearsal, by what ``--waive`` and ``--by`` say of an upload.

    Raises:
        InputError: something else is waived, or nobody is named.
    """
    for one in waived:
        if one != ID:
            raise InputError(
                f"--waive {one}: cannot be waived here", hint=f"only {ID}; rules: 'plan build --allow RULE'"
            )
    name = (person or "").strip()
    if waived and not name:
        raise InputError("--waive needs --by NAME: somebody has to answer for it")
    if name and not waived:
        raise InputError("--by says who answers for --waive ID, which is missing")
    return name or None


def _stamp(result: Rehearsal) -> dict[str, object]:
    odds = result.odds
    return {
        "sha256": result.stamp_sha256,
        "plan_sha256": result.plan_sha256,
        "backend": result.backend,
        "firmware": dict(result.firmware),
        "runs": result.runs,
        "seed": result.seed,
        "good": odds.good,
        "least_pct": round(odds.least_pct, 2),
        "confidence_pct": odds.confidence_pct,
        "safe": result.is_proven,
        "verdict": str(result.verdict) if not result.failures_break else "a failure does not end well",
        "rehearsed_utc": iso_z(now()),
    }
