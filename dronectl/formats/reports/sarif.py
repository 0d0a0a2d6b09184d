"""Findings as SARIF 2.1.0, which code hosts and editors show beside the file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from dronectl import __version__
from dronectl.formats.missions.wpl import write_wpl
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.fix import Fix, edited
from dronectl.model.plan.mission import Mission
from dronectl.model.rules import RuleText
from dronectl.model.text.plain_text import escaped_json

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.AUTHORISED: "note"}


@dataclass(frozen=True, slots=True)
class Located:
    """A finding and the file that it is in: a path with ``/``, and the line where one is known.

    ``mission`` is what the file holds, where its fixes can be told as changes of lines.
    """

    finding: Finding
    path: str
    line: int | None = None
    mission: Mission | None = None


def write_sarif(results: Sequence[Located], rules: Sequence[RuleText], days: Mapping[str, date]) -> str:
    """The report's text. ``days``: for which day permits and daylight were looked at, by path."""
    driver = {"name": "dronectl", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "results": [_result(result) for result in results],
                "properties": {"days": {path: str(day) for path, day in days.items()}},
            }
        ],
    }
    return escaped_json(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def _rule(rule: RuleText) -> dict[str, object]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "help": {
            "text": "\n".join(f"{heading}: {words}" for heading, words in rule.chapters()),
            "markdown": "\n\n".join(f"**{heading}** {words}" for heading, words in rule.chapters()),
        },
    }


def _result(result: Located) -> dict[str, object]:
    finding = result.finding
    place: dict[str, object] = {"artifactLocation": {"uri": quote(result.path, safe="/:")}}
    if result.line is not None:
        place["region"] = {"startLine": result.line}
    fixes = [] if finding.fix is None else _fixes(finding.fix, result)
    return {
        **({"fixes": fixes} if fixes else {}),
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.drone}: {finding.message}" if finding.drone else finding.message},
        "locations": [{"physicalLocation": place}],
        "properties": finding.as_json(),
    }


def _fixes(fix: Fix, result: Located) -> list[dict[str, object]]:
    """The fix as a change of the file's lines; SARIF has no place for one in words alone."""
    if result.mission is None or not fix.edits:
        return []
    old = write_wpl(result.mission).splitlines()
    new = write_wpl(edited(result.mission, fix.edits)).splitlines()
    first = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    same = 0
    while same < min(len(old), len(new)) - first and old[-1 - same] == new[-1 - same]:
        same += 1
    lines = new[first : len(new) - same]
    replacement = {
        "deletedRegion": {
            "startLine": first + 1,
            "startColumn": 1,
            "endLine": len(old) - same + 1,
            "endColumn": 1,
        },
        "insertedContent": {"text": "".join(f"{line}\n" for line in lines)},
    }
    place = {"uri": quote(result.path, safe="/:")}
    change = {"artifactLocation": place, "replacements": [replacement]}
    return [{"description": {"text": fix.description}, "artifactChanges": [change]}]
