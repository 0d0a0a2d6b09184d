"""Positions of one vehicle as a recording has them, and the track that a stretch of them makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.model.text.plain_text import plain
from dronectl.model.track.photograph import Photograph
from dronectl.model.track.track import PositionSource, Track, TrackEvent

Numbers = NDArray[np.float64]

LONGEST_GAP_S = 60.0
"""Without a position for longer, nobody knows the way between, nor whether it was one flight."""

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

    def __post_init__(self) -> None:
        object.__setattr__(self, "usable", self.usable & (np.abs(self.amsl_altitude_m) <= _HIGHEST_M))
        for name, most in (
            ("relative_altitude_m", _HIGHEST_M),
            ("ground_speed_m_s", _FASTEST_M_S),
            ("geoid_undulation_m", _LARGEST_UNDULATION_M),
        ):
            values = getattr(self, name)
            if bool((np.abs(values) > most).any()):
                object.__setattr__(self, name, np.where(np.abs(values) > most, np.nan, values))


def without_gaps(samples: Samples, begin: int, end: int) -> list[tuple[int, int]]:
    """The stretch ``begin`` <= place < ``end``, cut before the first usable sample after each gap."""
    usable = np.flatnonzero(samples.usable & (samples.place >= begin) & (samples.place < end))
    after = usable[1:][np.diff(samples.utc_us[usable]) > LONGEST_GAP_S * 1e6]
    cuts = samples.place[after].tolist()
    return list(zip([begin, *cuts], [*cuts, end], strict=True))


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
    clock_is_utc: Callable[[int], bool],
) -> Track | None:
    """The usable samples with ``begin`` <= place < ``end``, in order of time and each moment once; None without any.

    ``clock_is_utc`` is asked of the place of the first.
    """
    heard = np.flatnonzero((samples.place >= begin) & (samples.place < end))
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
    return Track(
        name=name,
        system_id=system_id,
        source=source,
        time_utc=samples.utc_us[columns].astype("datetime64[us]"),
        lat_deg=samples.lat_deg[columns],
        lon_deg=samples.lon_deg[columns],
        amsl_altitude_m=samples.amsl_altitude_m[columns],
        relative_altitude_m=samples.relative_altitude_m[columns],
        ground_speed_m_s=samples.ground_speed_m_s[columns],
        heading_deg=samples.heading_deg[columns],
        battery_pct=samples.battery_pct[columns],
        geoid_undulation_m=samples.geoid_undulation_m[columns],
        events=events,
        dropped=len(heard) - len(chosen),
        clock_is_utc=clock_is_utc(int(samples.place[first])),
        photographs=photographs,
    )


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
