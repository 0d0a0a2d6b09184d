"""ArduPilot parameter files (``NAME VALUE`` or ``NAME,VALUE`` lines, ``#`` comments)."""

from __future__ import annotations

import math
import re
from pathlib import Path

from dronectl.errors import InputErrors

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,15}")


def read_parameter_file(path: Path) -> dict[str, float]:
    """Values by name, in file order.

    Raises:
        InputErrors: lines that are no parameters; each is named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputErrors(f"{path} cannot be read", [f"{path}: not UTF-8: {error.reason}"]) from error
    values: dict[str, float] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split("#", 1)[0].replace(",", " ").split()
        if not words:
            continue
        value = _number(words[1]) if len(words) == 2 else None
        if value is None or not _NAME.fullmatch(words[0]):
            problems.append(f"{path}:{number}: found {line.strip()[:60]!r}; allowed: NAME VALUE")
        else:
            values[words[0]] = value
    if problems:
        raise InputErrors(f"{path}: {len(problems)} line(s) are no parameters", problems)
    return values


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
