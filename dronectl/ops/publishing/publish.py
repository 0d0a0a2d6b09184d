"""The sinks that dronectl.toml names, around an open fleet."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, InputError
from dronectl.model.broker import MqttSettings
from dronectl.model.plan.plan import Plan
from dronectl.ops.common.events import Event, Listener, Note
from dronectl.ops.common.parallel import to_the_end
from dronectl.storage.reading import read_text

if TYPE_CHECKING:
    from dronectl.ops.publishing.publisher import Publisher
    from dronectl.sinks.sink import Sink

    Say = Callable[[str], None]

OUTBOX = Path("flights") / "outbox" / "mqtt.sqlite"
"""In the workspace: what was not delivered yet."""


@dataclass(frozen=True, slots=True)
class FlownPlan:
    """Which sortie of which plan is flown."""

    plan: Plan
    sortie: int
    drones: tuple[str, ...]
    """Who flies it."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Whom to tell. ``root``: the workspace."""

    broker: MqttSettings | None = None
    root: Path = Path()

    @property
    def is_on(self) -> bool:
        """Whether pictures of the fleet are wanted."""
        return self.broker is not None

    @asynccontextmanager
    async def of(self, listener: Listener, flown: FlownPlan | None = None) -> AsyncIterator[Listener]:
        """Within: what the yielded listener hears, pictures of the fleet above all, is told to the broker as well.
        Nothing waits for that but the end, some seconds at most; what is not delivered then is kept for the next time.
        Where a password or certificate cannot be used the listener is told, and nothing is published: that is no
        reason not to fly or to watch.
        """
        if self.broker is None:
            yield listener
            return
        from dronectl.ops.publishing.publisher import Publisher

        try:
            sink = self._sink(self.broker, _from_a_thread(listener))
        except InputError as error:
            listener(Note(f"nothing is published: {error.message} ({error.hint})", level="error"))
            yield listener
            return
        publisher = Publisher([sink], self.broker.rate_hz)

        def listen(event: Event) -> None:
            listener(event)
            publisher.on_event(event)

        try:
            _tell_plan(publisher, flown, "begun")
            yield listen
        except DronectlError as error:
            publisher.on_event(Note(error.message, level="error"))
            raise
        finally:
            _tell_plan(publisher, flown, "ended")
            publisher.tell_last()
            await _close(sink, listener)

    def _sink(self, broker: MqttSettings, say: Say) -> Sink:
        try:
            from dronectl.sinks.mqtt import MqttChannel
        except ModuleNotFoundError as error:
            raise InputError(
                "dronectl.toml has [mqtt], and paho-mqtt is not installed", hint="pip install 'dronectl[mqtt]'"
            ) from error
        from dronectl.sinks.stored_sink import StoredSink

        channel = MqttChannel(broker, _password(broker, self.root), self.root)
        return StoredSink(channel, self.root / OUTBOX, broker.store_reports, say)


NOT_PUBLISHED = Publish()


def _tell_plan(publisher: Publisher, flown: FlownPlan | None, state: str) -> None:
    from dronectl.ops.publishing.reports import plan_report

    if flown is None:
        return
    for drone in flown.plan.drones:
        if drone.name in flown.drones:
            publisher.tell(plan_report(flown.plan, drone, flown.sortie, state))


async def _close(sink: Sink, listener: Listener) -> None:
    await to_the_end(asyncio.to_thread(sink.close))
    counts = sink.counts
    if dropped := sum(counts.dropped.values()):
        listener(Note(f"{sink.name}: {dropped} reports were dropped", level="warning"))
    if counts.waiting:
        listener(Note(f"{sink.name}: {counts.waiting} reports wait on the disk for the next time", level="warning"))


def _from_a_thread(listener: Listener) -> Say:
    """Tells the listener on the loop, where it belongs."""
    loop = asyncio.get_running_loop()

    def say(text: str) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(listener, Note(text))

    return say


def _password(broker: MqttSettings, root: Path) -> str | None:
    """
    Raises:
        InputError: it is not where dronectl.toml says.
    """
    if broker.password_env is not None:
        if (password := os.environ.get(broker.password_env)) is None:
            raise InputError(
                f"dronectl.toml: [mqtt]: the environment has no {broker.password_env}", hint="set it to the password"
            )
        return password
    if broker.password_file is None:
        return None
    path = root / broker.password_file
    lines = read_text(path).splitlines()
    if not lines:
        raise InputError(f"{path}: is empty", hint="the password is its first line")
    return lines[0]
