"""All parameters of a vehicle at once: read, and set where they differ."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import (
    DronectlError,
    IdentityError,
    InputError,
    InputErrors,
    Interrupted,
    NoAnswer,
    NotReady,
    Refused,
)
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.events import Listener, Note, Progress, ignore
from dronectl.ops.parameters.settings import set_parameter
from dronectl.protocol.ftp.read import FtpRead
from dronectl.protocol.param.changes import ParameterChange, ParameterComparison
from dronectl.protocol.param.pack import PARAM_PACK_PATH, unpack_parameters
from dronectl.protocol.param.parameters import Parameter, ParameterList

_SETS_AT_ONCE = 4
"""Settings under way at a time: enough to hide the round trip, few enough for a radio of 57,600 baud."""
_MAX_PACK_BYTES = 1024 * 1024
_sessions = itertools.count(secrets.randbelow(256))
"""Each file transfer has another session, so that late answers to an earlier one, or an earlier run, are known."""


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """Parameters by name in the vehicle's order; ``source``: the protocol they came over, ``ftp`` or ``classic``;
    ``firmware``: the vehicle's, whose names and units these are, once it has said so."""

    parameters: dict[str, Parameter]
    source: str
    firmware: str | None


async def read_table(vehicle: VehicleLink, listener: Listener = ignore) -> ParameterTable:
    """Reads every parameter: packed in one file, or one message each where the vehicle has no such file. Of vehicles
    that share a radio one is read after the other: what fills a radio keeps every other answer waiting.

    Raises:
        NoAnswer: not all of them came.
    """

    def progress(done: int, total: int) -> None:
        listener(Progress(vehicle.name, "parameters", done, total))

    async with vehicle.paths.full:
        try:
            return ParameterTable(await _read_packed(vehicle), "ftp", vehicle.firmware)
        except IdentityError:
            raise
        except (NoAnswer, Refused, InputError) as error:
            listener(Note(f"{error.message}; asking for each parameter instead", vehicle.name))
        return ParameterTable(await vehicle.run(ParameterList(), progress), "classic", vehicle.firmware)


async def _read_packed(vehicle: VehicleLink) -> dict[str, Parameter]:
    # No checksum: ArduPilot packs the file anew for whoever reads it. The unpacking finds what is not whole.
    machine = FtpRead(PARAM_PACK_PATH, session=next(_sessions), verify=False, max_bytes=_MAX_PACK_BYTES)
    return unpack_parameters(await vehicle.run(machine))


def changes_to_set(
    comparison: ParameterComparison, *, drone: str, skip_unknown: bool, calibration: bool
) -> list[ParameterChange]:
    """The changes that a load sends: all, but for calibration values unless they are asked for.

    Raises:
        InputErrors: values that do not fit their type, or names that the vehicle does not have; each is named.
    """
    chosen = [change for change in comparison.changes if calibration or not change.is_calibration]
    problems = [change.problem for change in chosen if change.problem is not None]
    unknown = [] if skip_unknown else [*(f"{name} is not on board" for name in comparison.unknown), *comparison.moved]
    if problems or unknown:
        hint = "leave them out with --skip-unknown; some appear once the parameter that enables them is set"
        raise InputErrors(
            f"{drone}: {len(problems) + len(unknown)} parameter(s) cannot be set; nothing was sent",
            [*problems, *unknown],
            hint=hint if unknown else "correct these values in the file",
        )
    return chosen


def require_disarmed(vehicle: VehicleLink, *, hint: str = "land and disarm") -> None:
    """
    Raises:
        NotReady: it is armed, or was not heard to be disarmed.
    """
    if vehicle.state.armed is not False:
        raise NotReady(f"{vehicle.name} is armed: its parameters are not changed in flight", hint=hint)


async def set_changes(
    vehicle: VehicleLink, changes: Sequence[ParameterChange], listener: Listener = ignore
) -> list[Parameter]:
    """Sets these parameters, each read back; returns them as read back, in order.

    Raises:
        NotReady: armed. Mismatch, NoAnswer: of the first that failed; the message names all that did, and
            ``details["set"]`` those that are set, ``details["unknown"]`` those that were sent without an answer.
            Interrupted: it was cancelled; says how far it came.
    """
    free = asyncio.Semaphore(_SETS_AT_ONCE)
    done: dict[str, Parameter] = {}
    failures: dict[str, DronectlError] = {}

    async def one(change: ParameterChange) -> None:
        async with free:
            try:
                require_disarmed(vehicle)
                done[change.name] = await set_parameter(vehicle, change.name, change.wanted)
            except DronectlError as error:
                failures[change.name] = error
            listener(Progress(vehicle.name, "set", len(done) + len(failures), len(changes)))

    require_disarmed(vehicle)
    try:
        with vehicle.lease.held():
            await asyncio.gather(*(one(change) for change in changes))
    except asyncio.CancelledError:
        raise Interrupted(
            f"{vehicle.name}: stopped after {len(done)} of {len(changes)} parameters were set and read back",
            hint="load the file again: only what differs is sent",
            details={"set": list(done), "unknown": [change.name for change in changes if change.name not in done]},
        ) from None
    if failures:
        first = next(iter(failures.values()))
        reasons = list(dict.fromkeys(failure.message for failure in failures.values()))
        unknown = [name for name, failure in failures.items() if failure.details.get("sent")]
        if unknown:
            reasons.insert(0, f"{len(unknown)} more sent, of which it is not known whether they are set")
        raise type(first)(
            f"{vehicle.name}: {len(done)} of {len(changes)} parameters set and read back; {'; '.join(reasons)}",
            hint=first.hint,
            details={
                "set": list(done),
                "failed": [one.name for one in changes if one.name not in done],
                "unknown": unknown,
            },
        )
    return [done[change.name] for change in changes]
