"""What must be known of a drone before it is told to go somewhere: where it is, and the way that it will take."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, NoAnswer, NotReady, RuleViolation
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.finding import Finding
from dronectl.model.plan.mission import Command, Mission, MissionType
from dronectl.ops.common.parallel import on_each
from dronectl.ops.common.waiting import HEARD_WITHIN_S, ask_for, until
from dronectl.ops.items.transfer import download
from dronectl.ops.parameters.settings import read_setting

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Present, Returns, Way
    from dronectl.checks.ways.way_ahead import Proof

STREAM_HZ = 4.0
FRESH_S = 2.0
"""A position older than this is not where the drone is."""
_HOME_POSITION_ID = 242
_MISSION_CURRENT_ID = 42
_COMPLETE = 5
"""MISSION_STATE_COMPLETE: the next start is from the beginning."""

MakeWay = Callable[[VehicleLink], Awaitable["Way | None"]]
"""What an order makes a drone fly next; None: nothing that moves it."""


async def ways_and_places(vehicles: Sequence[VehicleLink], make_way: MakeWay) -> dict[str, tuple[Way, Present]]:
    """What these drones tell of their ways, by name; without those that do not move.

    Raises:
        NotReady: what must be known for that is not. NoAnswer, Refused: a drone does not tell it.
    """
    answers = await on_each(vehicles, lambda vehicle: way_and_place(vehicle, make_way))
    return {name: answer for name, answer in answers.items() if answer is not None}


async def way_and_place(vehicle: VehicleLink, make_way: MakeWay) -> tuple[Way, Present] | None:
    """What the drone itself tells of its way; None where it does not move.

    Raises:
        NotReady: what must be known for that is not. NoAnswer, Refused: a drone does not tell it.
    """
    try:
        way = await make_way(vehicle)
        return None if way is None else (way, await present_of(vehicle))
    except DronectlError as error:
        error.message = f"the way ahead of {vehicle.name} was not proved: {error.message}"
        raise


def require_compliant(proofs: Mapping[str, Proof], hint: str) -> None:
    """Raises:
    RuleViolation: a way breaks a rule; each that one breaks is named.
    """
    broken = {name: proof for name, proof in proofs.items() if proof.errors}
    if broken:
        raise RuleViolation(
            "; ".join(f"{name}: {violations_text(proof.errors)}" for name, proof in broken.items()),
            hint=hint,
            details={"violations": [one.as_json() for proof in broken.values() for one in proof.findings]},
        )


def violations_text(findings: Sequence[Finding]) -> str:
    """What a way would cross: of each zone the first that is told, which is the worst."""
    worst = {(one.rule, one.zone): one for one in reversed(findings)}
    return "; ".join(dict.fromkeys(one.message for one in reversed(worst.values())))


async def present_of(vehicle: VehicleLink) -> Present:
    """Where the drone is now, by a position that has just come.

    Raises:
        NotReady: it does not tell it. NoAnswer: it does not answer.
    """
    loop, state = asyncio.get_running_loop(), vehicle.state

    def is_fresh() -> bool:
        """Not that of a drone that has no fix yet either, which tells a place without being at one."""
        heard_s = None if state.position is None else state.position_s
        return heard_s is not None and loop.time() - heard_s <= FRESH_S

    if not is_fresh():
        with suppress(NoAnswer):  # what matters is the position, which may come all the same
            await vehicle.request_streams(STREAM_HZ)
        await until(vehicle, is_fresh, HEARD_WITHIN_S)
    if not is_fresh() or state.relative_altitude_m is None:
        raise NotReady("its position is not known", hint="'dronectl fleet status' shows what it says")
    await home_of(vehicle)
    present = last_present(vehicle)
    if present is None:
        raise NotReady("its position is not known", hint="'dronectl fleet status' shows what it says")
    return present


def last_present(vehicle: VehicleLink) -> Present | None:
    """Where the drone was by what it said last; None where it never did."""
    from dronectl.checks.ways.way import Present

    state = vehicle.state
    if state.position is None or state.position_s is None or state.relative_altitude_m is None or state.home is None:
        return None
    return Present(
        state.position,
        state.relative_altitude_m,
        state.home,
        east_m_s=state.velocity_east_m_s or 0.0,
        north_m_s=state.velocity_north_m_s or 0.0,
        age_s=max(0.0, asyncio.get_running_loop().time() - state.position_s),
    )


async def home_of(vehicle: VehicleLink) -> GeoPoint:
    """The vehicle's own home.

    Raises:
        NotReady: it does not tell it.
    """
    if vehicle.state.home is None:
        await ask_for(vehicle, _HOME_POSITION_ID, "HOME_POSITION")
    if vehicle.state.home is None:
        raise NotReady("its home is not known", hint="has it found its position? 'dronectl fleet ready' tells")
    return vehicle.state.home


async def mission_ahead(vehicle: VehicleLink) -> Way:
    """The mission on board, from where AUTO would take it up now.

    Raises:
        NotReady: there is none, or it does not say at which item it is. NoAnswer, Refused: it does not give it.
    """
    from dronectl.checks.ways.way import Returns, Way

    mission = await download(vehicle, MissionType.MISSION)
    if len(mission) < 2:
        raise NotReady("no mission is on board", hint="'dronectl push PLAN' or 'dronectl mission upload FILE'")
    first = await first_item(vehicle, mission)
    returns = any(item.command == Command.NAV_RETURN_TO_LAUNCH for item in mission.items[1:])
    return Way(mission, first, returns=await returns_of(vehicle) if returns else Returns())


async def first_item(vehicle: VehicleLink, mission: Mission) -> int:
    """The item that AUTO would fly to now (AP_Mission::start_or_resume).

    Raises:
        NotReady: the vehicle does not tell its current item, or tells one that is not on board.
    """
    if await read_setting(vehicle, Setting.MISSION_RESTART):
        return 1
    told = await ask_for(vehicle, _MISSION_CURRENT_ID, "MISSION_CURRENT")
    if told is None:
        raise NotReady("it does not say at which item of its mission it is", hint="'dronectl watch' shows it")
    seq = int(told["seq"])
    if seq >= len(mission):
        raise NotReady(
            f"it says that it is at item {seq}, and {len(mission)} items are on board",
            hint="its mission was replaced while it flew: order it back, or upload the mission again",
        )
    return 1 if told.get("mission_state") == _COMPLETE else max(1, seq)


async def returns_of(vehicle: VehicleLink) -> Returns:
    """Its return by its own settings, and the rally points on board."""
    from dronectl.checks.ways.way import Returns

    settings = (
        Setting.RETURN_ALTITUDE_M,
        Setting.RALLY_LIMIT_M,
        Setting.RALLY_INCLUDE_HOME,
        Setting.RETURN_CLIMB_MIN_M,
        Setting.RETURN_CONE_SLOPE,
    )
    rally, told = await asyncio.gather(
        download(vehicle, MissionType.RALLY),
        asyncio.gather(*(read_setting(vehicle, setting) for setting in settings)),
    )
    altitude_m, limit_m, includes_home, climb_min_m, cone_slope = told
    return Returns(
        altitude_m=altitude_m,
        rally=rally,
        rally_limit_m=limit_m if limit_m > 0.0 else math.inf,
        rally_includes_home=bool(includes_home),
        climb_min_m=climb_min_m,
        cone_slope=cone_slope,
    )
