"""What another ground station or another computer may send to a drone: the leases hold for it too."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack

from dronectl.errors import NotReady
from dronectl.link.codec import MavlinkFrame
from dronectl.link.sharing.lease import DroneLease

_CHANGES = frozenset({23, 38, 39, 44, 45, 73, 110, 121})
"""PARAM_SET, MISSION_WRITE_PARTIAL_LIST, MISSION_ITEM(_INT), MISSION_COUNT, MISSION_CLEAR_ALL, FILE_TRANSFER_PROTOCOL,
LOG_ERASE."""
_READS = frozenset({21, 40, 43, 51, 117, 119})
"""PARAM_REQUEST_LIST, MISSION_REQUEST(_LIST, _INT), LOG_REQUEST_LIST, LOG_REQUEST_DATA."""
_ASKS = frozenset({20})
"""PARAM_REQUEST_READ."""
_QUESTIONS = frozenset({511, 512})
"""SET_MESSAGE_INTERVAL, REQUEST_MESSAGE."""
_HELD_S = 3.0
"""After the last frame of a transfer of theirs: nobody tells when it ends."""


class WriteGuard:
    """One other hand. Its transfers take the drone's lease, and hold it until they pause.

    Args:
        who: as others are told.
        leases: of each drone, by its system id, for this hand alone.
    """

    def __init__(self, who: str, leases: Mapping[int, DroneLease]) -> None:
        self._who = who
        self._leases = leases
        self._held: dict[int, tuple[ExitStack, asyncio.TimerHandle]] = {}

    def require_pass(self, frame: MavlinkFrame, system_id: int) -> None:
        """
        Raises:
            NotReady: the frame belongs to a transfer, and the drone is in another hand; says whose.
        """
        if frame.message_id in _CHANGES or frame.message_id in _READS:
            self._hold(system_id)

    def close(self) -> None:
        for system_id in tuple(self._held):
            self._let_go(system_id)

    def _hold(self, system_id: int) -> None:
        if system_id in self._held:
            held, timer = self._held[system_id]
            timer.cancel()
        else:
            held = ExitStack()
            held.enter_context(self._leases[system_id].held(self._who))
        timer = asyncio.get_running_loop().call_later(_HELD_S, self._let_go, system_id)
        self._held[system_id] = (held, timer)

    def _let_go(self, system_id: int) -> None:
        held, timer = self._held.pop(system_id)
        timer.cancel()
        held.close()


def require_reading(frame: MavlinkFrame, who: str) -> None:
    """For who may not order.

    Raises:
        NotReady: the frame would change something.
    """
    if frame.message_id in _ASKS or frame.message_id in _READS:
        return
    message = frame.message()
    if message is not None and message.name == "COMMAND_LONG" and int(message["command"]) in _QUESTIONS:
        return
    raise NotReady(f"{who} may see and ask, and order nothing", hint="a token with 'orders' may")
