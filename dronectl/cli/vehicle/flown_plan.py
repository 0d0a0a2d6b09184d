"""``--plan`` and ``--sortie`` of commands that show a flight: what the plan makes one expect of each drone."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.ops.alarms.expected import ExpectedFlight


@dataclass(frozen=True)
class FlownPlan:
    """``plan`` None: none was named."""

    plan: Plan | None = None
    sortie: int = 1

    @classmethod
    def read(cls, folder: Path | None, sortie: int) -> FlownPlan:
        """
        Raises:
            InputError: no plan there, or it has no such sortie.
        """
        from dronectl.formats.plans.plan_folder import read_plan

        if folder is None:
            return cls()
        plan = read_plan(folder)
        if sortie not in plan.sortie_numbers():
            numbers = ", ".join(map(str, plan.sortie_numbers()))
            raise InputError(f"{folder}: no sortie {sortie}", hint=f"it has: {numbers}")
        return cls(plan, sortie)

    def expected(self) -> dict[str, ExpectedFlight]:
        """By drone; what the site's rules say of it comes with the site."""
        from dronectl.ops.alarms.expected import expected_flight

        planned = self.plan.drones if self.plan is not None else ()
        return {drone.name: expected_flight(drone, self.sortie) for drone in planned}


def flown_plan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds ``--plan`` and ``--sortie``; the command gets ``flown``, a :class:`FlownPlan`."""

    @click.option(
        "--plan",
        type=click.Path(path_type=Path, file_okay=False),
        help="The plan that is flown: its way, its fence and its battery are known then.",
    )
    @click.option(
        "--sortie", type=click.IntRange(min=1), default=1, show_default=True, help="Which sortie of the plan."
    )
    @functools.wraps(function)
    def call(*args: Any, plan: Path | None, sortie: int, **kwargs: Any) -> Any:
        return function(*args, flown=FlownPlan.read(plan, sortie), **kwargs)

    return call
