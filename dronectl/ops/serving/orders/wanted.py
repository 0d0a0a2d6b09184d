"""What a browser asks for, read within limits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dronectl.errors import InputError
from dronectl.model.incidents.incident import IncidentKind
from dronectl.model.text.plain_text import is_plain

LONGEST_WORDS, LONGEST_NAME = 2_000, 200
LEAST_STAY_MIN, LONGEST_STAY_MIN, STAY_MIN = 0.1, 60.0, 5.0


class OrderName(StrEnum):
    """What can be ordered by the page; nothing else can."""

    HOLD = "hold"
    RTL = "rtl"
    LAND = "land"
    GOTO = "goto"
    LOOK = "look"
    RESUME = "patrol resume"
    DISPATCH = "dispatch"
    INCIDENT_ADD = "incident add"
    INCIDENT_CLOSE = "incident close"


ENDING = frozenset({OrderName.HOLD, OrderName.RTL, OrderName.LAND})
"""They end what goes on, and nothing holds them up."""
_TO_A_PLACE = frozenset({OrderName.GOTO, OrderName.LOOK})
_KEYS = ("order", "drones", "place", "altitude_m", "incident", "kind", "words", "stay_min")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One wish. ``drones``: as they are named in dronectl.toml, in its order; what an order does not need is empty."""

    name: OrderName
    drones: tuple[str, ...] = ()
    place: str = ""
    altitude_m: float | None = None
    incident: str = ""
    kind: IncidentKind = IncidentKind.OTHER
    words: str = ""
    stay_min: float = STAY_MIN

    @property
    def is_ending(self) -> bool:
        return self.name in ENDING


def read_wanted(body: bytes, fleet: Sequence[str]) -> Wanted:
    """
    Raises:
        InputError: what is wrong with it, in one line.
    """
    document = _object(body)
    unknown = [key for key in document if key not in _KEYS]
    if unknown:
        raise InputError(f"found the unknown key '{unknown[0][:40]}'", hint=f"allowed: {', '.join(_KEYS)}")
    order = document.get("order")
    if not isinstance(order, str) or order not in {*map(str, OrderName)}:
        raise InputError("order: none that this page gives", hint=f"one of {', '.join(map(str, OrderName))}")
    name = OrderName(order)
    needs_drones = name in ENDING or name in _TO_A_PLACE or name is OrderName.RESUME
    kind = document.get("kind", "other")
    if not isinstance(kind, str) or kind not in {*map(str, IncidentKind)}:
        raise InputError("kind: not known", hint=f"one of {', '.join(map(str, IncidentKind))}")
    wanted = Wanted(
        name,
        _drones(document.get("drones"), fleet) if needs_drones else (),
        _text(document, "place", LONGEST_NAME, needed=name in _TO_A_PLACE or name is OrderName.INCIDENT_ADD),
        _number(document, "altitude_m", 1.0, 10_000.0),
        _text(document, "incident", 40, needed=name in (OrderName.DISPATCH, OrderName.INCIDENT_CLOSE)),
        IncidentKind(kind),
        _text(document, "words", LONGEST_WORDS),
        _number(document, "stay_min", LEAST_STAY_MIN, LONGEST_STAY_MIN) or STAY_MIN,
    )
    if name in _TO_A_PLACE and len(wanted.drones) != 1:
        raise InputError(f"{name} sends one drone to one place", hint="choose one drone")
    return wanted


def read_choice(body: bytes) -> str:
    """What a person chose of what was offered; empty: there was nothing to choose.

    Raises:
        InputError: it is none.
    """
    document = _object(body)
    if set(document) - {"choice"}:
        raise InputError("a confirmation has 'choice', and nothing else")
    return _text(document, "choice", LONGEST_NAME)


def read_seen(body: bytes, fleet: Sequence[str]) -> tuple[str, ...]:
    """Of whom somebody has seen the alarms.

    Raises:
        InputError: it names nobody.
    """
    document = _object(body)
    if set(document) != {"drones"}:
        raise InputError("what was seen has 'drones', and nothing else")
    return _drones(document["drones"], fleet)


def read_login(body: bytes) -> tuple[str, str]:
    """Name and token.

    Raises:
        InputError: it is no login.
    """
    document = _object(body)
    if set(document) != {"name", "token"}:
        raise InputError("a login has 'name' and 'token', and nothing else")
    return (
        _text(document, "name", LONGEST_NAME, needed=True),
        _text(document, "token", LONGEST_NAME, needed=True),
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise InputError("this is not JSON") from error
    if not isinstance(document, dict):
        raise InputError("this is no JSON object")
    return document


def _text(document: Mapping[str, Any], key: str, longest: int, *, needed: bool = False) -> str:
    value = document.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or len(value) > longest or not is_plain(value) or (needed and not value.strip()):
        raise InputError(f"{key}: not a text of at most {longest} characters without control characters")
    return value.strip()


def _drones(value: object, fleet: Sequence[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise InputError("drones: not a list of names", hint=f"the fleet is: {', '.join(fleet)}")
    for name in value:
        if name not in fleet:
            raise InputError(f"no drone '{name[:40]}' in dronectl.toml", hint=f"the fleet is: {', '.join(fleet)}")
    return tuple(name for name in fleet if name in value)


def _number(document: Mapping[str, Any], key: str, least: float, most: float) -> float | None:
    value = document.get(key)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not least <= value <= most:
        raise InputError(f"{key}: not a number from {least:g} to {most:g}")
    return float(value)
