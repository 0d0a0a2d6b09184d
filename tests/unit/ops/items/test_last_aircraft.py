from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from dronectl.errors import IdentityError
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.ops.common.events import Event, Note
from dronectl.ops.items.last_aircraft import require_last_aircraft


@dataclass
class Report:
    url: str


@dataclass
class Linked:
    name: str
    links: tuple[Report, ...]


FIELD, SIMULATED = "serial:///dev/ttyUSB0?baud=57600", "tcp://127.0.0.1:5760"


def receipt(flights: Path, second: int, *, uid: str | None, link: str = FIELD, committed: bool = True) -> None:
    entry = {"name": "alpha", "uid": uid, "link": link}
    path = flights / f"push-20261129T0000{second:02d}.000Z.json"
    path.write_text(json.dumps({"committed": committed, "drones": [entry, "no drone"]}), encoding="utf-8")


def judge(flights: Path, uid: str | None, *, link: str = FIELD, recorded: str | None = None) -> list[Event]:
    told: list[Event] = []
    vehicles = cast("list[VehicleLink]", [Linked("alpha", (Report(link),))])
    identities = {"alpha": Identity(uid, "4.5.6", 0)}
    require_last_aircraft(flights, vehicles, identities, {"alpha": recorded}, others=(), listener=told.append)
    return told


def test_without_a_receipt_there_is_a_warning_and_nothing_more(tmp_path: Path) -> None:
    (note,) = judge(tmp_path, "aa")
    assert isinstance(note, Note)
    assert note.level == "warning"
    assert "fleet record" in note.text


def test_the_last_committed_receipt_counts(tmp_path: Path) -> None:
    receipt(tmp_path, 1, uid="bb")
    receipt(tmp_path, 2, uid="aa")
    receipt(tmp_path, 3, uid="cc", committed=False)
    receipt(tmp_path, 4, uid=None)
    (tmp_path / "push-20261129T000009.000Z.json").write_text("[", encoding="utf-8")
    judge(tmp_path, "aa")
    with pytest.raises(IdentityError, match="another aircraft than last time: alpha is the aircraft with uid bb"):
        judge(tmp_path, "bb")
    with pytest.raises(IdentityError, match=r"uid \(none\)"):
        judge(tmp_path, None)


def test_a_simulated_drone_is_not_held_against_a_real_one(tmp_path: Path) -> None:
    receipt(tmp_path, 1, uid="aa")
    receipt(tmp_path, 2, uid="bb", link=SIMULATED)
    judge(tmp_path, "aa")
    judge(tmp_path, "bb", link=SIMULATED)
    with pytest.raises(IdentityError):
        judge(tmp_path, "aa", link=SIMULATED)


def test_a_recorded_uid_decides_alone(tmp_path: Path) -> None:
    receipt(tmp_path, 1, uid="bb")
    assert judge(tmp_path, "aa", recorded="aa") == []


def test_a_receipt_whose_link_is_no_link_is_of_the_field(tmp_path: Path) -> None:
    receipt(tmp_path, 1, uid="a" * 36, link="by hand")
    with pytest.raises(IdentityError, match="another aircraft than last time"):
        judge(tmp_path, "b" * 36)
    judge(tmp_path, "b" * 36, link=SIMULATED)
