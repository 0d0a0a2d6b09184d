"""Connections that cost little, however many come and however slowly they talk: the same process holds the radio."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS, MOST_OF_ONE_PLACE = 300, 60
"""A browser opens six."""
REQUEST_WITHIN_S = 10.0
"""From the connection, or the end of the last answer, to the end of a request's head."""
READ_WITHIN_S = 30.0
"""Who takes nothing of an answer for so long is not there any more."""


class PatientProtocol(H11Protocol):
    """uvicorn's own, with an end to its patience."""

    _late: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        place = self.client[0] if self.client else ""
        of_place = sum(1 for one in self.connections if (getattr(one, "client", None) or ("",))[0] == place)
        if len(self.connections) > MOST_CONNECTIONS or of_place > MOST_OF_ONE_PLACE:
            transport.abort()
            return
        self._late = self.loop.call_later(REQUEST_WITHIN_S, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop(self._late)
        self._stop(self._stuck)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        is_asked = self.cycle is not None and not self.cycle.response_complete
        if is_asked:
            self._stop(self._late)
            self._late = None
        elif self._late is None:
            self._late = self.loop.call_later(REQUEST_WITHIN_S, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(READ_WITHIN_S, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop(self._stuck)
        self._stuck = None
        super().resume_writing()

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
