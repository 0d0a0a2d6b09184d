"""The shape of a protocol without I/O: messages and timeouts in, effects out, one outcome at the end.

A machine never sleeps, reads no clock and owns no socket. Whoever runs it passes the time in, sends what it asks to
send, hands it every message of its vehicle's autopilot and calls :meth:`Machine.on_timeout` when ``deadline_s`` is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from dronectl.errors import DronectlError
from dronectl.model.ground_station import DEFAULT_STATION_ID
from dronectl.model.message import Message
from dronectl.protocol.core.request_timer import AssumedLink, LinkEstimate

GCS_COMPONENT_ID = 190
"""MAV_COMP_ID_MISSIONPLANNER, the component id of ground stations."""
AUTOPILOT_COMPONENT_ID = 1
"""MAV_COMP_ID_AUTOPILOT1."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Send:
    """Send this message to the vehicle. Its target is filled in by the link; fields left out are zero."""

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MachineProgress:
    """``done`` of ``total`` units of the machine's work; ``total`` 0: not known yet."""

    done: int
    total: int


Effect = Send | MachineProgress


class Machine(Protocol[T_co]):
    """What a runner needs. ``outcome`` is set exactly once: the result, or the error that the runner raises."""

    @property
    def deadline_s(self) -> float | None:
        """When :meth:`on_timeout` is due, on the clock whose ``now_s`` is passed in; None: no timer."""

    @property
    def outcome(self) -> T_co | DronectlError | None: ...

    def start(self, now_s: float) -> Sequence[Effect]: ...

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]: ...

    def on_timeout(self, now_s: float) -> Sequence[Effect]: ...

    def on_new_link(self, now_s: float) -> Sequence[Effect]:
        """The vehicle is reached over another link from now on; it may still answer over the old one, unheard."""

    def cancel(self, now_s: float) -> Sequence[Effect]:
        """What to tell the vehicle when the machine is given up before its outcome."""


class BaseMachine(Generic[T]):
    """Where machines keep their deadline and outcome; silent when cancelled or moved to another link."""

    transfers: ClassVar[bool] = False
    """It changes what is on board, or reads much of it: of such machines one process at a time may run some."""
    gives_way: ClassVar[bool] = False
    """It reads so much that an emergency order would wait behind it: it may be ended for one, and asked again."""
    link: LinkEstimate = AssumedLink()
    """What is known of the way to the vehicle; whoever runs the machine sets it before :meth:`start`."""
    station_id: int = DEFAULT_STATION_ID
    """Our MAVLink system id, set likewise."""

    def __init__(self) -> None:
        self.deadline_s: float | None = None
        self.outcome: T | DronectlError | None = None

    def on_new_link(self, now_s: float) -> Sequence[Effect]:
        """What is asked again after a while anyway needs nothing more."""
        return ()

    def cancel(self, now_s: float) -> Sequence[Effect]:
        return ()

    def _finish(self, outcome: T | DronectlError) -> None:
        self.outcome = outcome
        self.deadline_s = None

    def _is_for_us(self, message: Message) -> bool:
        """False for an answer that names another ground station as its target. 0 (or no target field): everyone."""
        system_id = message.get("target_system", 0)
        component_id = message.get("target_component", 0)
        return system_id in (0, self.station_id) and component_id in (0, GCS_COMPONENT_ID)

    def _run_inside(self, inner: BaseMachine[Any]) -> None:
        """Lets a machine that is part of this one know what this one knows."""
        inner.link = self.link
        inner.station_id = self.station_id


def joined_texts(texts: Iterable[str]) -> str:
    """The vehicle's words for an error message: each once, in order, after a colon; empty when there are none."""
    unique = list(dict.fromkeys(texts))
    return f": {'; '.join(unique)}" if unique else ""
