"""Without a recorded uid: is this the aircraft that the last receipt tells of?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from dronectl.errors import IdentityError, InputError
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.link.transport.url import parse_link
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.items.receipt import committed_receipts

OPTION = "--other-aircraft"


def require_last_aircraft(
    flights: Path,
    vehicles: Sequence[VehicleLink],
    identities: Mapping[str, Identity],
    uids: Mapping[str, str | None],
    *,
    others: Collection[str],
    listener: Listener,
) -> None:
    """Warns where no uid is recorded (``uids``), and holds those drones against the last receipt of each.

    A simulated drone (a link within this computer) is held against simulated ones, a real one against real ones.
    ``others``: drones that a person says are another aircraft than last time.

    Raises:
        IdentityError: another aircraft than last time, and nobody said so.
    """
    unknown = {vehicle.name: vehicle for vehicle in vehicles if not uids.get(vehicle.name)}
    if not unknown:
        return
    names = ", ".join(unknown)
    text = f"no uid is recorded for {names}: that an aircraft was swapped shows by the last receipt at best"
    listener(Note(f"{text}; 'dronectl fleet record' records it", level="warning"))
    last = _last(flights, unknown)
    swapped = [
        f"{name} is the aircraft with uid {now or '(none)'}, {path.name} tells of {uid}"
        for name, (path, uid) in last.items()
        if name not in others and (now := identities[name].uid) != uid
    ]
    if swapped:
        raise IdentityError(
            f"another aircraft than last time: {'; '.join(swapped)}",
            hint=f"were aircraft swapped, with their system ids? If it shall be so, say it: {OPTION} NAME",
        )


def _last(flights: Path, vehicles: Mapping[str, VehicleLink]) -> dict[str, tuple[Path, str]]:
    """The last receipt of each drone that tells its uid, and that uid."""
    found: dict[str, tuple[Path, str]] = {}
    for path, document in committed_receipts(flights):
        for entry in filter(lambda entry: isinstance(entry, dict), document["drones"]):
            name, uid = entry.get("name"), entry.get("uid")
            if name in vehicles and name not in found and uid and _is_same_world(entry, vehicles[name]):
                found[name] = (path, uid)
        if len(found) == len(vehicles):
            break
    return found


def _is_same_world(entry: Mapping[str, Any], vehicle: VehicleLink) -> bool:
    return _is_simulated(str(entry.get("link"))) == any(_is_simulated(report.url) for report in vehicle.links)


def _is_simulated(url: str) -> bool:
    try:
        return parse_link(url).is_within_computer
    except InputError:
        return False
