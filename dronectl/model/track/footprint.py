"""What one photograph shows of the ground."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dronectl.model.geo import Ring
from dronectl.model.track.photograph import Photograph


class GroundBy(StrEnum):
    """What tells how high above the ground a photograph was taken."""

    TERRAIN = "terrain"
    """The workspace's elevation files."""
    HOME = "home"
    """The height above home: the ground is taken to be as high as that."""
    SITE = "site"
    """The site's elevation."""

    @property
    def description(self) -> str:
        match self:
            case GroundBy.TERRAIN:
                return "above the ground of the elevation files"
            case GroundBy.HOME:
                return "above home, which stands for the ground"
            case GroundBy.SITE:
                return "above the site's elevation, which stands for the ground"


@dataclass(frozen=True, slots=True)
class Footprint:
    """Where the corners of a photograph lie on the ground, which is taken to be level."""

    photograph: Photograph
    corners: Ring
    """Four, anticlockwise as seen from above, from the top left of the picture on. Over the antimeridian longitudes
    jump."""
    height_m: float
    """Above the ground."""
    ground_by: GroundBy
    heading_deg: float
    """Of the picture's top: the photograph's yaw, else where the track led."""
    gsd_m: float
    """Ground sampling distance in the middle of the picture."""
    stabilised: bool
    """As :attr:`dronectl.model.fleet.Camera.stabilised`: False, where the aircraft's roll and pitch count, if told."""
