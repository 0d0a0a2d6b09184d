"""The ``kind`` under which each class of feature stands in geofences/."""

from __future__ import annotations

from enum import StrEnum

from dronectl.model.ground.zone import (
    Cctv,
    Corridor,
    Feature,
    Fence,
    HomePoint,
    KeepOut,
    Obstacle,
    PointOfInterest,
    RallyPoint,
    Zone,
)


class FeatureKind(StrEnum):
    """The ``kind`` of a feature."""

    FENCE = "fence"
    ZONE = "zone"
    KEEP_OUT = "keep_out"
    OBSTACLE = "obstacle"
    POI = "poi"
    CORRIDOR = "corridor"
    CCTV = "cctv"
    RALLY = "rally"
    HOME = "home"


_KINDS: dict[type[Feature], FeatureKind] = {
    Fence: FeatureKind.FENCE,
    Zone: FeatureKind.ZONE,
    KeepOut: FeatureKind.KEEP_OUT,
    Obstacle: FeatureKind.OBSTACLE,
    PointOfInterest: FeatureKind.POI,
    Corridor: FeatureKind.CORRIDOR,
    Cctv: FeatureKind.CCTV,
    RallyPoint: FeatureKind.RALLY,
    HomePoint: FeatureKind.HOME,
}


def kind_of(feature: Feature) -> FeatureKind:
    """The ``kind`` under which geofences/ has this feature."""
    return _KINDS[type(feature)]


def feature_class(kind: FeatureKind) -> type[Feature]:
    """The class of the features of this kind."""
    return next(one for one, its_kind in _KINDS.items() if its_kind is kind)
