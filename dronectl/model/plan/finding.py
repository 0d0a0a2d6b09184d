"""What a check found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from dronectl.model.plan.fix import Fix


class Severity(StrEnum):
    """An ``authorised`` finding is one that a valid authorisation covers: reported, never hidden."""

    ERROR = "error"
    WARNING = "warning"
    AUTHORISED = "authorised"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: which, whose, where and by how much."""

    rule: str
    severity: Severity
    message: str
    drone: str | None = None
    item: int | None = None
    """Sequence number of the mission item (the leg that ends there)."""
    zone: str | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    amount: float | None = None
    unit: str | None = None
    authorisation: str | None = None
    sortie: int = 1
    fix: Fix | None = None

    def as_json(self) -> dict[str, object]:
        fix = None if self.fix is None else self.fix.as_json()
        return {**asdict(replace(self, fix=None)), "severity": str(self.severity), "fix": fix}


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Those that forbid the flight."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
