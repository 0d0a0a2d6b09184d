"""Positions of one vehicle as a recording has them, and the track that a stretch of them makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.left_out import LeftOut
from dronectl.model.text.plain_text import plain
from dronectl.model.track.clock_facts import ClockFacts
from dronectl.model.track.track import EventKind, PositionSource, Track, TrackEvent

if TYPE_CHECKING:
    from dronectl.model.track.fix_outage import FixOutage
    from dronectl.model.track.photograph import Photograph

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

_NO_FLAGS: Flags = np.empty(0, np.bool_)

LONGEST_GAP_S = 60.0
"""Without a position for longer, nobody knows the way between, nor whether it was one flight."""

_MARKED_OUTAGE_S = 5.0
_HIGHEST_M = 100_000.0
_FASTEST_M_S = 10_000.0
_LARGEST_UNDULATION_M = 200.0


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Candidate positions of one source, in file order; columns of one length.

    ``place`` says where each stands in its recording (an offset in the file, or the time since boot). What no aircraft
    can be or do is damage: no position is usable at such a height, other such values are not known.
    """

    place: NDArray[np.int64]
    utc_us: NDArray[np.int64]
    usable: NDArray[np.bool_]
    lat_deg: Numbers
    lon_deg: Numbers
    amsl_altitude_m: Numbers
    relative_altitude_m: Numbers
    ground_speed_m_s: Numbers
    heading_deg: Numbers
    battery_pct: Numbers
    geoid_undulation_m: Numbers
    without_fix: Flags = field(default_factory=lambda: _NO_FLAGS)
    """Left out for that alone."""
    held: Flags = field(default_factory=lambda: _NO_FLAGS)
    """Usable though no receiver had a 3-D fix."""
    in_order: bool = field(init=False, default=False)
    """Whether places rise."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "in_order", bool((np.diff(self.place) >= 0).all()))
        for name in ("without_fix", "held"):
            if getattr(self, name) is _NO_FLAGS:
                object.__setattr__(self, name, np.zeros(len(self.place), np.bool_))
        object.__setattr__(self, "usable", self.usable & (np.abs(self.amsl_altitude_m) <= _HIGHEST_M))
        for name, most in (
            ("relative_altitude_m", _HIGHEST_M),
            ("ground_speed_m_s", _FASTEST_M_S),
            ("geoid_undulation_m", _LARGEST_UNDULATION_M),
        ):
            values = getattr(self, name)
            if bool((np.abs(values) > most).any()):
                object.__setattr__(self, name, np.where(np.abs(values) > most, np.nan, values))


def without_gaps(samples: Samples, begin: int, end: int, *, longest_s: float = LONGEST_GAP_S) -> list[tuple[int, int]]:
    """The stretch ``begin`` <= place < ``end``, cut before the first usable sample after each gap."""
    heard = _heard(samples, begin, end)
    usable = heard[samples.usable[heard]]
    after = usable[1:][np.diff(samples.utc_us[usable]) > longest_s * 1e6]
    cuts = samples.place[after].tolist()
    return list(zip([begin, *cuts], [*cuts, end], strict=True))


def left_out_of(samples: Samples, spans: Sequence[tuple[int, int]], tracks: Sequence[Track]) -> LeftOut:
    """What the tracks of these stretches do not have."""
    flown = np.zeros(len(samples.place), np.bool_)
    for begin, end in spans:
        flown[_heard(samples, begin, end)] = True
    heard, usable = (int(np.count_nonzero(flags)) for flags in (flown, flown & samples.usable))
    without_fix = int(np.count_nonzero(flown & samples.without_fix & ~samples.usable))
    return LeftOut(without_fix, heard - usable - without_fix, usable - sum(map(len, tracks)))


def track_of(
    samples: Samples,
    begin: int,
    end: int,
    *,
    name: str,
    system_id: int,
    source: PositionSource,
    events: tuple[TrackEvent, ...],
    photographs: tuple[Photograph, ...] = (),
    clock: Callable[[int], ClockFacts],
) -> Track | None:
    """The usable samples with ``begin`` <= place < ``end``, in order of time and each moment once; None without any.

    ``clock`` is asked of the place of the first.
    """
    heard = _heard(samples, begin, end)
    usable = heard[samples.usable[heard]]
    _, first_copies = np.unique(samples.utc_us[usable], return_index=True)
    chosen = usable[first_copies]
    if not len(chosen):
        return None
    first, last = int(chosen[0]), int(chosen[-1])
    # Nothing left out, as nearly always: the columns are shared and not copied.
    columns: slice | NDArray[np.intp] = chosen
    if last - first == len(chosen) - 1 and bool((np.diff(chosen) == 1).all()):
        columns = slice(first, last + 1)
    times_utc = samples.utc_us[columns].astype("datetime64[us]")
    outages = _outages(samples.held[columns], times_utc)
    return Track(
        name=name,
        system_id=system_id,
        source=source,
        time_utc=times_utc,
        lat_deg=samples.lat_deg[columns],
        lon_deg=samples.lon_deg[columns],
        amsl_altitude_m=samples.amsl_altitude_m[columns],
        relative_altitude_m=samples.relative_altitude_m[columns],
        ground_speed_m_s=samples.ground_speed_m_s[columns],
        heading_deg=samples.heading_deg[columns],
        battery_pct=samples.battery_pct[columns],
        geoid_undulation_m=samples.geoid_undulation_m[columns],
        events=_with_outages(events, outages),
        dropped=len(heard) - len(chosen),
        timing=clock(int(samples.place[first])),
        outages=outages,
        photographs=photographs,
    )


def _heard(samples: Samples, begin: int, end: int) -> NDArray[np.intp]:
    """Indices of the samples with ``begin`` <= place < ``end``: a recording may have thousands of such stretches."""
    if samples.in_order:
        first, after = np.searchsorted(samples.place, (begin, end)).tolist()
        return np.arange(first, max(first, after))
    return np.flatnonzero((samples.place >= begin) & (samples.place < end))


def _outages(held: Flags, times_utc: NDArray[np.datetime64]) -> tuple[FixOutage, ...]:
    if not held.any():
        return ()
    from dronectl.model.track.fix_outage import FixOutage  # most flights have none

    edges = np.flatnonzero(np.diff(np.concatenate([[False], held, [False]]).astype(np.int8)))
    spans = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return tuple(FixOutage(times_utc[begin], times_utc[end - 1], end - begin) for begin, end in spans)


def _with_outages(events: tuple[TrackEvent, ...], outages: tuple[FixOutage, ...]) -> tuple[TrackEvent, ...]:
    """Those that are worth a mark, between the other events."""
    marks = [
        mark
        for outage in outages
        if outage.duration_s >= _MARKED_OUTAGE_S
        for mark in (
            TrackEvent(outage.begin_utc, EventKind.FIX, "no 3-D fix: the autopilot's own reckoning from here"),
            TrackEvent(outage.end_utc, EventKind.FIX, f"3-D fix again after {outage.duration_s:.0f} s"),
        )
    ]
    return tuple(sorted((*events, *marks), key=lambda event: event.time_utc)) if marks else events


def is_a_place(lat_deg: Numbers, lon_deg: Numbers) -> NDArray[np.bool_]:
    """On Earth, and not (0, 0), which stands for "unknown"."""
    with np.errstate(invalid="ignore"):
        place: NDArray[np.bool_] = (np.abs(lat_deg) <= 90.0) & (np.abs(lon_deg) <= 180.0)
    known: NDArray[np.bool_] = (lat_deg != 0.0) | (lon_deg != 0.0)
    return place & known


def fence_words(breach_bits: int) -> str:
    """What happened to the fences: ``breach_bits`` as ArduPilot has them (AC_FENCE_TYPE), 0: all respected."""
    kinds = ("highest altitude", "circle", "polygon", "lowest altitude")
    broken = [kind for bit, kind in enumerate(kinds) if breach_bits & 1 << bit]
    return f"fence broken: {', '.join(broken) or 'kind not told'}" if breach_bits else "inside the fence again"


def decoded_text(text: bytes) -> str:
    """What a person can read of a text field: up to its first zero byte, one line."""
    return plain(text.split(b"\0")[0].decode("utf-8", errors="replace").strip())
