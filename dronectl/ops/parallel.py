"""The same thing on several drones at once, with every failure told and none lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink

T = TypeVar("T")


async def on_each(vehicles: Sequence[VehicleLink], action: Callable[[VehicleLink], Awaitable[T]]) -> dict[str, T]:
    """Runs ``action`` on all vehicles in parallel, each to its end, and returns the results by drone name.

    Raises:
        DronectlError: what failed; several failures become one error of the first one's kind that names them all.
    """
    outcomes = await asyncio.gather(*(action(vehicle) for vehicle in vehicles), return_exceptions=True)
    failures: list[DronectlError] = []
    results: dict[str, T] = {}
    for vehicle, outcome in zip(vehicles, outcomes, strict=True):
        if isinstance(outcome, DronectlError):
            failures.append(named(outcome, vehicle.name))
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            results[vehicle.name] = outcome
    if failures:
        raise joined(failures)
    return results


def named(error: DronectlError, drone: str) -> DronectlError:
    """The same error with the drone's name in front, unless its message has it already."""
    if drone not in error.message:
        error.message = f"{drone}: {error.message}"
    error.details.setdefault("drone", drone)
    return error


def joined(errors: Sequence[DronectlError]) -> DronectlError:
    """One error that says what all of them say."""
    if len(errors) == 1:
        return errors[0]
    first = errors[0]
    message = "; ".join(error.message for error in errors)
    hint = next((error.hint for error in errors if error.hint), "")
    return type(first)(message, hint=hint, details={"drones": [error.details.get("drone") for error in errors]})
