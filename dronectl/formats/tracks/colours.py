"""Colours of tracks by mode, speed, altitude or battery, and the legend that says what they mean.

Numbers are put into classes with round limits, the same for all tracks of a file. Their colours are steps of viridis,
whose lightness rises evenly, so that order shows to the colour-blind and in grey print. Modes have the colours of Okabe
and Ito (2008, "Color Universal Design"), which the colour-blind tell apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.tracks.view import AMSL_DATUM, ColourBy, Heights, TrackView, heights_m
from dronectl.model.track.track import Track

PALETTE: tuple[str, ...] = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#17becf")
"""Colours of drones that have none of their own, in order of appearance."""
VIRIDIS = ("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725")
OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#f0e442", "#000000")
NOT_TOLD = "#9e9e9e"

_MOST_CLASSES = 8
_BATTERY_STEP_PCT = 20.0

Classes = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of a legend. ``plain`` replaces a label in letters that a small picture cannot draw."""

    label: str
    colour: str
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the colours say: a title with its unit, the classes, and the class of each fix of a track."""

    title: str
    entries: tuple[LegendEntry, ...]
    classes: Callable[[Track], Classes]


def drone_colours(names: Iterable[str], own: Mapping[str, str]) -> dict[str, str]:
    """Name → colour (``#rrggbb``): a drone's own, else one of the palette by its place in ``names``."""
    return {name: own.get(name, PALETTE[number % len(PALETTE)]) for number, name in enumerate(dict.fromkeys(names))}


def scale_of(tracks: Sequence[Track], view: TrackView, colours: Mapping[str, str]) -> Scale:
    """One scale for all tracks; ``colours`` are the drones' own (``#rrggbb``)."""
    match view.colour_by:
        case ColourBy.DRONE:
            return _by_drone(tracks, colours)
        case ColourBy.MODE:
            return _by_mode(tracks)
        case ColourBy.SPEED:
            return _by_number(tracks, "Speed over ground, m/s", lambda track: track.ground_speed_m_s, at_least=0.0)
        case ColourBy.BATTERY:
            edges = np.arange(0.0, 100.1, _BATTERY_STEP_PCT)
            return _by_number(tracks, "Battery left, %", lambda track: track.battery_pct, edges=edges)
    absolute = view.heights is Heights.ABSOLUTE
    title = f"Height above mean sea level ({AMSL_DATUM}), m" if absolute else "Height above home, m"
    return _by_number(tracks, title, lambda track: heights_m(track, view.heights))


def runs(classes: Classes) -> list[tuple[int, int, int]]:
    """(first fix, last fix, class) of stretches in one class. A step has the class of the fix it starts from, so
    that each stretch ends where the next begins."""
    if len(classes) == 1:
        return [(0, 0, int(classes[0]))]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(classes[:-1])) + 1])
    ends = np.concatenate([starts[1:], [len(classes) - 1]])
    return list(zip(starts.tolist(), ends.tolist(), classes[starts].tolist(), strict=True))


def round_edges(low: float, high: float, at_least: float | None = None) -> NDArray[np.float64]:
    """Limits of at most eight classes that hold low..high, at multiples of 1, 2, 2.5 or 5 times a power of ten."""
    low = low if at_least is None else min(low, at_least)
    span = max(high - low, 1e-3)
    power = 10.0 ** math.floor(math.log10(span / _MOST_CLASSES))
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0):
        step = factor * power
        first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
        if last - first <= _MOST_CLASSES:
            break
    return np.round(np.arange(first, last + 1) * step, 9)


def _by_number(
    tracks: Sequence[Track],
    title: str,
    column: Callable[[Track], NDArray[np.float64]],
    *,
    edges: NDArray[np.float64] | None = None,
    at_least: float | None = None,
) -> Scale:
    values = np.concatenate([np.zeros(0), *(column(track) for track in tracks)])
    known = values[np.isfinite(values)]
    if edges is None:
        edges = round_edges(float(known.min()), float(known.max()), at_least) if len(known) else np.zeros(1)
    count = len(edges) - 1
    entries = [
        LegendEntry(f"{low:g}–{high:g}", VIRIDIS[round(number * (len(VIRIDIS) - 1) / max(count - 1, 1))])
        for number, (low, high) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    ]
    if len(known) < len(values) or not count:
        entries.append(LegendEntry("not recorded", NOT_TOLD))

    def classes(track: Track) -> Classes:
        ours = column(track)
        found = np.clip(np.searchsorted(edges, ours, side="right") - 1, 0, max(count - 1, 0))
        return np.where(np.isfinite(ours), found, count).astype(np.intp)

    return Scale(title, tuple(entries), classes)


def _by_mode(tracks: Sequence[Track]) -> Scale:
    """Modes in the order in which they were flown; from the ninth on they share one grey, and the legend names them."""
    ordered = sorted(tracks, key=lambda track: track.time_utc[0])
    names = [name for name in dict.fromkeys(name for track in ordered for name in track.mode_column()) if name]
    own, shared = names[: len(OKABE_ITO)], names[len(OKABE_ITO) :]
    if any("" in track.mode_column() for track in tracks):
        shared.append("not recorded")
    entries = [LegendEntry(name, colour) for name, colour in zip(own, OKABE_ITO, strict=False)]
    if shared:
        entries.append(LegendEntry(", ".join(shared), NOT_TOLD))

    def classes(track: Track) -> Classes:
        number = {name: index for index, name in enumerate(own)}
        return np.array([number.get(name, len(own)) for name in track.mode_column()], np.intp)

    return Scale("Flight mode", tuple(entries), classes)


def _by_drone(tracks: Sequence[Track], colours: Mapping[str, str]) -> Scale:
    systems = {track.name: track.system_id for track in tracks}
    entries = tuple(LegendEntry(name, colours[name], f"system {system}") for name, system in systems.items())
    numbers = {name: number for number, name in enumerate(systems)}

    def classes(track: Track) -> Classes:
        return np.full(len(track), numbers[track.name], np.intp)

    return Scale("Drone", entries, classes)
