"""How tracks are to be looked at: coloured by what, drawn at which heights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dronectl.errors import InputError
from dronectl.model.track.track import Track

if TYPE_CHECKING:
    from dronectl.model.ground.terrain import Terrain

AMSL_DATUM = "EGM96"
"""Autopilots take heights above mean sea level from their GPS receiver, and receivers have the geoid EGM96."""
AMSL_WORDS = f"metres above mean sea level ({AMSL_DATUM}), as the autopilot gives them"


class ColourBy(StrEnum):
    """What the colour of a line tells."""

    DRONE = "drone"
    MODE = "mode"
    SPEED = "speed"
    ALTITUDE = "altitude"
    BATTERY = "battery"


class Heights(StrEnum):
    """At which heights positions are drawn in 3-D."""

    ABSOLUTE = "absolute"
    """Above mean sea level."""
    RELATIVE = "relative"
    """Above the vehicle's home of that time, put on top of the viewer's ground."""

    @property
    def words(self) -> str:
        if self is Heights.ABSOLUTE:
            return f"Heights are {AMSL_WORDS}"
        return (
            "Heights are metres above each drone's home at that time, drawn above the ground of this program: "
            "right only where the ground is as high as home"
        )


@dataclass(frozen=True, slots=True)
class TrackView:
    """What ``track export`` was asked to show."""

    colour_by: ColourBy = ColourBy.DRONE
    heights: Heights = Heights.ABSOLUTE


DEFAULT_VIEW = TrackView()


def with_heights(track: Track, heights: Heights) -> Track:
    """The track without the fixes whose height is not known; they count as dropped.

    Raises:
        InputError: none is known.
    """
    known = np.isfinite(heights_m(track, heights))
    if known.all():
        return track
    if not known.any():
        raise InputError(
            f"{track.name}, flight of {track.start_utc}: the recording does not tell how high its home is",
            hint="--heights absolute needs no home",
        )
    return replace(track.take(known), dropped=track.dropped + int((~known).sum()))


def heights_m(track: Track, heights: Heights) -> NDArray[np.float64]:
    """The column that is drawn."""
    return track.amsl_altitude_m if heights is Heights.ABSOLUTE else track.relative_altitude_m


def above_ground_m(track: Track, terrain: Terrain | None) -> NDArray[np.float64]:
    """Height above the ground of the elevation files; NaN where they know none."""
    if terrain is None:
        return np.full(len(track), np.nan)
    return track.amsl_altitude_m - terrain.heights_m(track.lat_deg, track.lon_deg)
