"""A TOML file with the line of each of its keys, so that a problem can be found in an editor."""

from __future__ import annotations

import re
import tomllib

from dronectl.errors import InputError
from dronectl.site.table import Problems, Table

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\-]+(?: +[A-Za-z0-9_.\-]+)*)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-]+(?:\s*\.\s*[A-Za-z0-9_\-]+)*)\s*=")


def read_toml(text: str, *, file: str, problems: Problems) -> Table:
    """The root table of a TOML document.

    Raises:
        InputError: it is not TOML; line and column are named.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: not valid TOML: {error}") from error
    except (ValueError, RecursionError) as error:
        # An integer of thousands of digits, or arrays nested without end.
        raise InputError(f"{file}: not valid TOML: {type(error).__name__}") from error
    lines = key_lines(text)

    def locate(key: str) -> str:
        parts = [part for part in key.split(".") if part]
        while parts:
            line = lines.get(".".join(parts))
            if line is not None:
                return f"{file}:{line}"
            parts.pop()
        return file

    return Table(values, problems, locate, "")


def key_lines(text: str) -> dict[str, int]:
    """Line number (from 1) of each table header and key, by dotted path; tables of an array are numbered from 0.

    A reading aid only: it looks at single lines and does not follow strings that span several.
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.fullmatch(line):
            prefix = _numbered([part.strip() for part in header[2].split(".")], counts, array=header[1] == "[[")
            lines.setdefault(prefix, number)
        elif key := _KEY.match(line):
            parts = [part.strip() for part in key[1].split(".")]
            lines.setdefault(".".join([prefix, *parts] if prefix else parts), number)
    return lines


def _numbered(parts: list[str], counts: dict[str, int], *, array: bool) -> str:
    """The path of a header with the number of the newest element after each array's name."""
    path = ""
    for index, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        if array and index == len(parts) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = f"{path}.{counts[path] - 1}"
    return path
