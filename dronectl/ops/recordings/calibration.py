"""From recordings to what each aircraft draws and holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dronectl.analysis.calibration.drone_calibration import DroneCalibration, Flown, calibrated
from dronectl.analysis.same_flights import grouped
from dronectl.errors import DronectlError
from dronectl.formats.recordings.batteries import read_batteries
from dronectl.formats.recordings.recording import read_recording
from dronectl.model.fleet import Drone
from dronectl.model.track.fingerprint import fingerprint_of

_AROUND_US = 5_000_000
"""Before and after a flight the battery is at rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibrations:
    """Of every aircraft in the files, by system id."""

    drones: tuple[DroneCalibration, ...]
    failures: Mapping[Path, DronectlError]
    """Files that could not be read."""
    untold: tuple[Path, ...]
    """Files whose flights have no battery monitor."""


def calibrate(
    files: Sequence[Path],
    fleet: Sequence[Drone],
    *,
    cells: int | None = None,
    curve: str | None = None,
) -> Calibrations:
    """Each flight once, however many of the files have it. ``cells`` and ``curve`` of the batteries, if somebody said
    (:func:`~dronectl.analysis.calibration.drone_calibration.calibrated`)."""
    names = {drone.system_id: drone.name for drone in fleet}
    failures: dict[Path, DronectlError] = {}
    untold: list[Path] = []
    flights: list[Flown] = []
    sources: list[Path] = []
    for path in dict.fromkeys(files):
        try:
            tracks, batteries = read_recording(path, names=names).tracks, read_batteries(path)
        except DronectlError as error:
            failures[path] = error
            continue
        own = []
        for track in tracks:
            series = batteries.get(track.system_id)
            if series is None:
                continue
            begin_us, end_us = track.time_utc[[0, -1]].astype(np.int64).tolist()
            series = series.between(begin_us - _AROUND_US, end_us + _AROUND_US)
            if len(series) > 1:
                own.append(Flown(track, series))
        if tracks and not own:
            untold.append(path)
        flights += own
        sources += [path] * len(own)
    groups = grouped([fingerprint_of(one.track) for one in flights], sources)
    once = sorted((flights[group[0]] for group in groups), key=lambda one: one.start_us)
    by_id = {drone.system_id: drone for drone in fleet}
    found = [
        calibrated(
            next(one.track.name for one in once if one.track.system_id == system_id),
            system_id,
            by_id.get(system_id),
            [one for one in once if one.track.system_id == system_id],
            cells=cells,
            curve=curve,
        )
        for system_id in sorted({one.track.system_id for one in once})
    ]
    return Calibrations(tuple(found), failures, tuple(untold))
