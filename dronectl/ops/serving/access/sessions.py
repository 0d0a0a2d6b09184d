"""Who is logged in, and how long whoever brought a wrong token has to wait. Pure: the clock is given."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from dronectl.ops.serving.access.people import Person

LASTS_S = 12 * 3600.0
"""A shift; then one logs in again. Nobody is logged out for doing nothing: an order may be urgent after hours of
quiet."""
MOST_SESSIONS = 200
FREE_TRIES = 3
"""So many wrong tokens cost nothing: they are typing errors."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
FORGIVEN_S = 900.0
MOST_PLACES = 1_000

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Session:
    """``key``: a hash of what the browser keeps; ``place``: the address it logged in from."""

    key: str
    who: Person
    place: str
    began_s: float

    @property
    def person(self) -> str:
        return self.who.name


@dataclass
class Sessions:
    """Those that are logged in, by what their browsers keep; nothing of it outlives the process."""

    clock: Clock
    _open: OrderedDict[str, Session] = field(default_factory=OrderedDict)

    def begin(self, who: Person, place: str) -> tuple[str, Session]:
        """What the browser is to keep, and the session."""
        secret = secrets.token_urlsafe(32)
        session = Session(_key(secret), who, place, self.clock())
        self._open[session.key] = session
        while len(self._open) > MOST_SESSIONS:
            self._open.popitem(last=False)
        return secret, session

    def of(self, secret: str) -> Session | None:
        """Whose session it is; None: nobody's, or it is over."""
        key = _key(secret)
        session = self._open.get(key)
        if session is None:
            return None
        if self.clock() - session.began_s > LASTS_S:
            del self._open[key]
            return None
        return session

    def end(self, session: Session) -> None:
        self._open.pop(session.key, None)


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    last_s: float = 0.0


@dataclass
class BackOff:
    """After some wrong tokens from one place, twice as long is waited each time. Who is logged in is not held up."""

    clock: Clock
    _places: OrderedDict[str, _Tries] = field(default_factory=OrderedDict)

    def wait_s(self, place: str) -> float:
        """So long nothing is taken from there; 0: it may be tried."""
        tries = self._places.get(place)
        if tries is None or tries.wrong < FREE_TRIES:
            return 0.0
        wait_s = min(FIRST_WAIT_S * 2.0 ** (tries.wrong - FREE_TRIES), LONGEST_WAIT_S)
        return max(0.0, tries.last_s + wait_s - self.clock())

    def wrong(self, place: str) -> None:
        tries = self._places.pop(place, None) or _Tries()
        if self.clock() - tries.last_s > FORGIVEN_S:
            tries.wrong = 0
        tries.wrong, tries.last_s = min(tries.wrong + 1, 64), self.clock()
        self._places[place] = tries
        while len(self._places) > MOST_PLACES:
            self._places.popitem(last=False)

    def right(self, place: str) -> None:
        self._places.pop(place, None)


def _key(secret: str) -> str:
    """What is looked up is a hash, so that how long it takes tells nothing of the secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
