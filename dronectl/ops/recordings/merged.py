"""The flights that a catalogue chose, read from the recordings that hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dronectl.errors import DronectlError
from dronectl.formats.recordings.catalogue import Listed
from dronectl.formats.recordings.recording import read_recording
from dronectl.model.track.track import PositionSource, Track

_SHARED = 0.5
"""Of the shorter of two."""


@dataclass(frozen=True, slots=True)
class Merged:
    """``tracks`` by drone and time; ``failures``: of recordings that can no longer be read."""

    tracks: tuple[Track, ...]
    failures: Mapping[Path, DronectlError] = field(default_factory=dict)


def read_flights(
    folder: Path,
    wanted: Sequence[Listed],
    *,
    source: PositionSource,
    names: Mapping[int, str],
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Merged:
    """Each of ``wanted`` once, from its fullest recording; it knows the others."""
    by_file: dict[str, list[Listed]] = {}
    for one in wanted:
        by_file.setdefault(one.path, []).append(one)
    tracks: list[Track] = []
    failures: dict[Path, DronectlError] = {}
    for done, (path, flights) in enumerate(by_file.items(), 1):
        try:
            found = read_recording(folder / path, source=source, names=names).tracks
        except DronectlError as error:
            failures[folder / path] = error
            continue
        for track in found:
            flight = next((one for one in flights if _is_of(track, one)), None)
            if flight is not None:
                tracks.append(replace(track, recorded_in=(flight.path, *flight.others)))
        progress(done, len(by_file))
    return Merged(tuple(sorted(tracks, key=lambda track: (track.system_id, track.time_utc[0]))), failures)


def _is_of(track: Track, one: Listed) -> bool:
    """By other positions of the same flight it may begin a little later."""
    flight = one.flight
    if track.name != flight.drone or track.system_id != flight.system_id:
        return False
    if track.start_us is None or flight.start_us is None:
        return track.start_us == flight.start_us and abs(track.duration_s - flight.duration_s) < 1.0
    begin_s = max(track.start_us, flight.start_us) / 1e6
    end_s = min(track.start_us / 1e6 + track.duration_s, flight.start_us / 1e6 + flight.duration_s)
    return end_s - begin_s >= _SHARED * min(track.duration_s, flight.duration_s)
