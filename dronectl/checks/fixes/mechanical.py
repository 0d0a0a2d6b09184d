"""The mechanical fixes of a mission, each kept only if the checks agree that nothing got worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.fix import edited
from dronectl.model.plan.mission import Mission

MAX_ROUNDS = 200

Check = Callable[[Mission], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Mended:
    """A mission after its fixes, what each of them mended, and what the checks still find."""

    mission: Mission
    mended: tuple[Finding, ...]
    left: tuple[Finding, ...]


def mend(mission: Mission, check: Check) -> Mended:
    """Applies one mechanical fix after the other, the worst first, until none is left that helps."""
    left = check(mission)
    mended: list[Finding] = []
    refused: set[str] = set()
    for _ in range(MAX_ROUNDS):
        tried = next((one for one in left if _is_mechanical(one) and one.message not in refused), None)
        if tried is None or tried.fix is None:
            break
        changed = edited(mission, tried.fix.edits)
        found = check(changed)
        if _is_better(found, left):
            mission, left = changed, found
            mended.append(tried)
        else:
            refused.add(tried.message)
    return Mended(mission, tuple(mended), left)


def _is_mechanical(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.mechanical and bool(finding.fix.edits)


def _is_better(found: Sequence[Finding], before: Sequence[Finding]) -> bool:
    """Fewer rules broken, or as many and fewer findings in all; and no rule broken more often than before."""
    broken, was = (
        Counter(one.rule for one in some if one.severity is not Severity.WARNING) for some in (found, before)
    )
    fewer = (broken.total(), len(found)) < (was.total(), len(before))
    return fewer and all(broken[rule] <= was[rule] for rule in broken)
