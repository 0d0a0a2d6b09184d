"""Who is really there: system id *and* the board's own uid, before anything is written or armed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dronectl.errors import IdentityError
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.ops.parallel import on_each

ALIVE_TIMEOUT_S = 10.0


async def identify_fleet(
    vehicles: Sequence[VehicleLink], uids: Mapping[str, str | None], *, timeout_s: float = ALIVE_TIMEOUT_S
) -> dict[str, Identity]:
    """Waits for each drone's heartbeat and reads its AUTOPILOT_VERSION; holds both against the workspace.

    Raises:
        NoAnswer: a drone is silent.
        IdentityError: a uid is not the one recorded, or is not told although one is; or two drones have the same one.
    """

    async def identify(vehicle: VehicleLink) -> Identity:
        await vehicle.wait_alive(timeout_s)
        identity = await vehicle.identify()
        if recorded := uids.get(vehicle.name):
            _require_recorded(vehicle, identity, recorded)
        return identity

    identities = await on_each(vehicles, identify)
    seen: dict[str, str] = {}
    for name, identity in identities.items():
        if identity.uid and identity.uid in seen:
            raise IdentityError(
                f"{seen[identity.uid]} and {name} are the same aircraft (uid {identity.uid})",
                hint="check the links and system ids in dronectl.toml",
            )
        if identity.uid:
            seen[identity.uid] = name
    return identities


async def confirm_fleet(vehicles: Sequence[VehicleLink], identities: Mapping[str, Identity]) -> None:
    """Asks again: is each drone still the aircraft that it was found to be?

    Raises:
        IdentityError: another one answers, or it says no longer who it is. NoAnswer: it is silent.
    """

    async def confirm(vehicle: VehicleLink) -> None:
        before, now = identities[vehicle.name].uid, (await vehicle.identify()).uid
        if now != before:
            raise IdentityError(
                f"{vehicle.name}: answered with uid {before or 'none'} before, and with {now or 'none'} now",
                hint="is another aircraft on its link? Check which one this is",
            )

    await on_each(vehicles, confirm)


def _require_recorded(vehicle: VehicleLink, identity: Identity, recorded: str) -> None:
    if identity.uid is None:
        raise IdentityError(
            f"{vehicle.name}: system id {vehicle.system_id} tells no uid, but dronectl.toml records {recorded}",
            hint="nothing shows that this is that aircraft: was its board or its firmware replaced?",
        )
    if identity.uid.lower() != recorded.lower():
        raise IdentityError(
            f"{vehicle.name}: system id {vehicle.system_id} answers with uid {identity.uid}, "
            f"but dronectl.toml records {recorded}",
            hint="the aircraft were swapped or its board was replaced: check which one this is",
        )
