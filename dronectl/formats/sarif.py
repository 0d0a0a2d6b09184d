"""Violations as SARIF 2.1.0, which code hosts and editors show beside the file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dronectl import __version__
from dronectl.model.violation import Severity, Violation

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.AUTHORISED: "note"}


@dataclass(frozen=True, slots=True)
class Located:
    """A violation and the file that it is in: a path with ``/``, and the line where one is known."""

    violation: Violation
    path: str
    line: int | None = None


def write_sarif(results: Sequence[Located], rules: Mapping[str, tuple[str, str]]) -> str:
    """The report's text; ``rules`` maps ids to title and explanation."""
    driver = {
        "name": "dronectl",
        "version": __version__,
        "rules": [
            {"id": rule, "shortDescription": {"text": title}, "fullDescription": {"text": explanation}}
            for rule, (title, explanation) in rules.items()
        ],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": [_result(result) for result in results]}],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def _result(result: Located) -> dict[str, object]:
    violation = result.violation
    place: dict[str, object] = {"artifactLocation": {"uri": quote(result.path, safe="/:")}}
    if result.line is not None:
        place["region"] = {"startLine": result.line}
    return {
        "ruleId": violation.rule,
        "level": _LEVELS[violation.severity],
        "message": {"text": f"{violation.drone}: {violation.message}" if violation.drone else violation.message},
        "locations": [{"physicalLocation": place}],
        "properties": violation.as_json(),
    }
