"""What the routes of orders ask: the door and the desk, behind bodies as they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dronectl.errors import InputError
from dronectl.ops.serving.access.door import Door
from dronectl.ops.serving.access.sessions import Session
from dronectl.ops.serving.orders.desk import OrderDesk
from dronectl.ops.serving.orders.wanted import read_choice, read_login, read_seen, read_wanted
from dronectl.web.orders import LoggedIn


@dataclass
class OrdersByPage:
    """See :class:`dronectl.web.orders.OrderRoom`."""

    door: Door
    desk: OrderDesk

    def log_in(self, body: bytes, place: str) -> LoggedIn:
        """What is no login is no try of a token either, and costs as much."""
        try:
            name, token = read_login(body)
        except InputError:
            name, token = "", ""
        entry = self.door.log_in(name, token, place)
        person = "" if entry.session is None else entry.session.person
        return LoggedIn(entry.secret, person, entry.wait_s)

    def log_out(self, who: Session) -> None:
        self.door.log_out(who)

    def who(self, secret: str) -> Session | None:
        return self.door.who(secret)

    def person(self, who: Session) -> str:
        return who.person

    async def offer(self, who: Session, body: bytes) -> Mapping[str, Any]:
        offer = await self.desk.offer(who, read_wanted(body, self.desk.fleet))
        return self.desk.look(who, offer.id)

    def look(self, who: Session, id_: str) -> Mapping[str, Any]:
        return self.desk.look(who, id_)

    async def take_back(self, who: Session, id_: str) -> None:
        await self.desk.take_back(who, id_)

    def confirm(self, who: Session, id_: str, body: bytes) -> Mapping[str, Any]:
        given = self.desk.confirm(who, id_, read_choice(body))
        return {"number": given.number}

    def see(self, who: Session, body: bytes) -> None:
        self.desk.see_alarms(who, read_seen(body, self.desk.fleet))
