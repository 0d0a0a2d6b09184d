"""What rules found, as people are told it: what is alike once, the gravest first, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from dronectl.checks.flight import Ground
from dronectl.checks.rule import Found
from dronectl.checks.wording import Form, recognised
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.fix import Fix
from dronectl.model.rules import RULE_IDS

ALIKE = Form(
    "{message} ({count} items like this from {first} to {last})",
    "{message} (มีแบบนี้ {count} รายการ ตั้งแต่ {first} ถึง {last})",
)

_SEVERITIES = (Severity.ERROR, Severity.AUTHORISED, Severity.WARNING)


def findings_of(judged: Sequence[Found], ground: Ground) -> tuple[Finding, ...]:
    """As they are told, the gravest first; no way around is looked for."""
    return told(tuple(merged(judged)), ground)


def told(judged: Sequence[Found], ground: Ground) -> tuple[Finding, ...]:
    return tuple(sorted((_placed(one, ground) for one in judged), key=_rank))


def merged(judged: Sequence[Found]) -> Iterator[Found]:
    """Those of one group, drone, sortie, severity and authorisation become one: the worst, naming all items.

    A leg that a jump makes the drone fly again is not reported again.
    """
    groups: dict[tuple[object, ...], list[Found]] = {}
    for one in judged:
        finding = one.finding
        what = (finding.item, finding.message) if one.group is None else one.group
        key = (finding.rule, what, finding.drone, finding.sortie, finding.severity, finding.authorisation)
        groups.setdefault(key, []).append(one)
    for members in groups.values():
        worst = max(members, key=lambda one: round(one.finding.amount or 0.0, 6))
        items = {one.finding.item for one in members if one.finding.item is not None}
        finding = replace(worst.finding, fix=_all_fixes(worst.finding, members))
        if len(items) > 1:
            words = finding.words or recognised(finding.message)
            finding = finding.saying(ALIKE(message=words, count=len(items), first=min(items), last=max(items)))
        yield replace(worst, finding=finding)


def _all_fixes(worst: Finding, members: Sequence[Found]) -> Fix | None:
    """The worst one's, with the edits of the others."""
    fixes = [one.finding.fix for one in members if one.finding.fix is not None]
    if len(fixes) < 2:
        return fixes[0] if fixes else None
    first = worst.fix or fixes[0]
    edits = tuple({(edit.kind, edit.item): edit for fix in fixes for edit in fix.edits}.values())
    others = len(edits) - len(first.edits)
    words = f"{first.description}, and likewise for {others} more" if others > 0 else first.description
    return Fix(words, edits, all(fix.mechanical for fix in fixes))


def _placed(found: Found, ground: Ground) -> Finding:
    """With the worst point's latitude and longitude, and the amount to two digits."""
    finding = found.finding
    if finding.amount is not None:
        finding = replace(finding, amount=round(finding.amount, 2))
    if found.where is None:
        return finding
    place = ground.frame.to_points(np.array([[found.where.x, found.where.y]]))[0]
    return replace(finding, lat_deg=round(place.lat_deg, 7), lon_deg=round(place.lon_deg, 7))


def _rank(finding: Finding) -> tuple[object, ...]:
    item = -1 if finding.item is None else finding.item
    rule = RULE_IDS.index(finding.rule)
    return (_SEVERITIES.index(finding.severity), rule, finding.drone or "", finding.sortie, item)
