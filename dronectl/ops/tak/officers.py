"""Where officers are: a fold over the events that TAK tells. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from dronectl.formats.tak.cot_xml import LONGEST_NAME, name_of
from dronectl.model.tak.cot import CotEvent
from dronectl.model.tak.officers import MISSED_FOR, Officer

MOST = 1_000
"""So many are kept: more are a fault, or somebody's invention."""
_FASTEST_M_S = 80.0
_FRIENDLY = frozenset({"f", "a"})
"""Friends, and those assumed to be."""


class OfficersFold:
    """``own``: what the names of this station's own events begin with: they come back from servers and groups."""

    def __init__(self, own: str) -> None:
        self._own = own
        self._known: dict[str, Officer] = {}

    def take(self, event: CotEvent, moment: datetime) -> bool:
        """One event, heard at ``moment`` on our clock; whether it was about somebody on the ground.

        A device's clock may be wrong. One that is ahead of ours makes nobody younger than heard; one that is behind
        makes him older than he is, and his circle wider.
        """
        if not is_person(event) or event.uid.startswith(self._own):
            return False
        seen = min(event.time, moment)
        before = self._known.get(event.uid)
        if before is not None and seen < before.seen:
            return False
        contact, track = event.node("contact"), event.node("track")
        callsign = "" if contact is None else contact.attributes.get("callsign", "")
        told = {} if track is None else track.attributes
        self._known[event.uid] = Officer(
            uid=event.uid,
            name=name_of(callsign or event.uid, LONGEST_NAME),
            place=event.place,
            seen=seen,
            stale=event.stale,
            ce_m=event.ce_m,
            speed_m_s=_figure(told.get("speed"), _FASTEST_M_S),
            course_deg=_figure(told.get("course"), 360.0),
        )
        if len(self._known) > MOST:
            del self._known[min(self._known, key=lambda uid: self._known[uid].seen)]
        return True

    def remember(self, officers: Sequence[Officer]) -> None:
        """Those whom another one heard before."""
        for one in officers:
            self._known.setdefault(one.uid, one)

    def all(self, moment: datetime) -> tuple[Officer, ...]:
        """Those that are known, and those that were in the last half hour, by name."""
        self._known = {uid: one for uid, one in self._known.items() if moment - one.seen <= MISSED_FOR}
        return tuple(sorted(self._known.values(), key=lambda one: (one.name, one.uid)))


def is_person(event: CotEvent) -> bool:
    """Friends on the ground: people, and what they drive; nothing that stands for ever."""
    fields = event.type.split("-")
    return (
        len(fields) >= 3
        and fields[0] == "a"
        and fields[1].lower() in _FRIENDLY
        and fields[2] == "G"
        and (len(fields) == 3 or fields[3] != "I")
    )


def _figure(text: str | None, most: float) -> float | None:
    """None: not told, or nonsense (devices write -1 or NaN for what they do not know)."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and 0.0 <= value <= most else None
