"""Who is really there: system id *and* the board's own uid, before anything is written or armed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dronectl.errors import IdentityError, NoAnswer
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.model.ardupilot.vehicle_settings import firmware_warning
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.parallel import on_each
from dronectl.ops.common.waiting_notice import waiting_notice

ALIVE_TIMEOUT_S = 10.0
REFUSED_S = 4.0
"""So long a link may refuse connections before nobody is taken to be there: a vehicle that restarts is back by then."""


def waiting_for(vehicle: VehicleLink) -> str:
    return f"waiting for {vehicle.name} on {vehicle.url}"


async def identify_fleet(
    vehicles: Sequence[VehicleLink],
    uids: Mapping[str, str | None],
    listener: Listener = ignore,
    *,
    thorough: bool = True,
    timeout_s: float = ALIVE_TIMEOUT_S,
) -> dict[str, Identity]:
    """Waits for each drone's heartbeat and reads its AUTOPILOT_VERSION; holds both against the workspace.

    ``thorough``: also whether a second aircraft answers, before anything is written or set moving.

    ``listener``: told of whom it waits for. Where nothing listens behind a drone's links, it is not waited for long.

    Raises:
        NoAnswer: a drone is silent.
        IdentityError: a uid is not the one recorded, or is not told although one is; or two drones have the same one.
    """

    async def identify(vehicle: VehicleLink) -> Identity:
        with waiting_notice(listener, vehicle.name, waiting_for(vehicle), timeout_s):
            await vehicle.wait_alive(timeout_s, refused_s=REFUSED_S)
            try:
                identity = await vehicle.identify(thorough=thorough)
            except NoAnswer as error:
                error.hint = (
                    error.hint or "it is heard: is the way up to it good? 'dronectl fleet status' measures both"
                )
                raise
        if doubt := firmware_warning(identity.firmware):
            listener(Note(f"ArduCopter {identity.firmware} {doubt}", vehicle.name, "warning"))
        if another := not_the_recorded(vehicle.name, vehicle.system_id, identity.uid, uids.get(vehicle.name)):
            raise another
        return identity

    identities = await on_each(vehicles, identify)
    for twice in same_aircraft({name: identity.uid for name, identity in identities.items()}).values():
        raise twice
    return identities


async def confirm_fleet(vehicles: Sequence[VehicleLink], identities: Mapping[str, Identity]) -> None:
    """Asks again: is each drone still the aircraft that it was found to be? A second one that answered at any time
    since then is an error of its link.

    Raises:
        IdentityError: another one answers, or it says no longer who it is. NoAnswer: it is silent.
    """

    async def confirm(vehicle: VehicleLink) -> None:
        before, now = identities[vehicle.name].uid, (await vehicle.identify(thorough=False)).uid
        if now != before:
            raise IdentityError(
                f"{vehicle.name}: answered with uid {before or 'none'} before, and with {now or 'none'} now",
                hint="is another aircraft on its link? Check which one this is",
            )

    await on_each(vehicles, confirm)


def not_the_recorded(name: str, system_id: int, uid: str | None, recorded: str | None) -> IdentityError | None:
    """What is wrong with the uid that answers, when dronectl.toml records one."""
    if recorded is None:
        return None
    if uid is None:
        return IdentityError(
            f"{name}: system id {system_id} tells no uid, but dronectl.toml records {recorded}",
            hint="nothing shows that this is that aircraft: was its board or its firmware replaced?",
        )
    if uid.lower() != recorded.lower():
        return IdentityError(
            f"{name}: system id {system_id} answers with uid {uid}, but dronectl.toml records {recorded}",
            hint="the aircraft were swapped or its board was replaced: check which one this is",
        )
    return None


def same_aircraft(uids: Mapping[str, str | None]) -> dict[str, IdentityError]:
    """By drone, for each whose uid an earlier one of them answered with: two names for one aircraft."""
    seen: dict[str, str] = {}
    found: dict[str, IdentityError] = {}
    for name, uid in uids.items():
        if uid and seen.setdefault(uid, name) != name:
            found[name] = IdentityError(
                f"{seen[uid]} and {name} are the same aircraft (uid {uid})",
                hint="check the links and system ids in dronectl.toml",
            )
    return found


def require_known(doubts: Sequence[IdentityError]) -> None:
    """Raises IdentityError with every doubt about who a drone is, if there is one."""
    if doubts:
        raise IdentityError("; ".join(doubt.message for doubt in doubts), hint=doubts[0].hint)
