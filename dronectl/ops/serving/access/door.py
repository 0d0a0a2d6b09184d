"""The door to the orders: logging in and out, and who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dronectl.errors import DronectlError
from dronectl.ops.audit.trail import AuditTrail
from dronectl.ops.serving.access.people import Person, read_people, whose
from dronectl.ops.serving.access.sessions import BackOff, Clock, Session, Sessions


@dataclass(frozen=True, slots=True)
class Entry:
    """How a login ended. ``secret``: what the browser is to keep; ``wait_s``: until it may be tried again."""

    session: Session | None = None
    secret: str = field(default="", repr=False)
    wait_s: float = 0.0


@dataclass
class Door:
    """``people``: the file of who may log in; it is looked at each time, so a token that was taken away opens nothing,
    and ends what it opened. ``say``: told what somebody should know."""

    people: Path
    trail: AuditTrail
    say: Callable[[str], None]
    clock: Clock
    sessions: Sessions = field(init=False)
    back_off: BackOff = field(init=False)
    _known: tuple[Person, ...] = ()
    _state: tuple[int, int, int] | None = None

    def __post_init__(self) -> None:
        self.sessions, self.back_off = Sessions(self.clock), BackOff(self.clock)

    def log_in(self, name: str, token: str, place: str) -> Entry:
        wait_s = self.back_off.wait_s(place)
        if wait_s > 0.0:
            return Entry(wait_s=wait_s)
        person = whose(self._people(), name, token)
        if person is None:
            self.back_off.wrong(place)
            self._note("page login", "somebody", place, refused=True)
            self.say(f"somebody at {place} tried to log in with a wrong token")
            return Entry(wait_s=self.back_off.wait_s(place))
        self.back_off.right(place)
        secret, session = self.sessions.begin(person, place)
        self._note("page login", person.name, place)
        return Entry(session, secret)

    def log_out(self, session: Session) -> None:
        self.sessions.end(session)
        self._note("page logout", session.person, session.place)

    def who(self, secret: str) -> Session | None:
        """Whose request it is; None: nobody's who may order."""
        session = self.sessions.of(secret) if secret else None
        if session is not None and session.who not in self._people():
            self.sessions.end(session)
            return None
        return session

    def _people(self) -> tuple[Person, ...]:
        """As the file has them now. One that cannot be read for a moment shuts nobody out who is in: an order to hold
        may depend on it."""
        try:
            found = self.people.stat()
            state = (found.st_ino, found.st_mtime_ns, found.st_size)
            if state != self._state:
                self._known = read_people(self.people)
                self._state = state
        except (DronectlError, OSError) as error:
            self.say(f"the file of who may log in cannot be read: {error}")
        return self._known

    def _note(
        self, what: Literal["page login", "page logout"], person: str, place: str, *, refused: bool = False
    ) -> None:
        with self.trail.order(what, [], {"by": person, "from": place, "refused": refused or None}, at_once=True):
            pass
