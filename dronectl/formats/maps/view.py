"""From places on the ground to places in the picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dronectl.formats.maps.labels import Box
from dronectl.geodesy.plane import XY, LocalPlane
from dronectl.model.geo import GeoPoint

_LEAST_SPAN_M = 200.0


@dataclass(frozen=True, slots=True)
class MapView:
    """North is up; ``scale`` is drawing units a metre, ``middle_m`` the place in the middle of ``box``."""

    frame: LocalPlane
    box: Box
    middle_m: XY
    scale: float

    @classmethod
    def of(cls, frame: LocalPlane, places: Iterable[GeoPoint], box: Box, *, margin: float = 0.06) -> MapView:
        """The largest view of all places in the box, with this share of it left free on each side."""
        spots = [frame.to_xy(place) for place in places]
        xs, ys = [x for x, _ in spots], [y for _, y in spots]
        wide_m = max(max(xs) - min(xs), _LEAST_SPAN_M)
        high_m = max(max(ys) - min(ys), _LEAST_SPAN_M)
        left, top, right, bottom = box
        room = 1.0 - 2.0 * margin
        scale = min((right - left) * room / wide_m, (bottom - top) * room / high_m)
        return cls(frame, box, ((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2), scale)

    def at(self, place: GeoPoint) -> XY:
        """Where in the drawing a place is."""
        return self.at_xy(self.frame.to_xy(place))

    def at_xy(self, spot: XY) -> XY:
        """Where in the drawing a spot in metres is."""
        left, top, right, bottom = self.box
        x = (left + right) / 2 + (spot[0] - self.middle_m[0]) * self.scale
        return x, (top + bottom) / 2 - (spot[1] - self.middle_m[1]) * self.scale

    def shows(self, places: Iterable[GeoPoint]) -> bool:
        """Whether the box around these places reaches into the picture."""
        line = self.line(places)
        left, top, right, bottom = self.box
        xs, ys = [x for x, _ in line], [y for _, y in line]
        return min(xs) <= right and max(xs) >= left and min(ys) <= bottom and max(ys) >= top

    def line(self, places: Iterable[GeoPoint]) -> list[XY]:
        return [self.at(place) for place in places]
