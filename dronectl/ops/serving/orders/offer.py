"""What a person is asked before an order is given. An answer counts once, for a while, for who was asked, and only
while the drones are as they were when it was asked."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dronectl.errors import InputError, NotReady
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.serving.access.sessions import Clock, Session
from dronectl.ops.serving.orders.given import GivenOrder
from dronectl.ops.serving.orders.wanted import OrderName

MOST_OFFERS = 100
GONE = "this question was answered, taken back, or is too old; nothing was ordered"


@dataclass(frozen=True, slots=True)
class Choice:
    """``key``: what comes back."""

    key: str
    text: str


@dataclass
class Offer:
    """``give`` does it, given the choice, and tells the order what becomes of it; ``states``: of the drones that it is
    about, as they were; ``told``: what is to be known of it, which grows while it is looked for."""

    session: Session
    name: OrderName
    means: str
    """What is ordered, for lists and the audit log."""
    expires_s: float
    give: Callable[[GivenOrder, str], Coroutine[Any, Any, None]]
    drones: tuple[str, ...] = ()
    text: str = ""
    """The question, where that is not just what is meant."""
    told: list[str] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    drop: Callable[[], Coroutine[Any, Any, None]] | None = None
    """What ends when it is not answered with yes."""
    details: Mapping[str, object] = field(default_factory=dict)
    """For the page alone: what is drawn as a table."""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def changed(self, vehicles: Mapping[str, VehicleLink], only: Sequence[str] = ()) -> dict[str, str]:
        """Which of the drones (of ``only``) are otherwise than when it was asked, in words."""
        return {
            name: f"{name} was in {was}, and is in {now}"
            for name, was in self.states.items()
            if (not only or name in only) and (now := state_of(vehicles[name])) != was
        }

    def as_json(self, now_s: float, vehicles: Mapping[str, VehicleLink]) -> dict[str, object]:
        return {
            "id": self.id,
            "order": str(self.name),
            "drones": list(self.drones),
            "text": self.text or f"{self.means}?",
            "told": list(self.told),
            "choices": [{"key": one.key, "text": one.text} for one in self.choices],
            "left_s": round(max(0.0, self.expires_s - now_s), 1),
            "changed": list(self.changed(vehicles).values()),
            **self.details,
        }


def state_of(vehicle: VehicleLink) -> str:
    """What an answer is about: another mode, or motors that run now, make it another question."""
    state = vehicle.state
    return f"{state.mode or 'no mode'}, {'armed' if state.armed else 'disarmed'}"


@dataclass
class Offers:
    """Those that wait for an answer. One that is too old, or one too many, is dropped."""

    clock: Clock
    _open: OrderedDict[str, Offer] = field(default_factory=OrderedDict)

    def add(self, offer: Offer) -> list[Offer]:
        """Returns those that are dropped for it."""
        self._open[offer.id] = offer
        dropped = self.expired()
        while len(self._open) > MOST_OFFERS:
            dropped.append(self._open.popitem(last=False)[1])
        return dropped

    def look(self, session: Session, id_: str) -> Offer:
        """
        Raises:
            InputError: there is none, or another person was asked.
        """
        offer = self._open.get(id_)
        if offer is None or offer.session.key != session.key or self.clock() >= offer.expires_s:
            raise InputError(GONE, hint="ask again")
        return offer

    def take(self, session: Session, id_: str) -> Offer:
        """For its one answer.

        Raises:
            InputError: as :meth:`look`.
        """
        offer = self.look(session, id_)
        del self._open[id_]
        return offer

    def expired(self) -> list[Offer]:
        """Takes out those that are too old."""
        now_s = self.clock()
        gone = [one for one in self._open.values() if now_s >= one.expires_s]
        for one in gone:
            del self._open[one.id]
        return gone

    def clear(self) -> list[Offer]:
        """Takes all of them out."""
        gone = list(self._open.values())
        self._open.clear()
        return gone


def require_unchanged(offer: Offer, vehicles: Mapping[str, VehicleLink], only: Sequence[str] = ()) -> None:
    """
    Raises:
        NotReady: a drone is otherwise than when a person was asked.
    """
    if changed := offer.changed(vehicles, only):
        raise NotReady(f"{'; '.join(changed.values())}: nothing was ordered", hint="look at it, and order again")


def chosen_of(offer: Offer, choice: str) -> str:
    """
    Raises:
        InputError: that was not offered.
    """
    keys = [one.key for one in offer.choices]
    if not keys and not choice:
        return ""
    if choice not in keys:
        raise InputError(f"'{choice[:40]}' was not offered; nothing was ordered", hint=", ".join(keys))
    return choice
