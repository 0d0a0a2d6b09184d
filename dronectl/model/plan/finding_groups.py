"""Findings as people are told of them: those of one rule and one cause as one, errors first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dronectl.model.plan.finding import Finding, Severity

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.AUTHORISED)


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one rule, severity, zone and authorisation that say the same of several flights."""

    findings: tuple[Finding, ...]
    """At least one, in the order in which they were found."""

    @property
    def worst(self) -> Finding:
        return max(self.findings, key=lambda one: one.amount or 0.0)

    @property
    def rule(self) -> str:
        return self.worst.rule

    @property
    def severity(self) -> Severity:
        return self.worst.severity

    @property
    def sorties(self) -> dict[str, list[int]]:
        """By drone, the numbers of the sorties."""
        found: dict[str, list[int]] = {}
        for one in self.findings:
            numbers = found.setdefault(one.drone or "", [])
            if one.sortie not in numbers:
                numbers.append(one.sortie)
        return found

    @property
    def message(self) -> str:
        """``55 sorties within 9 km of VTUR, nearest 1.41 km``; what a single finding says itself."""
        if len(self.findings) == 1:
            return self.worst.message
        many = self.worst.words.many[0] if self.worst.words is not None else ""
        count = sum(map(len, self.sorties.values()))
        of = f"{count} {'sortie' if count == 1 else 'sorties'}"
        return f"{of} {many}" if many else f"{len(self.findings)} in {of}, worst: {self.worst.message}"

    @property
    def thai(self) -> str:
        """The same in Thai."""
        if len(self.findings) == 1:
            return self.worst.thai
        many = self.worst.words.many[1] if self.worst.words is not None else ""
        of = f"{sum(map(len, self.sorties.values()))} เที่ยวบิน"
        return f"{of} {many}" if many else f"{len(self.findings)} รายการใน {of} หนักที่สุด: {self.worst.thai}"


def grouped(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """Every finding in one group: errors, then warnings, then what is authorised; else as they were found."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for one in findings:
        kind = one.message if one.words is None or not one.words.kind else one.words.kind
        groups.setdefault((one.severity, one.rule, one.zone, one.authorisation, kind), []).append(one)
    made = (FindingGroup(tuple(members)) for members in groups.values())
    return tuple(sorted(made, key=lambda group: _ORDER.index(group.severity)))
