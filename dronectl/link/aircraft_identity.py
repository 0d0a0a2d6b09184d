"""Which aircraft answers under one system id, by its uid and by where its frames come from; and whether it is one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from dronectl.errors import DronectlError, IdentityError
from dronectl.link.codec import MavlinkFrame
from dronectl.link.transport.endpoint import Peer
from dronectl.link.transport.url import LinkUrl
from dronectl.link.vehicle_paths import VehiclePath, VehiclePaths
from dronectl.model.fleet import Drone
from dronectl.model.message import Message
from dronectl.protocol.core.machine import Send
from dronectl.protocol.vehicle.identity import ASK_IDENTITY, SAME_SYSTEM_ID_HINT, identity_of, two_aircraft

log = logging.getLogger(__name__)

_PROOF_S = 6.0
"""So long a link on which the system id is heard may take to say who is there."""
_LISTEN_S = 2.5
"""So long a link that is up may be silent before nobody is taken to be there: a vehicle beats once a second."""
_ASK_AGAIN_S = 0.25


class AircraftIdentity:
    """What is known of the aircraft behind the links of a drone. ``on_conflict`` is told when it may be two."""

    def __init__(self, drone: Drone, paths: VehiclePaths, on_conflict: Callable[[DronectlError], None]) -> None:
        self.firmware: str | None = None
        """``4.7.0``, once the vehicle has said so."""
        self.capabilities = 0
        """Bits of MAV_PROTOCOL_CAPABILITY, likewise."""
        self._name = drone.name
        self._system_id = drone.system_id
        self._recorded_uid = drone.uid
        self._paths = paths
        self._on_conflict = on_conflict
        self._fault: DronectlError | None = None

    def require_usable(self) -> None:
        """
        Raises:
            DronectlError: why nothing may be sent to it: two aircraft, or a key that cannot be used.
        """
        if self._fault is not None:
            raise _copy_of(self._fault)

    def set_key_fault(self, fault: DronectlError) -> None:
        """Its key cannot be used: this drone is of no use, and the others are."""
        self._fault = self._fault or fault

    def accepts(
        self,
        frame: MavlinkFrame,
        path: VehiclePath,
        source: tuple[LinkUrl, Peer],
        now_s: float,
        *,
        may_move: bool = True,
    ) -> bool:
        """Whether a frame came from where the aircraft is; ``may_move`` False: it cannot have come there."""
        accepted = path.peer_guard.accept(frame.raw, source, now_s, may_move=may_move)
        if path.peer_guard.rival is not None and self._fault is None:
            other = path.peer_guard.rival
            place = f"{other[0]} {other[1] or ''}".strip() if isinstance(other, tuple) else str(other)
            self._set_conflict(
                IdentityError(
                    f"two aircraft speak as system {self._system_id}: one on {path.url}, one on {place}",
                    hint=SAME_SYSTEM_ID_HINT,
                )
            )
        return accepted

    def take_version(self, message: Message, path: VehiclePath) -> str | None:
        """The uid in an AUTOPILOT_VERSION, once it is held against that of all answers before."""
        identity, known = identity_of(message), self._paths.uid
        uid = identity.uid
        if known is not None and uid is not None and uid != known and self._fault is None:
            where = f"{uid} on {path.url}" if self._paths.several else uid
            self._set_conflict(two_aircraft(self._system_id, known, where))
        self._paths.uid = known or uid
        if self._fault is None:
            self.firmware = identity.firmware
            self.capabilities = identity.capabilities
        return uid

    async def prove_paths(self, ask: Callable[[Send], None]) -> None:
        """Waits until each open link has said which aircraft is there, or is silent.

        Raises:
            IdentityError: two aircraft; or on one link there may be another one, and no uid is recorded to tell by.
        """
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while self._fault is None:
            unproven = self._paths.unproven(loop.time())
            silent = [path for path in self._paths.all if path.is_open and not path.is_heard(loop.time())]
            waited_s = loop.time() - began_s
            if not (unproven and waited_s < _PROOF_S) and not (silent and waited_s < _LISTEN_S):
                break
            await asyncio.sleep(_ASK_AGAIN_S)
            if unproven or silent:
                name, fields = ASK_IDENTITY
                ask(Send(name, fields))
        self.require_usable()
        for path in self._paths.unproven(loop.time()):
            text = (
                f"{self._name}: system {self._system_id} is heard on {path.url} too, but does not say there who it is"
            )
            if self._recorded_uid is None:
                hint = "leave that link out (--link), or record the drone's uid over the other one ('fleet record')"
                raise IdentityError(f"{text}: it may be another aircraft", hint=hint)
            log.warning("%s: that link is not used", text)

    def _set_conflict(self, error: IdentityError) -> None:
        error.message = f"{self._name}: {error.message}"
        self._fault = error
        self._on_conflict(_copy_of(error))


def _copy_of(error: DronectlError) -> DronectlError:
    """An error that is raised twice would drag its first traceback along."""
    return type(error)(error.message, hint=error.hint)
