"""What a check found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from dronectl.model.plan.fix import Fix

OVERRIDE = "override by "
"""So an authorisation begins that is no paper, but the word of a person."""


class Severity(StrEnum):
    """An ``authorised`` finding is one that a valid authorisation covers: reported, never hidden."""

    ERROR = "error"
    WARNING = "warning"
    AUTHORISED = "authorised"


@dataclass(frozen=True, slots=True)
class Message:
    """What a finding says, in English and in Thai."""

    english: str
    thai: str
    kind: str = ""
    """What messages share that differ in names and numbers only."""
    many: tuple[str, str] = ("", "")
    """English and Thai of a group of that kind of which this is the worst, after its number."""


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
    words: Message | None = field(default=None, compare=False, repr=False)
    """``message`` in two languages; a record keeps the English one only."""

    @property
    def thai(self) -> str:
        """The message in Thai; in English where nobody knows it in Thai."""
        return self.message if self.words is None else self.words.thai

    @property
    def overridden_by(self) -> str:
        """Who answers for it by name; empty: nobody does."""
        by = self.authorisation or ""
        return by.removeprefix(OVERRIDE) if by.startswith(OVERRIDE) else ""

    def saying(self, words: Message) -> Finding:
        return replace(self, message=words.english, words=words)

    def as_json(self) -> dict[str, object]:
        fix = None if self.fix is None else self.fix.as_json()
        told = asdict(replace(self, fix=None))
        del told["words"]
        return {**told, "severity": str(self.severity), "fix": fix}


def allowed_of(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What is broken because somebody answers for that by name, once a rule."""
    return tuple({one.rule: one for one in reversed(findings) if one.overridden_by}.values())


def allowed_words(findings: Sequence[Finding]) -> str:
    """``allowed: daylight by Mali: …``; empty: nothing is."""
    told = "; ".join(f"{one.rule} by {one.overridden_by}: {one.message}" for one in allowed_of(findings))
    return f"allowed: {told}" if told else ""


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Those that forbid the flight."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
