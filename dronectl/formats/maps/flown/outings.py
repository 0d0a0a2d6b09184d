"""Which flights were in the air together: one time slider is theirs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dronectl.formats.maps.flown.flights import Flight
from dronectl.model.text.shown_time import utc_of_us

TOGETHER_S = 600.0
"""A flight that begins so soon after the others ended belongs to them: a battery was changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Outing:
    """``begins`` is None where no recording tells the time of day. ``members``: places among the page's flights, with
    seconds from the outing's begin to each flight's."""

    begins: datetime | None
    end_s: float
    members: tuple[tuple[int, float], ...]


def outings_of(flights: Sequence[Flight]) -> list[Outing]:
    """In the order of time; each flight without a time of day by itself, last."""
    timed = sorted(
        (start / 1e6, index) for index, one in enumerate(flights) if (start := one.track.start_us) is not None
    )
    groups: list[list[tuple[float, int]]] = []
    ended_s = 0.0
    for start_s, index in timed:
        if not groups or start_s > ended_s + TOGETHER_S:
            groups.append([])
            ended_s = start_s
        groups[-1].append((start_s, index))
        ended_s = max(ended_s, start_s + flights[index].track.duration_s)
    found = [_outing(group, flights) for group in groups]
    untold = (index for index, one in enumerate(flights) if one.track.start_us is None)
    return [*found, *(Outing(None, flights[index].track.duration_s, ((index, 0.0),)) for index in untold)]


def _outing(group: Sequence[tuple[float, int]], flights: Sequence[Flight]) -> Outing:
    first_s = group[0][0]
    begins = utc_of_us(round(first_s * 1e6))
    if begins is not None:
        begins -= timedelta(microseconds=begins.microsecond)
        first_s = float(math.floor(first_s))
    members = tuple((index, start_s - first_s) for start_s, index in group)
    end_s = max(from_s + flights[index].track.duration_s for index, from_s in members)
    return Outing(begins, end_s, members)
