"""A link's end on this machine: the port itself where nobody holds it, else a place at its owner's.

The owner of a link may end, or be killed, at any moment: then one of those who joined takes the port over. Whoever uses
the link does not notice, but for frames that were lost meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dronectl.errors import NotReady, StorageError
from dronectl.link.sharing.guest import Guest
from dronectl.link.sharing.holder import Claim, Holder, this_process
from dronectl.link.sharing.joiner import Joiner, JoinerCallbacks, Refused, join, unanswered
from dronectl.link.sharing.link_name import link_file, link_name
from dronectl.link.sharing.owner import LinkOwner, OwnerCallbacks
from dronectl.link.sharing.records import BadRecord
from dronectl.link.sharing.remote_station import RemoteCallbacks, RemoteStation
from dronectl.link.sharing.runtime_folder import runtime_folder
from dronectl.link.transport.endpoint import Callbacks, Endpoint, Peer
from dronectl.link.transport.endpoints import endpoint_for
from dronectl.link.transport.url import LinkKind, LinkUrl
from dronectl.protocol.vehicle.telemetry import STREAMED

log = logging.getLogger(__name__)

TAKEN_OVER_WITHIN_S = 3.0
"""After an owner's end: so long a link may be nobody's before it counts as down."""
_TRY_AGAIN_S = 0.05
_TRY_SELDOM_S = 1.0
_JOIN_WITHIN_S = 3.0
_MOST_PEERS = 64
_HEARTBEAT_ID, _HOME_POSITION_ID = 0, 242
_STATE_IDS = frozenset({_HEARTBEAT_ID, _HOME_POSITION_ID, *STREAMED.values()})


@dataclass(frozen=True, slots=True)
class SharedCallbacks:
    """What a shared link tells. Called on the event loop."""

    on_bytes: Callable[[bytes, Peer], None]
    """From the port itself."""
    on_frame: Callable[[bytes, str, float], None]
    """A whole frame that the link's owner believes, its peer, and how many seconds ago it came."""
    on_sent: Callable[[bytes, str], None]
    """A frame went out that another process wrote, and who that is; empty: we did, and the owner numbered it."""
    on_frame_of_joiner: Callable[[bytes, str, str], None]
    """A joiner wants this frame to go out, to which peer, and who that joiner is."""
    on_guests: Callable[[Sequence[Guest]], None]
    on_up: Callable[[], None]
    on_down: Callable[[str], None]
    on_peer_gone: Callable[[Peer], None]
    on_give_way: Callable[[int, str], None]
    on_denied: Callable[[int, str], None]
    """A frame to this system was not sent, and why."""
    on_owned: Callable[[], None]
    """The port is ours from now on; it is opened next."""
    on_stop: Callable[[], bool] = lambda: False


class SharedEndpoint:
    """Peers are told as text, which means the same to the owner and to who joined.

    Args:
        alone: the port for this process only; nobody may join.
    """

    def __init__(
        self,
        url: LinkUrl,
        callbacks: SharedCallbacks,
        *,
        reconnect: bool,
        connect_timeout_s: float,
        alone: bool = False,
    ) -> None:
        self.url = url
        self.drones: Sequence[Guest] = ()
        """What this process works with here; set before :meth:`open`."""
        self.owner: LinkOwner | None = None
        """Ours, while the port is."""
        self.joined: Joiner | None = None
        """Our place at the owner's, while we have one."""
        self._callbacks = callbacks
        self._alone = alone
        self._us = this_process()
        self._name = link_name(url)
        self._claim: Claim | None = None
        self._peers: dict[str, Peer] = {}
        self._joined_up = False
        self._joined_reason = "not opened yet"
        self._grace: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._first_attempt = asyncio.Event()
        port = Callbacks(self._on_bytes, self._on_port_up, self._on_port_down, self._on_port_peer_gone)
        self._remote: RemoteStation | None = None
        if url.kind is LinkKind.SHARED:
            told = RemoteCallbacks(self._on_remote_sent, self._on_denied)
            self._remote = RemoteStation(
                url, port, told, self._us, reconnect=reconnect, connect_timeout_s=connect_timeout_s
            )
        self._port: Endpoint = self._remote or endpoint_for(
            url, port, reconnect=reconnect, connect_timeout_s=connect_timeout_s
        )

    @property
    def is_joined(self) -> bool:
        """Another process, here or on another computer, owns it: it signs and judges, beats and measures."""
        return self._remote is not None or (self.owner is None and (self.joined is not None or self._grace is not None))

    @property
    def holder(self) -> Holder | None:
        """Who owns the link; None while nobody is known to."""
        if self._remote is not None:
            return self._remote.station
        if self.owner is not None:
            return self._us
        return None if self.joined is None else self.joined.owner

    @property
    def others(self) -> tuple[Holder, ...]:
        """Who joined the link beside us."""
        if self.owner is not None:
            return self.owner.joined
        return () if self.joined is None else self.joined.joined

    @property
    def is_up(self) -> bool:
        if self.owner is None:
            return self._joined_up
        return self._port.is_up or self._grace is not None

    @property
    def down_reason(self) -> str:
        return self._port.down_reason if self.owner is not None else self._joined_reason

    @property
    def refused_for_s(self) -> float:
        """So long every attempt to connect has been refused: the computer is there, and nothing listens."""
        return self._port.refused_for_s if self.owner is not None else 0.0

    async def open(self) -> None:
        """Returns when the port was tried, or the owner's door (see ``is_up``, ``down_reason``).

        Raises:
            NotReady: it is to be for this process alone, and another one has it.
        """
        folder = self._folder()
        self._claim = None if folder is None else Claim(folder / link_file(self.url))
        if self._alone and self._claim is not None and not self._take():
            raise NotReady(
                f"{self.url}: {self._claim.holder() or 'another dronectl'} holds it, and this needs it alone",
                hint="end that command first ('dronectl station status' lists all)",
            )
        self._task = asyncio.create_task(self._run(), name=f"shared {self.url}")
        self._task.add_done_callback(self._on_end)
        await self._first_attempt.wait()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._claim is not None:
            self._claim.free()

    def send(self, raw: bytes, peer: Peer | None, who: str = "") -> None:
        """A frame to a peer, to all peers when None; ``who`` wrote it, empty: we did. Silent when the link is down:
        frames get lost anyway."""
        if self.owner is not None:
            self._port.send(raw, None if peer is None else self._peers.get(str(peer), peer))
            if self._remote is None:
                self.owner.sent(raw, who or self._us.label)  # else the station tells how it went out
        elif self.joined is not None:
            self.joined.send(raw, "" if peer is None else str(peer))

    def heard(self, key: tuple[int, int, int], raw: bytes, peer: Peer) -> None:
        """The owner believes this frame: those who joined hear it too. ``key``: system, component, message id."""
        if self.owner is not None:
            self.owner.heard(key, raw, str(peer or ""))

    def give_way(self, system_id: int, who: str) -> None:
        """Asks every process on this link to end what would be in the way of an order to this system."""
        if self.owner is not None:
            self.owner.give_way(system_id, who)
        elif self.joined is not None:
            self.joined.give_way(system_id, who)

    async def _run(self) -> None:
        is_told = False
        while True:
            if self._claim is None or self._claim.is_held or self._take():
                await self._own()
                return
            why = await self._join()
            if why is None:
                self._begin_grace()
                is_told = False
                continue
            if self._grace is None:
                self._joined_reason = why
                self._first_attempt.set()
                if not is_told:
                    is_told = True
                    log.info("%s: %s", self.url, why)
            await asyncio.sleep(_TRY_AGAIN_S if self._grace is not None or not is_told else _TRY_SELDOM_S / 4)

    def _take(self) -> bool:
        assert self._claim is not None
        try:
            return self._claim.take(self._us)
        except OSError as error:
            log.warning("%s: cannot be shared: %s", self.url, error)
            self._claim = None
            return True

    async def _own(self) -> None:
        """The port is ours, until we end."""
        was_joined = self._grace is not None or self._joined_up
        owned = OwnerCallbacks(
            self._callbacks.on_frame_of_joiner,
            self._callbacks.on_guests,
            self._callbacks.on_give_way,
            self._callbacks.on_stop,
        )
        self.owner = owner = LinkOwner(str(self.url), self._us, owned, _STATE_IDS)
        try:
            if self._claim is not None and not self._alone:
                try:
                    door = await owner.open(self._claim.path.parent, self._name)
                    self._claim.tell(replace(self._us, door=door))
                except OSError as error:
                    log.warning("%s: cannot be shared: %s", self.url, error)
            if was_joined:
                log.info("%s: taken over", self.url)
            self._callbacks.on_owned()
            if self._remote is not None:
                self._remote.drones = self.drones
            await self._port.open()
            if self._port.is_up or not was_joined:
                self._end_grace()
            self._first_attempt.set()
            await asyncio.get_running_loop().create_future()  # until closed
        finally:
            self._end_grace()
            await self._port.close()
            if self._claim is not None:
                self._claim.free()  # before anybody hears of our end and wants it
            await owner.close()

    async def _join(self) -> str | None:
        """Works at the owner's link until the owner ends: None; or says why it cannot."""
        assert self._claim is not None
        owner = self._claim.holder()
        if owner is None:
            return "another dronectl is about to open it"
        if owner.door is None:
            return f"{owner} holds it and does not share it"
        callbacks = JoinerCallbacks(
            on_frame=self._callbacks.on_frame,
            on_sent=self._on_sent,
            on_up=self._on_joined_up,
            on_down=self._on_joined_down,
            on_peer_gone=self._callbacks.on_peer_gone,
            on_give_way=self._callbacks.on_give_way,
            on_denied=self._callbacks.on_denied,
        )
        try:
            joiner, reader = await join(owner, self._us, self.drones, callbacks, timeout_s=_JOIN_WITHIN_S)
        except (OSError, BadRecord, Refused) as error:
            return f"{owner} holds it and {unanswered(owner, error)}"
        self.joined = joiner
        self._end_grace()
        self._first_attempt.set()
        try:
            await joiner.until_owner_ends(reader)
        except (BadRecord, Refused) as error:
            log.warning("%s: what %s says is not understood: %s", self.url, owner, error)
        finally:
            self.joined = None
            joiner.close()
        return None

    def _begin_grace(self) -> None:
        if self._joined_up and self._grace is None:
            self._grace = asyncio.get_running_loop().call_later(TAKEN_OVER_WITHIN_S, self._grace_over)

    def _grace_over(self) -> None:
        self._grace = None
        self._on_joined_down("its owner ended, and nobody could take it over")

    def _end_grace(self) -> None:
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None

    def _on_joined_up(self) -> None:
        self._joined_up, self._joined_reason = True, ""
        self._callbacks.on_up()

    def _on_joined_down(self, reason: str) -> None:
        was_up, self._joined_up = self._joined_up, False
        self._joined_reason = reason
        if was_up:
            self._callbacks.on_down(reason)

    def _on_bytes(self, data: bytes, peer: Peer) -> None:
        if peer is None:
            self._callbacks.on_bytes(data, None)
            return
        name = _text_of(peer)
        if self._peers.pop(name, None) is None and len(self._peers) >= _MOST_PEERS:
            del self._peers[next(iter(self._peers))]
        self._peers[name] = peer
        self._callbacks.on_bytes(data, name)

    def _on_port_up(self) -> None:
        self._end_grace()
        self._joined_up = False
        if self.owner is not None:
            self.owner.up()
        self._callbacks.on_up()

    def _on_port_down(self, reason: str) -> None:
        if self.owner is not None:
            self.owner.down(reason)
        self._callbacks.on_down(reason)

    def _on_sent(self, raw: bytes, who: str) -> None:
        self._callbacks.on_sent(raw, "" if who == self._us.label else who)

    def _on_remote_sent(self, raw: bytes, who: str) -> None:
        if self.owner is not None:
            self.owner.sent(raw, who)
        self._on_sent(raw, who)

    def _on_denied(self, system_id: int, why: str) -> None:
        if self.owner is not None:
            self.owner.denied(system_id, why)
        self._callbacks.on_denied(system_id, why)

    def _on_port_peer_gone(self, peer: Peer) -> None:
        name = _text_of(peer)
        if self.owner is not None:
            self.owner.peer_gone(name)
        self._callbacks.on_peer_gone(name)

    def _folder(self) -> Path | None:
        try:
            return runtime_folder()
        except StorageError as error:
            log.warning("links are not shared with other commands: %s", error.message)
            return None

    def _on_end(self, task: asyncio.Task[None]) -> None:
        """A fault of ours ends the link: nobody may wait for it, and it must be seen."""
        self._first_attempt.set()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._joined_reason = f"fault in dronectl: {error!r}"
            self._callbacks.on_down(self._joined_reason)
            context: dict[str, Any] = {"message": f"fault on link {self.url}", "exception": error, "task": task}
            task.get_loop().call_exception_handler(context)


def _text_of(peer: Peer) -> str:
    """``127.0.0.1:14550``."""
    if isinstance(peer, tuple) and len(peer) >= 2:
        return f"{peer[0]}:{peer[1]}"
    return str(peer)
