"""Claimed ways as JSON in the workspace, for the orders of its other commands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dronectl.checks.ways.way import Present, Returns, Way
from dronectl.errors import InputError
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Mission, MissionItem, MissionType
from dronectl.model.text.shown_time import iso_z
from dronectl.storage.files import write_atomic
from dronectl.storage.reading import read_text

BEGINS_WITHIN_S = 60.0
"""From its proof to the first motion of an order: items go on board, and one on the ground is looked at and armed."""
GIVEN_WITHIN = timedelta(minutes=3)
"""An order that has not ended by then was killed while it was given; one of several legs takes as much longer."""


@dataclass(frozen=True)
class Claim:
    """A way that was proved for an order, from where the drone was then. ``late_s``: so much later than at once it may
    begin. ``ended``: when the order was seen to be obeyed, or not; None: it is being given."""

    drone: str
    way: Way
    present: Present
    claimed: datetime
    late_s: float
    ended: datetime | None = None
    mode: str = ""
    """In which the drone flew it when that ended."""

    @property
    def given_within(self) -> timedelta:
        return GIVEN_WITHIN + timedelta(seconds=max(0.0, self.late_s - BEGINS_WITHIN_S))


def write_claims(path: Path, claims: Sequence[Claim]) -> None:
    """
    Raises:
        StorageError: it could not be written.
    """
    write_atomic(path, json.dumps([_values(one) for one in claims], ensure_ascii=False) + "\n")


def read_claims(path: Path) -> list[Claim]:
    """None where there is no file.

    Raises:
        InputError: it cannot be read, is damaged, or another release's: what was claimed is not known.
    """
    try:
        if not path.exists():
            return []
        return [_claim(values) for values in json.loads(read_text(path))]
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError, OSError) as error:
        raise InputError(f"{path}: is damaged, or of another release", hint="the next order writes it anew") from error


def _values(claim: Claim) -> dict[str, Any]:
    way, present = claim.way, claim.present
    return {
        "drone": claim.drone,
        "claimed_utc": iso_z(claim.claimed, timespec="microseconds"),
        "ended_utc": None if claim.ended is None else iso_z(claim.ended, timespec="microseconds"),
        "late_s": claim.late_s,
        "mode": claim.mode,
        "mission": _items(way.mission),
        "first": way.first,
        "lift_m": way.lift_m,
        "height_is_loose": way.height_is_loose,
        "returns": {**{key: getattr(way.returns, key) for key in _RETURNS}, "rally": _items(way.returns.rally)},
        "present": asdict(present),
    }


_RETURNS = ("altitude_m", "rally_limit_m", "rally_includes_home", "climb_min_m", "cone_slope")


def _items(mission: Mission) -> list[dict[str, Any]]:
    return [asdict(item) for item in mission.items]


def _mission(items: list[dict[str, Any]], kind: MissionType) -> Mission:
    return Mission(tuple(MissionItem(**_numbers(item)) for item in items), kind)


def _numbers(values: dict[str, Any]) -> dict[str, Any]:
    if not all(isinstance(value, int | float) for value in values.values()):
        raise ValueError("something else than numbers")
    return values


def _claim(values: dict[str, Any]) -> Claim:
    returns, present, ended = values["returns"], values["present"], values["ended_utc"]
    told = {key: returns[key] for key in _RETURNS}
    places = {key: GeoPoint(**_numbers(present[key])) for key in ("place", "home")}
    mission, first = _mission(values["mission"], MissionType.MISSION), int(values["first"])
    if not 0 <= first <= len(mission):
        raise ValueError(f"{first} is no item of {len(mission)}")
    return Claim(
        str(values["drone"]),
        Way(
            mission,
            first,
            Returns(rally=_mission(returns["rally"], MissionType.RALLY), **told),
            lift_m=float(values["lift_m"]),
            height_is_loose=bool(values["height_is_loose"]),
        ),
        Present(**{**_numbers({key: present[key] for key in present if key not in places}), **places}),
        _moment(values["claimed_utc"]),
        float(values["late_s"]),
        None if ended is None else _moment(ended),
        str(values["mode"]),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no time zone")
    return moment
