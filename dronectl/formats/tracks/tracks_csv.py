"""Tracks as CSV: a line a fix, units in the header."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dronectl.formats.tracks.columns import Number, numbered, numbers_of
from dronectl.formats.tracks.view import AMSL_DATUM
from dronectl.geodesy.geoid import geoid_words
from dronectl.model.track.track import Track, iso_utc

if TYPE_CHECKING:
    from dronectl.model.ground.terrain import Terrain

CSV_COLUMNS: tuple[str, ...] = (
    "time_utc",
    "drone",
    "system_id",
    "flight",
    "lat_deg",
    "lon_deg",
    "amsl_altitude_m",
    "relative_altitude_m",
    "ellipsoid_altitude_m",
    "above_ground_m",
    "ground_speed_m_s",
    "heading_deg",
    "battery_pct",
    "mode",
    "clock",
    "clock_source",
    "clock_spread_s",
    "clock_corrections",
    "amsl_datum",
    "geoid",
    "simplified_within_m",
    "fixes_left_out_of_flight",
)


def to_csv(tracks: Sequence[Track], *, terrain: Terrain | None = None) -> bytes:
    """An unknown value is empty. CSV has no room for remarks, so what is true of a whole flight (its clock, the datum,
    where the ellipsoid is known from, what was left out) are columns."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for flight, track in numbered(tracks):
        places = (Number("lat_deg", track.lat_deg, 7), Number("lon_deg", track.lon_deg, 7))
        columns = [number.texts() for number in (*places, *numbers_of(track, terrain))]
        timing = track.timing
        quality = (timing.source, f"{timing.spread_s:.3f}", "; ".join(timing.corrections_words))
        told = (track.clock, *quality, AMSL_DATUM, geoid_words(track), f"{track.tolerance_m:g}", track.simplified_away)
        writer.writerows(
            (time, track.name, track.system_id, flight, *values, mode, *told)
            for time, mode, *values in zip(iso_utc(track.time_utc), track.mode_column(), *columns, strict=True)
        )
    return stream.getvalue().encode("utf-8")
