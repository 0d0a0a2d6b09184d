"""What tracks and plans share in a KML file: the styles of each drone, and lengths and times in words."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.formats.kml import elements as kml


@dataclass(frozen=True, slots=True)
class DroneStyles:
    """Style ids of one drone: what it flew, what was planned for it, and its waypoints, photos and messages."""

    flown: str
    planned: str
    dots: str
    home: str
    moving: str
    """Its icon on the time slider, without a line."""

    @classmethod
    def numbered(cls, number: int) -> DroneStyles:
        name = f"drone-{number}"
        return cls(name, f"{name}-plan", f"{name}-dot", f"{name}-home", f"{name}-moving")

    def texts(self, colour: str) -> list[str]:
        """The styles in the drone's colour (``#rrggbb``); names of dots stay out of the map."""
        return [
            kml.style(self.flown, colour, width=4.0, icon="track", icon_scale=1.0),
            kml.style(self.planned, colour, width=3.0, opacity=0.8),
            kml.style(self.dots, colour, icon="placemark_circle", icon_scale=0.5, label_scale=0.0),
            kml.style(self.home, colour, icon="heliport", icon_scale=0.8),
        ]

    def icon_alone(self, colour: str) -> list[str]:
        """The style of a track whose line is drawn in other colours."""
        return [kml.style(self.moving, colour, line_opacity=0.0, icon="track", icon_scale=1.0)]


def distance_text(metres: float) -> str:
    return f"{metres / 1000:.2f} km" if metres >= 1000 else f"{metres:.0f} m"


def duration_text(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
