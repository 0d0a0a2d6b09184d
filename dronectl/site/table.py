"""One table of an input file (TOML table or GeoJSON properties), read key by key; every problem is collected.

A value that cannot be used is reported and replaced by a harmless one, so that reading goes on and finds the next
problem. ``Table.ok`` says whether what was read may be used.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from dronectl.model.degrees import degrees_to_e7
from dronectl.model.geo import GeoPoint
from dronectl.model.text.plain_text import is_plain, plain

Choice = TypeVar("Choice", bound=StrEnum)

ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
ID_WORDS = "lower-case letters a-z, digits, '_' and '-', at most 64, a letter or digit first"


MOST_PROBLEMS = 300
_MOST_UNKNOWN_KEYS = 20


@dataclass(slots=True)
class Problems:
    """Lines ``file: place: key: found X, allowed Y``, in the order in which they were found."""

    _lines: dict[str, None] = field(default_factory=dict)

    def add(self, line: str) -> None:
        self._lines[line] = None

    @property
    def lines(self) -> list[str]:
        """Each line once. What is beyond the first hundreds tells nobody anything: it is only counted."""
        lines = list(self._lines)
        more = len(lines) - MOST_PROBLEMS
        return lines if more <= 0 else [*lines[:MOST_PROBLEMS], f"… and {more} more problems"]


@dataclass(slots=True)
class Table:
    """``locate(key)`` gives file (and line) of one of its keys; ``label`` names the table for a person."""

    values: Mapping[str, object]
    problems: Problems
    locate: Callable[[str], str]
    label: str
    parent: Table | None = None
    ok: bool = True
    _asked: list[str] = field(default_factory=list)

    # -- reporting ----------------------------------------------------------------------------------------------

    def report(self, key: str, message: str) -> None:
        """A problem of one key (or of the table itself, with an empty key)."""
        table: Table | None = self
        while table is not None:
            table.ok = False
            table = table.parent
        parts = [self.locate(key), self.label, printable(key), message]
        self.problems.add(": ".join(part for part in parts if part))

    def reject(self, key: str, allowed: str) -> None:
        """A problem of one key's value, which is shown. That it is not there at all was told when it was asked for."""
        if key in self.values:
            self.report(key, f"found {shown(self.values[key])}, allowed {allowed}")

    def finish(self) -> None:
        """Report every key that nobody asked for."""
        unknown = [key for key in self.values if key not in self._asked]
        for key in unknown[:_MOST_UNKNOWN_KEYS]:
            self.report(key, f"found an unknown key, allowed {nearest(key, self._asked)}")
        if len(unknown) > _MOST_UNKNOWN_KEYS:
            self.report("", f"found {len(unknown) - _MOST_UNKNOWN_KEYS} more unknown keys")

    # -- values -------------------------------------------------------------------------------------------------

    def has(self, key: str) -> bool:
        self._ask(key)
        return key in self.values

    def text(
        self,
        key: str,
        *,
        default: str | None = None,
        pattern: re.Pattern[str] | None = None,
        allowed: str = "",
        is_shown: bool = True,
    ) -> str:
        """A string that says something; with ``pattern``, one that matches it wholly. ``is_shown``: what was found may
        stand in an error; not where a password may be in it."""
        if not self._there(key, required=default is None, allowed=allowed or "a text"):
            return default or ""
        value = self.values[key]
        if not isinstance(value, str) or not value.strip() or _has_control(value):
            self.reject(key, allowed or "a text that is not empty")
            return default or ""
        if pattern is not None and not pattern.fullmatch(value):
            if is_shown:
                self.reject(key, allowed)
            else:
                self.report(key, f"found another text, allowed {allowed}")
        return value

    def number(self, key: str, low: float, high: float, *, default: float | None = None) -> float:
        """A finite number within ``low``..``high``, both included."""
        allowed = f"a number from {low:g} to {high:g}"
        if not self._there(key, required=default is None, allowed=allowed):
            return low if default is None else default
        value = self.values[key]
        number = as_number(value)
        if number is None or not low <= number <= high:
            self.reject(key, allowed)
            return low
        return number

    def optional_number(self, key: str, low: float, high: float) -> float | None:
        return self.number(key, low, high) if self.has(key) else None

    def integer(self, key: str, low: int, high: int, *, default: int | None = None) -> int:
        allowed = f"a whole number from {low} to {high}"
        if not self._there(key, required=default is None, allowed=allowed):
            return low if default is None else default
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.reject(key, allowed)
            return low
        return value

    def boolean(self, key: str, *, default: bool | None = None) -> bool:
        if not self._there(key, required=default is None, allowed="true or false"):
            return bool(default)
        value = self.values[key]
        if not isinstance(value, bool):
            self.reject(key, "true or false")
            return False
        return value

    def choice(self, key: str, kind: type[Choice], *, default: Choice | None = None) -> Choice:
        """One word of an enumeration."""
        words = [str(member) for member in kind]
        first = next(iter(kind))
        if not self._there(key, required=default is None, allowed=one_of(words)):
            return first if default is None else default
        value = self.values[key]
        if not isinstance(value, str) or value not in words:
            self.reject(key, one_of(words, near=value if isinstance(value, str) else None))
            return first
        return kind(value)

    def names(self, key: str, *, required: bool = False, known: Iterable[str] | None = None) -> tuple[str, ...]:
        """A list of strings without repeats; with ``known``, each must be one of these."""
        if not self._there(key, required=required, allowed="a list of names"):
            return ()
        value = self.values[key]
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.reject(key, 'a list of names, as in ["alpha", "bravo"]')
            return ()
        if required and not value:
            self.reject(key, "at least one name")
        if len(set(value)) != len(value):
            self.reject(key, "each name once")
        if known is not None:
            words = sorted(known)
            for name in value:
                if name not in words:
                    self.report(key, f"found {shown(name)}, allowed {one_of(words, near=name)}")
        return tuple(value)

    def day(self, key: str) -> date:
        """A TOML date."""
        allowed = "a date as 2026-01-31"
        if not self._there(key, required=True, allowed=allowed):
            return date.min
        value = self.values[key]
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.reject(key, allowed)
        return date.min

    def point(self, key: str) -> GeoPoint:
        """``{ lat_deg = …, lon_deg = … }``, rounded to 1e-7 degree."""
        place = self.table(key)
        lat_deg = place.number("lat_deg", -90.0, 90.0)
        lon_deg = place.number("lon_deg", -180.0, 180.0)
        place.finish()
        return GeoPoint.from_e7(degrees_to_e7(lat_deg), degrees_to_e7(lon_deg))

    def table(self, key: str, *, required: bool = True) -> Table:
        """A table below this one; an empty one when it is missing. A missing required one is reported once."""
        empty: dict[str, object] = {}
        value: object = empty
        if self._there(key, required=required, allowed="a table"):
            value = self.values[key]
        usable = isinstance(value, dict) and (key in self.values or not required)
        if not isinstance(value, dict):
            self.reject(key, "a table")
            value = empty
        # What is missing as a whole is reported once, not again for each of its keys.
        problems = self.problems if usable else Problems()
        return Table(value, problems, _inside(self.locate, key), self._below(key), self, ok=usable)

    def tables(self, key: str) -> list[Table]:
        """An array of tables (``[[key]]``), labelled by their number from 1 and their name where they have one."""
        if not self._there(key, required=False, allowed=""):
            return []
        value = self.values[key]
        if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
            self.reject(key, f"tables, each under [[{key}]]")
            return []
        found: list[Table] = []
        for number, element in enumerate(value, start=1):
            label = f"[[{self._dotted(key)}]] {number}"
            for name_key in ("name", "id"):
                if isinstance(element.get(name_key), str):
                    label = f"[[{self._dotted(key)}]] {printable(element[name_key][:40])}"
                    break
            found.append(Table(element, self.problems, _inside(self.locate, f"{key}.{number - 1}"), label, self))
        return found

    # -- inside -------------------------------------------------------------------------------------------------

    def _ask(self, key: str) -> None:
        if key not in self._asked:
            self._asked.append(key)

    def _there(self, key: str, *, required: bool, allowed: str) -> bool:
        self._ask(key)
        if key in self.values:
            return True
        if required:
            self.report(key, f"found nothing, allowed {allowed}")
        return False

    def _below(self, key: str) -> str:
        return f"{self.label} {key}" if self.label.startswith("[[") else f"[{self._dotted(key)}]"

    def _dotted(self, key: str) -> str:
        return f"{self.label.strip('[]')}.{key}" if self.label.startswith("[") else key


def _inside(locate: Callable[[str], str], place: str) -> Callable[[str], str]:
    return lambda key: locate(f"{place}.{key}")


def as_number(value: object) -> float | None:
    """A finite float of an int or float; None for anything else, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def shown(value: object) -> str:
    """A value in one short line, as it would be written in the file."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = f"'{value}'"
    elif isinstance(value, dict):
        text = f"a table of {len(value)} keys"
    elif isinstance(value, int) and abs(value) >= 10**30:
        text = "a very large whole number"
    elif value is None:
        text = "null"
    elif isinstance(value, list):
        text = "[" + ", ".join(shown(element) for element in value[:4]) + (", …]" if len(value) > 4 else "]")
    else:
        text = str(value)
    return printable(text)


def printable(text: str) -> str:
    """One short line: what a hostile file may show on a terminal."""
    return plain(text[:81], 80)


def one_of(words: Sequence[str], *, near: str | None = None) -> str:
    """``one of a, b, c``; the word nearest to ``near`` is proposed."""
    if not words:
        return "none, for there is none"
    text = "one of " + ", ".join(words) if len(words) > 1 else f"only {words[0]}"
    close = difflib.get_close_matches(near[:80], words, n=1) if near else []
    return f"{text} (did you mean {close[0]}?)" if close else text


def nearest(key: str, known: Sequence[str]) -> str:
    """Proposes the nearest known key, else lists them all."""
    close = difflib.get_close_matches(key[:80], known, n=1)
    return f"{close[0]} (the nearest)" if close else "only " + ", ".join(known)


def _has_control(text: str) -> bool:
    """Whether printing the text could break a line, turn its direction or fail. Thai's zero-width spaces may stay."""
    return not is_plain(text)
