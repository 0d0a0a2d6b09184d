"""JSON from anyone, read with the place of each value, so that an error can name it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from dronectl.errors import InputError
from dronectl.formats.text.places import FLOAT32_MAX
from dronectl.model.text.plain_text import plain


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands: ``alpha.plan: mission.items[3].params``."""

    value: Any
    source: str
    path: str = ""

    @property
    def where(self) -> str:
        return f"{self.source}: {self.path}" if self.path else self.source

    def get(self, key: str) -> Node | None:
        """The value of a key; None when the object has no such key.

        Raises:
            InputError: this is no object.
        """
        if not isinstance(self.value, dict):
            self.wants("an object")
        path = f"{self.path}.{key}" if self.path else key
        return Node(self.value[key], self.source, path) if key in self.value else None

    def __getitem__(self, key: str) -> Node:
        """The value of a key that must be there.

        Raises:
            InputError: it is not, or this is no object.
        """
        node = self.get(key)
        if node is None:
            raise InputError(f"{self.where}: '{key}' is missing")
        return node

    def elements(self) -> list[Node]:
        """The elements of a list.

        Raises:
            InputError: this is no list.
        """
        if not isinstance(self.value, list):
            self.wants("a list")
        return [Node(value, self.source, f"{self.path}[{index}]") for index, value in enumerate(self.value)]

    def number(self) -> float:
        """A finite number that fits MAVLink's float32.

        Raises:
            InputError: this is none.
        """
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.wants("a number")
        try:
            number = float(self.value)
        except OverflowError:
            self.wants("a number that MAVLink can hold")
        if abs(number) > FLOAT32_MAX:
            self.wants("a number that MAVLink can hold")
        return number

    def whole_number(self) -> int:
        """A whole number from 0 to 65535.

        Raises:
            InputError: this is none.
        """
        number = self.number()
        if number != int(number) or not 0 <= number < 65_536:
            self.wants("a whole number from 0 to 65535")
        return int(number)

    def int32(self) -> int:
        """A whole number of 32 bits, as MAVLink has places.

        Raises:
            InputError: this is none.
        """
        number = self.number()
        if number != int(number) or not -(2**31) <= number < 2**31:
            self.wants("a whole number of 32 bits")
        return int(number)

    def text(self) -> str:
        """A string, as one plain line.

        Raises:
            InputError: this is none.
        """
        if not isinstance(self.value, str):
            self.wants("a text")
        return plain(str(self.value))

    def wants(self, what: str) -> NoReturn:
        """Says what was found and what is wanted."""
        if isinstance(self.value, dict | list):
            found = "an object" if isinstance(self.value, dict) else "a list"
        else:
            found = plain(json.dumps(self.value, ensure_ascii=False), 40)
        raise InputError(f"{self.where}: found {found}, {what} is wanted")


def parse(text: str, *, source: str) -> Node:
    """The root of a JSON document.

    Raises:
        InputError: not JSON (with line and column), NaN or Infinity in it, or nested too deeply.
    """

    def refuse(constant: str) -> NoReturn:
        raise InputError(f"{source}: {constant} is no JSON number")

    try:
        value = json.loads(text.removeprefix("\ufeff"), parse_constant=refuse, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise InputError(f"{source}:{error.lineno}:{error.colno}: no JSON: {error.msg}") from error
    except RecursionError as error:
        raise InputError(f"{source}: nested too deeply") from error
    except ValueError as error:  # an integer of thousands of digits, a float past the largest
        raise InputError(f"{source}: {error}") from error
    return Node(value, source)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:40]} is larger than any number here")
    return number
