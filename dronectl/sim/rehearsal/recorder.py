"""Writes down where an aircraft truly is while it flies."""

from __future__ import annotations

import math
from array import array

import numpy as np

from dronectl.model.rehearsal.flown import End, FloatColumn, FlownSortie, Photographs, Track
from dronectl.sim.flight.aircraft import Aircraft
from dronectl.sim.rehearsal.conditions import DroneConditions

STEPS_PER_SAMPLE = 5
_COLUMNS = 6
_PICTURE_COLUMNS = 5
_ON_GROUND_M = -math.inf


class Recorder:
    """Four samples a second, and each picture; :meth:`flown` gives them with the errors that the run has."""

    def __init__(self, aircraft: Aircraft, begins_s: float) -> None:
        """``begins_s``: the aircraft's own seconds at which its mission began."""
        self._aircraft = aircraft
        self._begins_s = begins_s
        self._samples = array("d")
        self._pictures = array("d")
        self._counted = aircraft.camera.pictures
        self.sample()

    def sample(self) -> None:
        """Where it is now."""
        copter = self._aircraft.copter
        body = copter.airframe
        up_m = _ON_GROUND_M if copter.is_landed else body.up_m
        self._samples.extend(
            (copter.now_s - self._begins_s, body.north_m, body.east_m, up_m, self._aircraft.pilot.run.seq,
             copter.battery.remaining_share)
        )  # fmt: skip

    def look(self) -> None:
        """Whether a picture was taken in the step just done."""
        pictures = self._aircraft.camera.pictures
        if pictures != self._counted:
            self._counted = pictures
            copter = self._aircraft.copter
            body = copter.airframe
            now_s = copter.now_s - self._begins_s
            self._pictures.extend((now_s, body.north_m, body.east_m, body.up_m, body.yaw_rad))

    def flown(
        self, conditions: DroneConditions, *, sortie: int, start_s: float, end: End, said: tuple[str, ...] = ()
    ) -> FlownSortie:
        """What was written down; ``start_s`` after the start of the wave the mission began."""
        name = self._aircraft.copter.settings.name
        time_s, north_m, east_m, up_m, item, left = _table(self._samples, _COLUMNS)
        lat_deg, lon_deg, height_m = self._truly(conditions, time_s, north_m, east_m, up_m)
        track = Track(time_s + start_s, lat_deg, lon_deg, height_m, item.astype(np.int32), left * 100.0)
        taken_s, north_m, east_m, up_m, yaw_rad = _table(self._pictures, _PICTURE_COLUMNS)
        lat_deg, lon_deg, height_m = self._truly(conditions, taken_s, north_m, east_m, up_m)
        photographs = Photographs(lat_deg, lon_deg, height_m, np.degrees(yaw_rad) % 360.0)
        return FlownSortie(name, sortie, track, photographs, start_s, end, said)

    def _truly(
        self, conditions: DroneConditions, time_s: FloatColumn, north_m: FloatColumn, east_m: FloatColumn,
        up_m: FloatColumn,
    ) -> tuple[FloatColumn, FloatColumn, FloatColumn]:  # fmt: skip
        """Latitude, longitude and height of where the aircraft was when it believed to be there. On the ground it is
        where it stands, however the barometer drifts."""
        off_north_m, off_east_m, off_up_m = conditions.position_errors_m(time_s)
        lat_deg, lon_deg = self._aircraft.copter.chart.to_degrees(north_m + off_north_m, east_m + off_east_m)
        return lat_deg, lon_deg, np.maximum(up_m + off_up_m, 0.0)


def _table(values: array[float], columns: int) -> list[FloatColumn]:
    table = np.frombuffer(values, dtype=np.float64) if len(values) else np.zeros(0)
    return list(table.reshape(-1, columns).T.copy())
