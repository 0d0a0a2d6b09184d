"""What a flight left unflown: written as a plan beside its recordings, found again, and flown by whoever can."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, InputError
from dronectl.model.text.shown_time import iso_z, now
from dronectl.ops.common.events import Listener, Note

if TYPE_CHECKING:
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site
    from dronectl.ops.flight.fly import FlightResult

FOLDER = "remainder"
RESUMED_FILE = "resumed.json"
"""In a remainder: which drones' parts were flown since, and where the recordings of that are."""


def write_remainder(site: Site, plan: Plan, result: FlightResult, folder: Path, listener: Listener) -> Path | None:
    """The unflown rest of a flight as a checked plan in ``folder``/remainder; None where there is none. One that breaks
    a rule is written all the same, and is not flown. What goes wrong is told: the flight is over, and is not to fail.
    """
    from dronectl.planning.remainder import remainder_plan

    if not any(drone.armed for drone in result.drones):
        return None
    reached = {drone.name: drone.reached_item for drone in result.drones if not drone.completed}
    for drone in result.drones:
        if drone.name in reached and drone.mission_changed:
            del reached[drone.name]
            text = "no remainder: its mission was changed in flight, what it flew is not the plan's"
            listener(Note(text, drone.name, "warning"))
    try:
        left = remainder_plan(site, plan, result.sortie, reached, created_utc=iso_z(now()))
        return None if left is None else _written(site, left, _free(folder))
    except (DronectlError, OSError) as error:
        listener(Note(f"what is left of the flight was not written: {error}", level="error"))
        return None


def _written(site: Site, plan: Plan, folder: Path) -> Path:
    from dronectl.ops.plans.plan_map import write_plan_with_map

    write_plan_with_map(checked(site, plan), site, folder)
    return folder


def checked(site: Site, plan: Plan) -> Plan:
    """With figures of the checks' own, and what breaks a rule today."""
    from dronectl.checks import check_plan, with_own_figures
    from dronectl.site.local_time import today_at

    figured = with_own_figures(plan, site)
    return replace(figured, findings=check_plan(figured, site, day=today_at(site)))


def _free(folder: Path) -> Path:
    """An earlier flight in the same folder keeps its own."""
    path, number = folder / FOLDER, 1
    while path.exists():
        number += 1
        path = folder / f"{FOLDER}-{number}"
    return path


def find_remainder(folder: Path | None, flights: Path) -> Path:
    """The remainder in ``folder``, which may be that of the recordings; without one the newest of those in the
    workspace's ``flights`` that were not flown since.

    Raises:
        InputError: there is none.
    """
    from dronectl.formats.plans.plan_folder import PLAN_FILE, is_plan_folder, read_plan

    if folder is not None:
        if is_plan_folder(folder):
            return folder
        places = [folder]
    else:
        places = [path for path in flights.glob("*") if path.is_dir()]
    found = [one for place in places for one in place.glob(f"{FOLDER}*") if is_plan_folder(one)]
    plans = {one: read_plan(one) for one in found}
    left = [one for one, plan in plans.items() if any(drone.name not in resumed(one) for drone in plan.drones)]
    if not left:
        where = folder or flights
        raise InputError(
            f"{where}: no remainder of a flight" + (" that was not flown since" if found else ""),
            hint="a flight that ends early leaves one beside its recordings; name it: 'fly --resume DIR'",
        )
    # Plans tell the second of their making: of two of one second, the one that was written later.
    return max(left, key=lambda one: (plans[one].created_utc, (one / PLAN_FILE).stat().st_mtime_ns))


def resumed(folder: Path) -> Mapping[str, str]:
    """Whose parts of a remainder were flown since, and where that was recorded."""
    try:
        known = json.loads((folder / RESUMED_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(where) for name, where in known.items()} if isinstance(known, dict) else {}


def tell_resumed(folder: Path, names: Sequence[str], where: Path) -> None:
    """Notes that these drones' parts are being flown.

    Raises:
        OSError: it cannot be written.
    """
    from dronectl.storage.files import write_atomic

    told = {**resumed(folder), **dict.fromkeys(names, str(where))}
    write_atomic(folder / RESUMED_FILE, json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def part_for(site: Site, folder: Path, drones: Sequence[Drone], *, named: bool) -> tuple[Plan, tuple[str, ...]]:
    """What these drones fly of a remainder, and whose parts that are: their own, as far as they were not flown since;
    or, where one drone is ``named`` that has none, the one part that is left.

    Raises:
        InputError: nothing is left for them, or it is not clear whose part is meant.
    """
    from dronectl.formats.plans.plan_folder import read_plan
    from dronectl.planning.remainder import handed_to

    plan, flown = read_plan(folder), resumed(folder)
    left = [drone.name for drone in plan.drones if drone.name not in flown]
    own = [drone.name for drone in drones if drone.name in left]
    if own:
        kept = tuple(drone for drone in plan.drones if drone.name in own)
        same = len(kept) == len(plan.drones)
        return (plan if same else checked(site, replace(plan, drones=kept))), tuple(own)
    if not left:
        raise InputError(f"{folder}: all of it was flown since: {', '.join(flown.values())}")
    if not named or len(drones) != 1 or len(left) != 1:
        raise InputError(
            f"{folder}: what is left is {', '.join(left)}'s",
            hint="name whoever flies it with --drone; another drone takes one part, where only one is left",
        )
    return checked(site, handed_to(site, plan, left[0], drones[0])), (left[0],)
