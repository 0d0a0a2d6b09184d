"""The sinks that dronectl.toml names, around an open fleet."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, InputError
from dronectl.model.broker import MqttSettings
from dronectl.model.plan.flown_sortie import FlownSortie
from dronectl.model.tak.settings import TakSettings, TakTransport
from dronectl.model.text.shown_time import now
from dronectl.ops.common.events import Event, Listener, Note
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.publishing.secrets import password_of
from dronectl.site.workspace import read_site

if TYPE_CHECKING:
    import ssl

    from dronectl.model.incidents.errand import FlownErrand
    from dronectl.model.incidents.incident import Incident
    from dronectl.model.site import Site
    from dronectl.ops.incidents.book import IncidentBook
    from dronectl.ops.publishing.publisher import Publisher
    from dronectl.sinks.sink import Sink

    Say = Callable[[str], None]

OUTBOX = Path("flights") / "outbox" / "mqtt.sqlite"
"""In the workspace: what was not delivered yet."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Whom to tell. ``root``: the workspace."""

    broker: MqttSettings | None = None
    root: Path = Path()
    tak: TakSettings | None = None

    @property
    def is_on(self) -> bool:
        """Whether pictures of the fleet are wanted."""
        return self.broker is not None or self.tak is not None

    @asynccontextmanager
    async def of(self, listener: Listener, flown: FlownSortie | None = None) -> AsyncIterator[Listener]:
        """Within: what the yielded listener hears, pictures of the fleet above all, is told to the broker and to TAK as
        well. Nothing waits for that but the end, some seconds at most; what a broker did not take by then is kept for
        the next time. Where a password or certificate cannot be used the listener is told, and nothing is published
        there: that is no reason not to fly or to watch.
        """
        async with self._by_mqtt(listener, flown) as told, self._by_tak(told, flown) as heard:
            yield heard

    @asynccontextmanager
    async def _by_mqtt(self, listener: Listener, flown: FlownSortie | None) -> AsyncIterator[Listener]:
        if self.broker is None:
            yield listener
            return
        from dronectl.ops.publishing.publisher import Publisher

        try:
            sink = self._sink(self.broker, _from_a_thread(listener))
        except InputError as error:
            listener(_not_published(error))
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

    @asynccontextmanager
    async def _by_tak(self, listener: Listener, flown: FlownSortie | None) -> AsyncIterator[Listener]:
        if self.tak is None:
            yield listener
            return
        from dronectl.ops.tak.session import TakSources, tak_session

        try:
            context = await asyncio.to_thread(_tls, self.tak, self.root)
        except InputError as error:
            listener(_not_published(error))
            yield listener
            return
        sources = TakSources(self.root, lambda: read_site(self.root), _incidents, self._errands, flown)
        async with tak_session(self.tak, context, sources, listener) as session:

            def listen(event: Event) -> None:
                listener(event)
                session.on_event(event)

            yield listen

    def _errands(self) -> list[FlownErrand]:
        from dronectl.ops.incidents.flown_errands import errands_under_way

        return errands_under_way(self.root / "flights", now())

    def _sink(self, broker: MqttSettings, say: Say) -> Sink:
        try:
            from dronectl.sinks.mqtt import MqttChannel
        except ModuleNotFoundError as error:
            raise InputError(
                "dronectl.toml has [mqtt], and paho-mqtt is not installed", hint="pip install 'dronectl[mqtt]'"
            ) from error
        from dronectl.sinks.stored_sink import StoredSink

        password = password_of("mqtt", broker.password_env, broker.password_file, self.root)
        return StoredSink(MqttChannel(broker, password, self.root), self.root / OUTBOX, broker.store_reports, say)


NOT_PUBLISHED = Publish()


def _not_published(error: InputError) -> Note:
    return Note(f"nothing is published: {error.message} ({error.hint})", level="error")


def _tls(tak: TakSettings, root: Path) -> ssl.SSLContext | None:
    """
    Raises:
        InputError: a certificate, key or password cannot be used.
    """
    if tak.transport is not TakTransport.TLS:
        return None
    from dronectl.storage.tls_files import client_context

    return client_context(
        root,
        "tak",
        ca_file=tak.ca_file,
        cert_file=tak.client_cert_file,
        key_file=tak.client_key_file,
        p12_file=tak.client_p12_file,
        password=password_of("tak", tak.password_env, tak.password_file, root),
    )


def _incidents(site: Site) -> list[Incident]:
    """
    Raises:
        InputError: the book cannot be read.
    """
    return _book_of(site.root, site.time_zone).incidents()


@functools.lru_cache(maxsize=4)
def _book_of(root: Path, time_zone: str) -> IncidentBook:
    """Kept, as what was read of it is."""
    from zoneinfo import ZoneInfo

    from dronectl.ops.incidents.book import IncidentBook

    return IncidentBook(root, ZoneInfo(time_zone))


def _tell_plan(publisher: Publisher, flown: FlownSortie | None, state: str) -> None:
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
