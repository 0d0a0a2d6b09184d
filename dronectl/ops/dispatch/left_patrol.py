"""The patrol that a drone left for an errand: kept before anything else is put on board, and given back afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dronectl.errors import DronectlError, InputError
from dronectl.formats.missions.item_hash import items_sha256
from dronectl.formats.missions.wpl import read_wpl, write_wpl
from dronectl.model.plan.mission import Mission
from dronectl.model.text.plain_text import escaped_json
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.incidents.flown_errands import errand_over
from dronectl.ops.items.receipt import committed_receipts
from dronectl.storage.files import write_atomic
from dronectl.storage.reading import read_text

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site

FILE = "left-patrol.json"
ITEMS = "left-patrol.waypoints"
GIVEN_BACK = "given_back_utc"


@dataclass(frozen=True)
class LeftPatrol:
    """``item``: that was flown to when it was left. ``errand_sha256``: of the mission that took its place on board."""

    folder: Path
    drone: str
    system_id: int
    mission: Mission
    item: int
    errand_sha256: str
    plan: Path | None = None
    """The plan that it is a sortie of, where a receipt tells it."""
    sortie: int = 1
    left: datetime = field(default_factory=now)
    given_back_at: datetime | None = None

    @property
    def remainder(self) -> Path:
        """The plan of its rest, once it is written."""
        return self.folder / "remainder"

    def keep(self) -> None:
        """
        Raises:
            StorageError: it could not be written; nothing may be put on board then.
        """
        write_atomic(self.folder / ITEMS, write_wpl(self.mission))
        self._write()

    def given_back(self) -> None:
        """Notes that it is on board again, or flown otherwise, so that nobody gives it back a second time.

        Raises:
            StorageError: it could not be written.
        """
        replace(self, given_back_at=now())._write()
        errand_over(self.folder)

    def _write(self) -> None:
        document = {
            "drone": self.drone,
            "system_id": self.system_id,
            "left_utc": iso_z(self.left),
            "item": self.item,
            "items": ITEMS,
            "plan": None if self.plan is None else str(self.plan),
            "sortie": self.sortie,
            "errand_sha256": self.errand_sha256,
        }
        if self.given_back_at is not None:
            document[GIVEN_BACK] = iso_z(self.given_back_at)
        write_atomic(self.folder / FILE, escaped_json(json.dumps(document, ensure_ascii=False, indent=2)) + "\n")


def left_patrol(flights: Path, drone: str, on_board: Mission) -> LeftPatrol | None:
    """The patrol that the errand on board of this drone took the place of; None: it is at no errand of ours, or its
    patrol was given back."""
    digest = items_sha256(on_board)
    open_ones = (one for one in all_left(flights) if one.given_back_at is None)
    return next((one for one in open_ones if (one.drone, one.errand_sha256) == (drone, digest)), None)


def all_left(flights: Path) -> Iterator[LeftPatrol]:
    """The latest first."""
    for path in sorted(flights.glob(f"*/{FILE}"), reverse=True):
        try:
            document: dict[str, Any] = json.loads(read_text(path))
            back = document.get(GIVEN_BACK)
            yield LeftPatrol(
                path.parent,
                str(document["drone"]),
                int(document["system_id"]),
                read_wpl(read_text(path.parent / ITEMS), source=str(path.parent / ITEMS)),
                int(document["item"]),
                str(document["errand_sha256"]),
                Path(document["plan"]) if document.get("plan") else None,
                int(document.get("sortie") or 1),
                datetime.fromisoformat(str(document["left_utc"])),
                datetime.fromisoformat(str(back)) if back else None,
            )
        except (KeyError, TypeError, ValueError, DronectlError):
            continue  # of something else, or damaged: there is nothing to give back from it


def plan_of_mission(flights: Path, drone: str, mission: Mission) -> tuple[Path, int] | None:
    """The plan and sortie that this mission of a drone was pushed from, by the receipts; None where none tells it."""
    digest = items_sha256(mission)
    for _, document in committed_receipts(flights):
        for entry in filter(lambda one: isinstance(one, dict), document["drones"]):
            pushed = entry.get("mission")
            if entry.get("name") != drone or not isinstance(pushed, dict) or pushed.get("sha256") != digest:
                continue
            if not document.get("plan"):
                return None
            return Path(str(document["plan"])), int(document.get("sortie") or 1)
    return None


def rest_of(left: LeftPatrol, site: Site) -> tuple[Plan | None, Plan]:
    """What is left of the patrol as a plan (None: only the way home), and the plan that it is of: the mission on board
    alone where that is not known.

    Raises:
        InputError: it cannot be cut, or there is no way to its rest.
    """
    from dronectl.planning.remainder import remainder_plan

    plan, sortie = _plan_of(left, site)
    rest = remainder_plan(site, plan, sortie, {left.drone: max(0, left.item - 1)}, created_utc=iso_z(now()))
    return rest, plan


def _plan_of(left: LeftPatrol, site: Site) -> tuple[Plan, int]:
    from dronectl.formats.plans.plan_folder import is_plan_folder, read_plan

    if left.plan is not None:
        folder = left.plan if left.plan.is_absolute() else site.root / left.plan
        if is_plan_folder(folder):
            plan = read_plan(folder)
            planned = plan.drone(left.drone)
            flight = None if planned is None else planned.sortie(left.sortie)
            if flight is not None and items_sha256(flight.mission) == items_sha256(left.mission):
                return plan, left.sortie
    return _alone(left, site), 1


def _alone(left: LeftPatrol, site: Site) -> Plan:
    """A plan of nothing but the mission that was on board.

    Raises:
        InputError: the workspace has no such drone, or no fence for it.
    """
    from dronectl.model.plan.plan import DronePlan, Plan, Sortie
    from dronectl.ops.orders.layer import LOWEST_M, mission_layer_m
    from dronectl.planning.mission.fence_items import fence_mission

    drone = site.drone(left.drone)
    if drone is None:
        raise InputError(f"no drone '{left.drone}' in dronectl.toml")
    height_m = mission_layer_m(left.mission) or LOWEST_M
    sortie = Sortie(1, "on-board", left.mission, 0.0, 0.0, 0.0, 0.0, work_altitude_m=height_m)
    planned = DronePlan(
        drone.name,
        drone.system_id,
        drone.home,
        site.ground_elevation_m,
        (sortie,),
        fence=fence_mission(site, drone),
        rtl_altitude_m=height_m,
    )
    return Plan(f"{drone.name}-on-board", iso_z(now()), (planned,), {}, 0.0, None, None, None)
