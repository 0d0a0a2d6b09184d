"""The same thing on several drones at once, with every failure told and none lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from dronectl.errors import DronectlError, IdentityError, Interrupted
from dronectl.link.fleet_link import VehicleLink

T = TypeVar("T")


async def on_each(
    vehicles: Sequence[VehicleLink],
    action: Callable[[VehicleLink], Coroutine[Any, Any, T]],
    *,
    stop_at_first_failure: bool = False,
) -> dict[str, T]:
    """Runs ``action`` on all vehicles in parallel, each to its end, and returns the results by drone name.

    With ``stop_at_first_failure`` the others are cancelled as soon as one has failed. When this call is cancelled, all
    actions are, and it waits for what they clean up; what they then say (``Interrupted``) is raised.

    Raises:
        DronectlError: what failed; several failures become one error of the first one's kind that names them all, and
            of the kind IdentityError if one of them is.
    """
    if not vehicles:
        return {}
    tasks = {vehicle.name: asyncio.create_task(action(vehicle)) for vehicle in vehicles}
    cancelled = False
    try:
        when = asyncio.FIRST_EXCEPTION if stop_at_first_failure else asyncio.ALL_COMPLETED
        await asyncio.wait(tasks.values(), return_when=when)
    except asyncio.CancelledError:
        cancelled = True
    for task in tasks.values():
        task.cancel()
    await to_the_end(asyncio.wait(tasks.values()))
    failures: list[DronectlError] = []
    results: dict[str, T] = {}
    for name, task in tasks.items():
        error = None if task.cancelled() else task.exception()
        if isinstance(error, DronectlError):
            failures.append(named(error, name))
        elif error is not None:
            raise error
        elif not task.cancelled():
            results[name] = task.result()
    if cancelled:
        told = [failure for failure in failures if isinstance(failure, Interrupted)]
        raise joined(told) if told else asyncio.CancelledError
    if failures:
        raise joined(failures)
    return results


async def to_the_end(work: Awaitable[T]) -> T:
    """Awaits ``work`` to its end, whatever cancels the caller meanwhile: for what puts things back into order.

    The work must be bounded in time, and the caller must end after it.
    """
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    return task.result()


async def failure_of(work: Awaitable[object]) -> BaseException | None:
    """What ``work`` failed with, whatever it is, or None: for what must not keep others from their turn."""
    (outcome,) = await asyncio.gather(work, return_exceptions=True)
    return outcome if isinstance(outcome, BaseException) else None


def named(error: DronectlError, drone: str) -> DronectlError:
    """The same error with the drone's name in front, unless its message has it already."""
    if not re.search(rf"(?<!\w){re.escape(drone)}(?!\w)", error.message):
        error.message = f"{drone}: {error.message}"
    error.details.setdefault("drone", drone)
    return error


def joined(errors: Sequence[DronectlError]) -> DronectlError:
    """One error that says what all of them say. The wrong aircraft comes first: nothing else matters as much."""
    if len(errors) == 1:
        return errors[0]
    errors = sorted(errors, key=lambda error: not isinstance(error, IdentityError))
    first = errors[0]
    message = "; ".join(error.message for error in errors)
    hint = next((error.hint for error in errors if error.hint), "")
    return type(first)(message, hint=hint, details={"drones": [error.details.get("drone") for error in errors]})
