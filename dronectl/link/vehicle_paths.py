"""The links to one vehicle: which of them surely lead to the same aircraft, and which of those is used.

A system id is only a setting, and ArduPilot numbers its frames anew on every port: that two links lead to one aircraft
shows in nothing but its board's own number, the uid2 of AUTOPILOT_VERSION. So a drone with several links is asked for
it on each, and a link on which it has not answered with the same number is neither heard nor used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from dronectl.link.codec import MavlinkFrame
from dronectl.link.duplicate_filter import DuplicateFilter
from dronectl.link.peer_guard import PeerGuard
from dronectl.link.quality import LinkQuality, LinkReport
from dronectl.link.router import Link
from dronectl.link.transport.endpoint import Peer
from dronectl.protocol.vehicle.liveness import LOST_AFTER_S, LossMeter

_SILENT_AFTER_S = 2.5
"""A link that has lost more than two heartbeats in a row is left for one that has not."""
_ASK_EVERY_S = 0.5
_ASKED_OFTEN = 20
_ASK_SELDOM_S = 10.0
_MUCH_BETTER = 0.6
_BETTER_BY_S = 0.05
_BETTER_FOR_S = 5.0
"""Hysteresis: a link is changed for one that answers in so much less time, by so much, for so long."""


class VehiclePath:
    """One link to one vehicle."""

    def __init__(self, number: int, link: Link, loss: LossMeter | None = None) -> None:
        self.number = number
        self.link = link
        self.peer_guard = PeerGuard()
        self.quality = LinkQuality(loss)
        self.uid: str | None = None
        """What its autopilot answered here, since it is heard without a break."""
        self.is_gone = False
        """Its peer closed the connection; the link itself may still be up for others."""
        self._asks = 0
        self._asked_s = float("-inf")

    @property
    def url(self) -> str:
        return str(self.link.url)

    @property
    def is_open(self) -> bool:
        return self.link.endpoint.is_up and not self.is_gone

    @property
    def peer(self) -> Peer | None:
        """Where on the link the vehicle is; None: anywhere."""
        source = self.peer_guard.source
        return source[1] if isinstance(source, tuple) else None

    def heard(self, sequence: int, now_s: float) -> None:
        """A frame of its autopilot came. After a silence it may be another aircraft's."""
        if now_s - self.quality.heard_s > LOST_AFTER_S:
            self.uid, self._asks = None, 0
        self.is_gone = False
        self.quality.heard(sequence, now_s)

    def time_told(self, stamp: int, now_s: float) -> None:
        """An answer to TIMESYNC, with the stamp of its question."""
        asked_s = self.link.asked_at_s(stamp)
        if asked_s is not None:
            self.quality.answered(now_s - asked_s)

    def is_heard(self, now_s: float, within_s: float = LOST_AFTER_S) -> bool:
        return now_s - self.quality.heard_s <= within_s

    def forget(self) -> None:
        """The link fell, or its peer went: who comes next has to say who it is."""
        self.uid, self._asks = None, 0
        self.peer_guard.forget()
        self.quality.forget()

    def question_is_due(self, now_s: float) -> bool:
        """Whether to ask here now who it is: twice a second at first, then seldom."""
        every_s = _ASK_EVERY_S if self._asks < _ASKED_OFTEN else _ASK_SELDOM_S
        if self.uid is not None or now_s - self._asked_s < every_s:
            return False
        self._asks, self._asked_s = self._asks + 1, now_s
        return True


class VehiclePaths:
    """All links to one vehicle. With only one there is nothing to prove and nothing to choose."""

    def __init__(self, links: Sequence[Link], loss: LossMeter) -> None:
        self.all = tuple(VehiclePath(number, link, loss if number == 0 else None) for number, link in enumerate(links))
        self.several = len(self.all) > 1
        self._only = None if self.several else self.all[0]
        self.used: VehiclePath | None = self._only
        """Where frames to the vehicle go; None: nowhere yet."""
        self.uid: str | None = None
        """The first uid that was answered anywhere."""
        self._first: VehiclePath | None = None
        self._copies = DuplicateFilter()
        self._better: VehiclePath | None = None
        self._better_since_s = 0.0

    @property
    def url(self) -> str:
        """Of the path in use; while there is none, of all of them."""
        return self.used.url if self.used else " and ".join(path.url for path in self.all)

    @property
    def is_up(self) -> bool:
        """A link is up. Whether the vehicle speaks on it is another question."""
        return any(path.link.endpoint.is_up for path in self.all)

    @property
    def is_joined(self) -> bool:
        """The link in use is another process's."""
        return (self.used or self.all[0]).link.endpoint.is_joined

    @property
    def is_shared(self) -> bool:
        """Other processes work over the link in use as well."""
        endpoint = (self.used or self.all[0]).link.endpoint
        return endpoint.is_joined or bool(endpoint.others)

    @property
    def systems_heard(self) -> frozenset[int]:
        """System ids of all flight controllers that were heard on these links, its own too."""
        return frozenset().union(*(path.link.autopilots for path in self.all))

    @property
    def radio_heard(self) -> bool:
        """A telemetry radio is on one of the links."""
        return any(path.link.radio_heard for path in self.all)

    @property
    def full(self) -> asyncio.Lock:
        """``async with``: nobody else fills the link in use meanwhile. For transfers of many kilobytes."""
        return (self.used or self.all[0]).link.full

    @property
    def round_trip_s(self) -> float | None:
        """Of the path in use."""
        return self.used.quality.round_trip_s if self.used else None

    @property
    def likely_loss(self) -> float:
        """Of the path in use: share of frames lost, 0..1."""
        return (self.used or self.all[0]).quality.likely_loss

    def of(self, link: Link) -> VehiclePath:
        return self._only or next(path for path in self.all if path.link is link)

    def trusts(self, path: VehiclePath) -> bool:
        """Until anybody has said who it is, the link heard first stands for the vehicle, as an only one does."""
        if not self.several:
            return True
        return path is self._first if self.uid is None else path.uid == self.uid

    def heard(self, path: VehiclePath, sequence: int, now_s: float) -> None:
        path.heard(sequence, now_s)
        self._first = self._first or path

    def lets_in(self, frame: MavlinkFrame, path: VehiclePath, now_s: float) -> bool:
        """Whether a frame is the vehicle's, and new."""
        return self.trusts(path) and not self._copies.is_copy(frame, path.number, now_s)

    def forget(self, path: VehiclePath) -> None:
        path.forget()
        if path is self._first:
            self._first = None

    def unproven(self, now_s: float) -> tuple[VehiclePath, ...]:
        """Ways on which the system id is heard, and nothing says that it is this aircraft."""
        return tuple(path for path in self.all if path.is_open and path.is_heard(now_s) and path.uid is None)

    def choose(self, now_s: float) -> bool:
        """Chooses the path to use; True when it is another one than before."""
        if not self.several:
            return False
        before, self.used = self.used, self._best(now_s)
        if self.used is before:
            return False
        self._copies = DuplicateFilter()  # what it answers there now is no copy of what it answered here
        return True

    def reports(self, now_s: float) -> tuple[LinkReport, ...]:
        """All links as they are now, in the order given."""
        return tuple(
            LinkReport(
                url=path.url,
                up=path.link.endpoint.is_up,
                heard=path.is_heard(now_s),
                trusted=self.trusts(path),
                in_use=path is self.used,
                loss_pct=path.quality.loss.recent_pct,
                round_trip_ms=None if (time_s := path.quality.round_trip_s) is None else round(time_s * 1000.0, 1),
            )
            for path in self.all
        )

    def _best(self, now_s: float) -> VehiclePath | None:
        used = self.used
        trusted = [path for path in self.all if path.is_open and self.trusts(path)]
        fresh = [path for path in trusted if path.is_heard(now_s, _SILENT_AFTER_S)]
        candidates = [path for path in fresh if path.quality.hears_us] or fresh
        if not candidates:
            return used if used in trusted else next(iter(trusted), None)
        best = min(candidates, key=lambda path: path.quality.expected_s)
        if used is None or used not in candidates:
            return best
        return best if self._is_worth_it(used, best, now_s) else used

    def _is_worth_it(self, used: VehiclePath, best: VehiclePath, now_s: float) -> bool:
        used_s, best_s = used.quality.expected_s, best.quality.expected_s
        if best_s > _MUCH_BETTER * used_s or used_s - best_s < _BETTER_BY_S:
            self._better = None
            return False
        if self._better is not best:
            self._better, self._better_since_s = best, now_s
        return now_s - self._better_since_s >= _BETTER_FOR_S
