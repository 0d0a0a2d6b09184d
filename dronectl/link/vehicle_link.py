"""One drone over its links: what use cases hold to ask it and to tell it something."""

from __future__ import annotations

import asyncio
import math
import os
import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

from dronectl.errors import DronectlError, NoAnswer
from dronectl.link.aircraft_identity import AircraftIdentity
from dronectl.link.presence import Presence
from dronectl.link.quality import LinkReport
from dronectl.link.router import Link
from dronectl.link.runner import MachineRuns, OnProgress
from dronectl.link.sharing.lease import DroneLease
from dronectl.link.signing.signer import Signing
from dronectl.link.silence_diagnosis import why_silent
from dronectl.link.vehicle_frames import Tap, VehicleFrames
from dronectl.link.vehicle_paths import VehiclePaths
from dronectl.link.vehicle_receiver import VehicleReceiver
from dronectl.model.fleet import Drone
from dronectl.model.message import Message
from dronectl.protocol.core.machine import BaseMachine, Machine, Send
from dronectl.protocol.vehicle.freshness import SLOW_HZ
from dronectl.protocol.vehicle.identity import ASK_HEARTBEAT, Identity, ReadIdentity
from dronectl.protocol.vehicle.streams import RequestStreams, Stream, StreamsResult
from dronectl.protocol.vehicle.telemetry import STREAMED, VehicleState

T = TypeVar("T")

_ASK_AGAIN_S = 0.25
_ASK_HEARTBEAT_AGAIN_S = 0.5
_LISTEN_S = 1.3
"""So long who joins a link listens for what others have asked for."""
_STATION_FRESH_S = 10.0
"""A ground station's heartbeat comes once a second; over two radios some get lost."""
_FAST_STREAMS = frozenset({"GLOBAL_POSITION_INT", "ATTITUDE", "VFR_HUD"})
"""Battery, GPS, mission, EKF and home change slowly: a high rate is for position and attitude."""


class VehicleLink:
    """One drone of the fleet. Made by :func:`open_fleet`.

    What it is made of, each with one idea: ``state``, what it says of itself; ``paths``, its links and which of them is
    used; ``identity``, which aircraft is there; ``frames``, how frames are signed, sent and shown; ``receiver``, what
    comes in.
    """

    def __init__(
        self, drone: Drone, links: Sequence[Link], taps: list[Tap], signing: Signing, *, reconnect: bool
    ) -> None:
        self.name = drone.name
        self.system_id = drone.system_id
        self.station = drone.station
        self.state = VehicleState(system_id=drone.system_id)
        self.paths = VehiclePaths(links, self.state.loss)
        self.frames = VehicleFrames(drone, self.paths, taps, signing)
        self._runs = MachineRuns(self.paths, drone.station.system_id)
        self._presence = Presence(self.state, self.paths)
        self.identity = AircraftIdentity(drone, self.paths, self._on_conflict)
        self.receiver = VehicleReceiver(
            drone.name, drone.system_id, self.state, self.paths, self.frames, self.identity, self._presence, self._runs
        )
        self.lease = self.new_lease()
        self._reconnect = reconnect
        self._has_listened = False

    @property
    def url(self) -> str:
        """The link in use, as a URL; while there is none, all of them."""
        return self.paths.url

    @property
    def firmware(self) -> str | None:
        """``4.7.0``, once the vehicle has said so (:meth:`identify`)."""
        return self.identity.firmware

    @property
    def signing(self) -> Signing:
        return self.frames.signing

    @signing.setter
    def signing(self, signing: Signing) -> None:
        self.frames.signing = signing

    @property
    def silent_s(self) -> float | None:
        """Seconds since its last heartbeat; None before the first."""
        last_s = self.state.last_heartbeat_s
        return None if last_s is None else asyncio.get_running_loop().time() - last_s

    @property
    def stations_heard(self) -> frozenset[int]:
        """System ids of other ground stations whose heartbeats came lately, over the links to this vehicle."""
        oldest_s = asyncio.get_running_loop().time() - _STATION_FRESH_S
        heard = (path.link.stations_s.items() for path in self.paths.all)
        return frozenset(system_id for stations in heard for system_id, at_s in stations if at_s >= oldest_s)

    @property
    def links(self) -> tuple[LinkReport, ...]:
        """How well its links carry it now."""
        return self.paths.reports(asyncio.get_running_loop().time())

    async def wait_alive(self, timeout_s: float, *, refused_s: float = math.inf, asks: bool = False) -> None:
        """Returns when the vehicle's heartbeat is there. ``asks``: for one that is not to be waited for up to a second,
        until the vehicle says it by itself.

        Raises:
            NoAnswer: it is not, after ``timeout_s``; all links refused for ``refused_s``; the link is down for good.
            IdentityError: other vehicles answer on its link, or two with its system id.
        """
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + timeout_s
        ask_s = loop.time() if asks else math.inf
        while True:
            self.identity.require_usable()
            if self._presence.is_there(loop.time()):
                return
            if loop.time() >= ask_s and self.paths.is_up:
                self.frames.send_to_all(Send(*ASK_HEARTBEAT))
                ask_s = loop.time() + _ASK_HEARTBEAT_AGAIN_S
            left_s = deadline_s - loop.time()
            is_refused = min(path.link.endpoint.refused_for_s for path in self.paths.all) >= refused_s
            if left_s <= 0 or is_refused or not (self.paths.is_up or self._reconnect):
                raise why_silent(self.name, self.system_id, self.paths, timeout_s, self.signing.why_silent())
            looks_again = asks or refused_s != math.inf
            await self._presence.changed(min(left_s, _ASK_AGAIN_S) if looks_again else left_s)

    async def run(self, machine: Machine[T], on_progress: OnProgress | None = None) -> T:
        """Runs a protocol machine to its end. Several may run at once.

        Raises:
            DronectlError: the machine's error; NoAnswer when the link falls; IdentityError when a second aircraft
                with this system id shows up; NotReady when another process transfers something, and this machine
                would too; Interrupted when an emergency order needed the way.
        """
        return await self._run(machine, self.frames.send, on_progress)

    async def identify(self, *, thorough: bool = True) -> Identity:
        """Asks the vehicle who it is, on each of its links; ``thorough`` as
        :class:`dronectl.protocol.vehicle.identity.ReadIdentity` has it.

        Raises:
            NoAnswer: it does not say. IdentityError: two aircraft answer, or one may be another.
        """
        identity = await self._run(ReadIdentity(thorough=thorough), self.frames.send_to_all, None)
        if self.paths.several:
            await self.identity.prove_paths(self.frames.send_to_all)
        return identity

    async def request_streams(self, rate_hz: float, *, slower: bool = False) -> StreamsResult:
        """Asks for the messages that :attr:`state` is made of: position and attitude at ``rate_hz``, the rest at most
        twice a second. What does not come is told in the result. On a link that others share, what flows at that rate
        already is left as it is; unless it is to be ``slower``, for all of them.

        Raises:
            NoAnswer: the link falls.
        """
        if self.paths.is_joined and not self._has_listened:
            await asyncio.sleep(_LISTEN_S)
        self._has_listened = True
        self.state.asked_hz = rate_hz
        wanted = [
            Stream(name, number, rate_hz if name in _FAST_STREAMS else min(rate_hz, SLOW_HZ))
            for name, number in STREAMED.items()
        ]
        if self.paths.is_shared and not slower:
            now_s, flows = asyncio.get_running_loop().time(), self.state.arrivals.flows
            wanted = [one for one in wanted if not flows(one.name, one.rate_hz, now_s)]
        return await self.run(RequestStreams(wanted))

    def send(self, name: str, **fields: Any) -> None:
        """Sends one message; its target is filled in. Nothing is awaited and nothing is certain.

        Raises:
            ValueError: no such message or field, or a value that does not fit.
        """
        self.frames.send(Send(name, fields))

    def new_lease(self) -> DroneLease:
        """For another hand than this process's own."""
        return DroneLease(self.name, self.system_id, [path.link.url for path in self.paths.all])

    def send_for(self, frame: bytes) -> None:
        """Sends a frame that somebody else has written."""
        self.frames.send_raw(frame)

    def clear_way(self, order: str) -> None:
        """An order goes out that nothing may hold up: what fills the link to this drone, here or in another process,
        ends."""
        who = f"{order} by pid {os.getpid()}"
        self.receiver.give_way(who)
        for path in self.paths.all:
            path.link.endpoint.give_way(self.system_id, who)

    def subscribe(self, callback: Callable[[Message], None]) -> Callable[[], None]:
        """Calls back with every message of this system, all components. Returns what ends it."""
        return self.receiver.subscribe(callback)

    async def _run(self, machine: Machine[T], send: Callable[[Send], None], on_progress: OnProgress | None) -> T:
        self.identity.require_usable()
        if not self.paths.is_up:
            reasons = "; ".join(path.link.endpoint.down_reason for path in self.paths.all)
            raise NoAnswer(f"no link to {self.name}: {reasons}", hint=f"check {self.url}")
        transfers = isinstance(machine, BaseMachine) and machine.transfers
        try:
            with self.lease.held() if transfers else nullcontext():
                return await self._runs.run(machine, send, on_progress)
        except NoAnswer as error:
            self._tell_more(error)
            raise

    def _tell_more(self, error: NoAnswer) -> None:
        """Who did not answer, and how long ago it was heard."""
        if not re.search(rf"(?<!\w){re.escape(self.name)}(?!\w)", error.message):
            silent_s = self.silent_s
            heard = "not heard yet" if silent_s is None else f"heard {silent_s:.1f} s ago"
            error.message = f"{self.name}: {error.message}, {heard}"

    def _on_conflict(self, error: DronectlError) -> None:
        self._runs.fail(error)
        self._presence.wake()
