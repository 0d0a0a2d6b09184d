"""Runs protocol machines on the event loop: messages in, timeouts when due, effects out, outcome back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from dronectl.errors import DronectlError, Interrupted
from dronectl.model.message import Message
from dronectl.protocol.core.machine import BaseMachine, Effect, Machine, Send
from dronectl.protocol.core.request_timer import LinkEstimate

T = TypeVar("T")

OnProgress = Callable[[int, int], None]
"""Called with ``done`` and ``total``; ``total`` 0 is not known yet."""


class MachineRun(Generic[T]):
    """One machine under way. Feed it with every message; :meth:`result` waits for its end."""

    def __init__(self, machine: Machine[T], send: Callable[[Send], None], on_progress: OnProgress | None) -> None:
        self._machine = machine
        self._send = send
        self._on_progress = on_progress
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[T] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due_s: float | None = None

    async def result(self) -> T:
        """Starts the machine and returns its result.

        Raises:
            DronectlError: the machine's own error, or the one given to :meth:`fail`.
            asyncio.CancelledError: given up; the vehicle has been told what the machine wants to say then.
        """
        try:
            self._carry_out(self._machine.start(self._loop.time()))
            return await self._done
        except asyncio.CancelledError:
            if self._machine.outcome is None:
                self._carry_out(self._machine.cancel(self._loop.time()))
            raise
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def feed(self, message: Message) -> None:
        if not self._done.done():
            self._carry_out(self._machine.on_message(message, self._loop.time()))

    def on_new_link(self) -> None:
        """From now on the vehicle is reached over another link."""
        if not self._done.done():
            self._carry_out(self._machine.on_new_link(self._loop.time()))

    @property
    def gives_way(self) -> bool:
        """It fills the link for long, and can be asked again."""
        return isinstance(self._machine, BaseMachine) and self._machine.gives_way

    def fail(self, error: DronectlError) -> None:
        """Ends it from outside: the link fell."""
        if not self._done.done():
            self._done.set_exception(error)

    def _carry_out(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self._send(effect)
            elif self._on_progress is not None:
                self._on_progress(effect.done, effect.total)
        outcome = self._machine.outcome
        if outcome is None:
            self._set_timer()
        elif self._done.done():
            return
        elif isinstance(outcome, DronectlError):
            self._done.set_exception(outcome)
        else:
            self._done.set_result(outcome)

    def _set_timer(self) -> None:
        due_s = self._machine.deadline_s
        if due_s == self._timer_due_s and self._timer is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due_s = due_s
        self._timer = None if due_s is None else self._loop.call_at(due_s, self._on_time)

    def _on_time(self) -> None:
        self._timer = self._timer_due_s = None
        if not self._done.done():
            self._carry_out(self._machine.on_timeout(self._loop.time()))


class MachineRuns:
    """The machines that run on one vehicle's links, at the same time."""

    def __init__(self, link: LinkEstimate, station_id: int) -> None:
        self._link = link
        self._station_id = station_id
        self._runs: set[MachineRun[Any]] = set()

    async def run(self, machine: Machine[T], send: Callable[[Send], None], on_progress: OnProgress | None) -> T:
        """
        Raises:
            DronectlError: the machine's own error, or the one given to :meth:`fail`.
        """
        if isinstance(machine, BaseMachine):
            machine.link = self._link
            machine.station_id = self._station_id
        run = MachineRun(machine, send, on_progress)
        self._runs.add(run)
        try:
            return await run.result()
        finally:
            self._runs.discard(run)

    def feed(self, message: Message) -> None:
        for run in tuple(self._runs):
            run.feed(message)

    def on_new_link(self) -> None:
        for run in tuple(self._runs):
            run.on_new_link()

    def give_way(self, who: str) -> None:
        """Ends those that fill the link for long, for an order from ``who``."""
        for run in tuple(self._runs):
            if run.gives_way:
                run.fail(Interrupted(f"stopped: {who} has the way", hint="ask again when that is done"))

    def fail(self, error: DronectlError) -> None:
        """Ends all of them, each with an error of its own."""
        for run in tuple(self._runs):
            run.fail(type(error)(error.message, hint=error.hint, details=error.details))
