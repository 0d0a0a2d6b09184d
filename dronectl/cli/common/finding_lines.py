"""What was found, for people: those of one rule and cause as one, the gravest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dronectl.cli.common.app import App
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.finding_groups import FindingGroup, grouped
from dronectl.model.rules import Authorisation, last_day
from dronectl.model.text.number_ranges import number_ranges

if TYPE_CHECKING:
    from dronectl.checks import ProvedPlan

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.AUTHORISED: "cyan"}
_INDENT = " " * 12


def print_findings(
    app: App,
    findings: Sequence[Finding],
    authorisations: Sequence[Authorisation],
    *,
    title: str | None = None,
    each: bool = False,
) -> None:
    """Groups of findings, or ``each`` of them, with rule, place and what would mend it; then how many there are."""
    out = app.out()
    if title is not None:
        out.print(title, style="bold")
    groups = grouped(findings)
    told = [FindingGroup((one,)) for group in groups for one in group.findings] if each else groups
    for group in told:
        out.print(f"{group.severity:<12}", style=_STYLES[group.severity], end="")
        for line in _lines(group, authorisations):
            out.print(line)
    hidden = len(findings) - len(told)
    in_groups = f", in {len(told)} group{'s' if len(told) != 1 else ''}: --all lists each" if hidden else ""
    out.print(summary(findings) + in_groups)


def group_lines(findings: Iterable[Finding], authorisations: Sequence[Authorisation]) -> Iterator[str]:
    """One line a group: ``authorised: aerodrome: 55 sorties within 9 km of VTUR, nearest 1.41 km, authorised by …``."""
    for group in grouped(findings):
        single = group.worst.drone if len(group.findings) == 1 else None
        whose = f"{single}: " if single else ""
        by = _authorised_by(group, authorisations)
        yield f"{group.severity}: {group.rule}: {whose}{group.message}{f', {by}' if by else ''}"


def tell_findings(app: App, proved: ProvedPlan, sortie: int) -> None:
    """On stderr, before a sortie is put on board or flown: what the checks warn of in it, and what is authorised."""
    found = [one for one in proved.findings if one.sortie == sortie]
    for line in group_lines(found, proved.site.authorisations):
        app.err().print(line)


def summary(findings: Sequence[Finding]) -> str:
    """``2 errors, 3 warnings, 1 authorised``."""
    count = Counter(finding.severity for finding in findings)
    words = {
        Severity.ERROR: ("error", "errors"),
        Severity.WARNING: ("warning", "warnings"),
        Severity.AUTHORISED: ("authorised", "authorised"),
    }
    told = [f"{count[one]} {words[one][count[one] != 1]}" for one in words if count[one]]
    return ", ".join(told) or "no findings"


def _lines(group: FindingGroup, authorisations: Sequence[Authorisation]) -> Iterator[str]:
    worst, is_single = group.worst, len(group.findings) == 1
    if is_single:
        yield f"{group.rule:<16}{_where(worst)}"
        yield _INDENT + group.message
    else:
        yield f"{group.rule:<16}{group.message}"
        if group.severity is not Severity.AUTHORISED:
            yield f"{_INDENT}{_who(group)}; worst: {_where(worst)}"
    if worst.fix is not None and group.severity is not Severity.AUTHORISED:
        yield f"{_INDENT}fix: {worst.fix.description}"
    by = _authorised_by(group, authorisations)
    if by:
        yield _INDENT + by


def _authorised_by(group: FindingGroup, authorisations: Sequence[Authorisation]) -> str:
    document = group.worst.authorisation
    if document is None:
        return ""
    until = last_day(authorisations, document)
    return f"authorised by {document}" if until is None else f"authorised by {document} until {until}"


def _who(group: FindingGroup) -> str:
    """``alpha sorties 1–3, 5, bravo sortie 2``."""
    return ", ".join(
        f"{drone} {'sortie' if len(numbers) == 1 else 'sorties'} {number_ranges(numbers)}".strip()
        for drone, numbers in group.sorties.items()
    )


def _where(finding: Finding) -> str:
    parts = [finding.drone or ""]
    if finding.sortie > 1:
        parts.append(f"sortie {finding.sortie}")
    if finding.item is not None:
        parts.append(f"item {finding.item}")
    if finding.lat_deg is not None and finding.lon_deg is not None:
        parts.append(f"at {finding.lat_deg:.7f},{finding.lon_deg:.7f}")
    if finding.amount is not None:
        parts.append(f"by {finding.amount:g} {finding.unit}")
    return "  ".join(part for part in parts if part)
