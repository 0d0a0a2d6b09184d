"""Circles and splines as ArduCopter 4.5 flies them, in straight pieces that miss the curve by a centimetre at most.

The vehicle itself was seen 2.2 m beside a spline at most, and 1.3 to 1.7 m inside a circle's rim (SITL, 8 m/s): that is
what margins are for, as are cut corners.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import FloatArray

CURVE_TOLERANCE_M = 0.01
"""No point of a curve lies farther than this from its pieces, nor a point of the pieces from the curve."""

LONGEST_TANGENTS = 4.0
"""Both end tangents of a spline together are cut to this many times its chord (SPLINE_FACTOR of SplineCurve.cpp)."""

LATERAL_SHARE = 0.5
"""Share of the acceleration limit that a spline may use across its path (LATERAL_ACCEL_SCALER there)."""


@dataclass(frozen=True)
class Spline:
    """A cubic Hermite curve from one position to another; all vectors (3,) in metres.

    Its tangents are what AC_WPNav gives to it: at the start the tangent of the leg before (its whole length for a
    straight leg, nothing when the drone stood still), at the end the way from the start to the next spline's end, or
    the next straight leg, or nothing when it stops there.
    """

    start: FloatArray
    end: FloatArray
    start_tangent: FloatArray
    end_tangent: FloatArray

    def coefficients(self) -> FloatArray:
        """(4, 3): position = c0 + c1 t + c2 t² + c3 t³ for t in 0..1."""
        chord = self.end - self.start
        tangents_m = float(np.linalg.norm(self.start_tangent) + np.linalg.norm(self.end_tangent))
        longest_m = LONGEST_TANGENTS * float(np.linalg.norm(chord))
        scale = longest_m / tangents_m if tangents_m > longest_m else 1.0
        first, last = self.start_tangent * scale, self.end_tangent * scale
        return np.array([self.start, first, 3 * chord - 2 * first - last, first + last - 2 * chord])

    def pieces(self) -> FloatArray:
        """(n + 1, 3): points on the curve whose chords keep ``CURVE_TOLERANCE_M``.

        A chord over a step h of the parameter misses the curve by at most h²/8 times the largest second derivative,
        which is linear in the parameter for a cubic and so largest at an end.
        """
        _, _, c2, c3 = self.coefficients()
        bend_m = max(float(np.linalg.norm(2 * c2)), float(np.linalg.norm(2 * c2 + 6 * c3)))
        count = max(1, math.ceil(math.sqrt(bend_m / (8 * CURVE_TOLERANCE_M))))
        times = np.linspace(0.0, 1.0, count + 1)
        points: FloatArray = np.vander(times, 4, increasing=True) @ self.coefficients()
        points[0], points[-1] = self.start, self.end
        return points

    def speeds_m_s(self, count: int, cruise_m_s: float, acceleration_m_s2: float) -> FloatArray:
        """(count,): speed in the middle of each of ``count`` pieces that keeps the acceleration across the path."""
        _, c1, c2, c3 = self.coefficients()
        t = ((np.arange(count) + 0.5) / count)[:, None]
        velocity = c1 + 2 * t * c2 + 3 * t**2 * c3
        acceleration = 2 * c2 + 6 * t * c3
        squared = np.einsum("ij,ij->i", velocity, velocity)
        along = np.einsum("ij,ij->i", acceleration, velocity)
        inverse = np.divide(1.0, squared, out=np.zeros_like(squared), where=squared > 0)
        across = np.linalg.norm(acceleration - velocity * (along * inverse)[:, None], axis=1)
        limit = LATERAL_SHARE * acceleration_m_s2 * squared
        fastest = np.sqrt(np.divide(limit, across, out=np.full_like(limit, np.inf), where=across > 0))
        speeds_m_s: FloatArray = np.clip(fastest, min(0.5, cruise_m_s), cruise_m_s)
        return speeds_m_s


def circle_sides(radius_m: float) -> int:
    """How many sides a polygon about a circle needs so that its corners stand out by ``CURVE_TOLERANCE_M`` at most."""
    return max(12, math.ceil(math.pi / math.acos(radius_m / (radius_m + CURVE_TOLERANCE_M))))
