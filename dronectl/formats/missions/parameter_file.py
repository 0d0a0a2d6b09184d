"""ArduPilot parameter files, as Mission Planner (``NAME,VALUE``) and MAVProxy (``NAME VALUE``) write them.

One parameter a line, ``#`` begins a comment, case and order mean nothing. Comments may be in any encoding.
(https://ardupilot.org/planner/docs/common-parameters-loading-and-saving.html)
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from dronectl.errors import InputError, InputErrors
from dronectl.model.ardupilot.float32 import as_single, in_digits
from dronectl.storage.reading import read_bytes

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,15}")
_MAX_BYTES = 1024 * 1024
_SHOWN = 60


def read_parameters(path: Path) -> dict[str, float]:
    """Values by name, in file order.

    Raises:
        InputError: no such file, too large, not text, or no parameter in it.
        InputErrors: lines that are no parameters, values that are no numbers, names that come twice; each is named.
    """
    return parse_parameters(read_bytes(path, max_bytes=_MAX_BYTES), source=str(path))


def parse_parameters(data: bytes, *, source: str) -> dict[str, float]:
    """As :func:`read_parameters`, from bytes; ``source`` names them in errors."""
    values: dict[str, float] = {}
    first_lines: dict[str, int] = {}
    problems: list[str] = []
    for number, line in enumerate(_text(data, source).splitlines(), start=1):
        words = line.split("#", 1)[0].replace(",", " ").split()
        if not words:
            continue
        problem = _problem(words)
        name = words[0].upper()
        if problem is None and name in first_lines:
            problem = f"{name} stands in line {first_lines[name]} already"
        if problem is not None:
            problems.append(f"{source}:{number}: {problem}")
            continue
        first_lines[name] = number
        values[name] = float(words[1])
    if problems:
        hint = "a line is NAME,VALUE or NAME VALUE; # begins a comment"
        raise InputErrors(f"{source}: {len(problems)} line(s) are no parameters", problems, hint=hint)
    if not values:
        raise InputError(f"{source}: no parameters in it", hint="a line is NAME,VALUE or NAME VALUE")
    return values


def write_parameters(values: Mapping[str, float], comments: Sequence[str] = ()) -> str:
    """The file's text, sorted by name, one ``NAME,VALUE`` a line below ``comments``.

    Each value is the shortest number that is this float32 again; whole numbers have no point.
    """
    heading = [f"# {' '.join(comment.split())}" for comment in comments]
    return "\n".join([*heading, *(f"{name},{in_digits(values[name])}" for name in sorted(values))]) + "\n"


def _text(data: bytes, source: str) -> str:
    """Names and numbers are ASCII; what else is there is comment, and may be Thai in any code page."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{source}: is UTF-16 text", hint="save it again as UTF-8")
    if b"\0" in data:
        raise InputError(f"{source}: is a binary file, a parameter file is text")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _problem(words: Sequence[str]) -> str | None:
    found = " ".join(words)[:_SHOWN]
    if not _NAME.fullmatch(words[0].upper()):
        return f"'{words[0][:_SHOWN]}' is no parameter name"
    if len(words) != 2:
        return f"'{found}' is not a name and one value"
    try:
        value = as_single(float(words[1]))
    except ValueError:
        return f"'{words[1][:_SHOWN]}' is no number"
    return None if math.isfinite(value) else f"{words[1][:_SHOWN]} is no value of a parameter"
