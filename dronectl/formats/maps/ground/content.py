"""What both pages show: the map itself, the rows of areas, the notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dronectl.formats.maps import layers, symbols
from dronectl.formats.maps.below import Below
from dronectl.formats.maps.labels import Box
from dronectl.formats.maps.scene import Scene, scene_of
from dronectl.formats.maps.svg_text import element
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import height_range, shown
from dronectl.geodesy.distance import great_circle_m
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.feature_kind import FeatureKind, kind_of
from dronectl.model.ground.zone import Cctv, Corridor, Feature, Fence, HomePoint, KeepOut, Obstacle, RallyPoint, Zone
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site

KIND_WORDS = {
    FeatureKind.FENCE: "แนวเขตบิน · fence",
    FeatureKind.ZONE: "พื้นที่ลาดตระเวน · zones",
    FeatureKind.KEEP_OUT: "เขตห้ามเข้า · keep-outs",
    FeatureKind.OBSTACLE: "สิ่งกีดขวาง · obstacles",
    FeatureKind.POI: "จุดสนใจ · points of interest",
    FeatureKind.CORRIDOR: "ถนน · corridors",
    FeatureKind.CCTV: "กล้องวงจรปิด · cctv",
    FeatureKind.RALLY: "จุดลงฉุกเฉิน · rally points",
    FeatureKind.HOME: "จุดขึ้นลง · homes",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A site and what is to be said of it. ``areas_m2``: sizes of its areas by feature id."""

    site: Site
    areas_m2: dict[str, float]
    notes: Sequence[str]
    around: Feature | None = None
    """The feature that fills the picture; None: everything."""

    def scene(self) -> Scene:
        """Of a plan without flights, as the layers of maps want it."""
        nothing = Plan(self.site.name, "", (), {}, 0.0, None, None, None)
        return scene_of(nothing, self.site, None)

    def focus(self, scene: Scene) -> list[GeoPoint]:
        """The places that have to be in the picture."""
        return scene.focus() if self.around is None else list(_places(self.around))

    @property
    def margin(self) -> float:
        """Share of the picture that is left free on each side: the neighbourhood of a single feature."""
        return 0.06 if self.around is None else 0.25

    def facts(self, feature: Feature) -> str:
        """How large, how high, how long it is; and that nobody measured it."""
        facts: list[str] = []
        if feature.id in self.areas_m2:
            facts.append(_area_words(self.areas_m2[feature.id]))
        match feature:
            case KeepOut() if feature.floor_m > 0.0 or feature.ceiling_m is not None:
                facts.append(height_range(feature))
            case Obstacle():
                facts.append(f"{feature.height_m:g} m")
            case Corridor():
                length_m = sum(great_circle_m(a, b) for a, b in zip(feature.line, feature.line[1:], strict=False))
                facts.append(f"{length_m:,.0f} × {feature.width_m:g} m")
            case RallyPoint():
                facts.append(f"{feature.relative_altitude_m:g} m")
            case _:
                pass
        return " · ".join(facts)


def map_content(
    scene: Scene, view: MapView, *, around: Box, near: Box, taken: Sequence[Box] = (), below: Below | None = None
) -> list[str]:
    """Everything on the ground, the homes, and names that keep clear of each other. ``below`` is drawn in ``near``."""
    naming, zones = layers.Naming(taken=list(taken)), scene.site.zones
    drawn = [] if below is None else below.drawn(view, near)
    drawn += layers.site_layer(zones, view, naming, around=around)
    drawn += layers.site_signs(zones, view, naming)
    drawn += _homes(scene.site, view, naming)
    _name_homes(scene.site, view, naming)
    layers.name_site(zones, view, naming)
    for corridor in zones.corridors:
        middle = corridor.line[len(corridor.line) // 2]
        naming.name(view.at(middle), shown(corridor.name), 9.5, colour="#555", gap=6.0, reach=2)
    names = naming.drawn(view.box)
    streets = [] if below is None else below.names(view, near, naming)
    return [*drawn, *streets, *names]


def by_kind(site: Site) -> Iterator[tuple[FeatureKind, list[Feature]]]:
    """What there is, kind after kind."""
    features = site.zones.features()
    for kind in FeatureKind:
        of_kind = [feature for feature in features if kind_of(feature) is kind]
        if of_kind:
            yield kind, of_kind


def said_of(feature: Feature) -> str:
    """Its name, of a dated keep-out with its times."""
    return feature.dated_name if isinstance(feature, KeepOut) else feature.name


def sample(feature: Feature) -> str:
    """A small sign of how it is drawn, around (0, 0)."""
    match feature:
        case Zone():
            return _patch(f"url(#zone-{feature.category})", symbols.ZONE_COLOURS[feature.category])
        case KeepOut():
            return _patch("url(#keep-out)", symbols.KEEP_OUT_COLOUR)
        case Fence():
            return element("path", d="M-14 0H12", class_="fence")
        case Corridor():
            return element("path", d="M-14 0H12", class_="corridor", stroke_width=6.0)
        case Cctv():
            return element("path", d="M-10 0L10 -5V5Z", class_="cctv")
        case Obstacle():
            return symbols.mast()
        case RallyPoint():
            return symbols.rally()
        case HomePoint():
            return element("g", symbols.home(symbols.INK), transform="scale(.8)")
        case _:
            return symbols.poi(feature.category)  # type: ignore[attr-defined]


def _homes(site: Site, view: MapView, naming: layers.Naming) -> list[str]:
    drawn: list[str] = []
    for place, colour in _home_places(site):
        at = view.at(place)
        drawn.append(layers.fixed(at, symbols.home(colour)))
        naming.sign(at, 10.0)
    return drawn


def _home_places(site: Site) -> Iterator[tuple[GeoPoint, str]]:
    """Of the drones in their colours, and homes that no drone has."""
    taken = {drone.home for drone in site.drones}
    yield from ((home.position, symbols.INK) for home in site.zones.homes if home.position not in taken)
    yield from ((drone.home, drone.colour) for drone in site.drones)


def _name_homes(site: Site, view: MapView, naming: layers.Naming) -> None:
    for drone in site.drones:
        naming.name(
            view.at(drone.home),
            shown(drone.name),
            12.0,
            colour=drone.colour,
            bold=True,
            gap=12.0,
            reach=2,
            must_show=True,
        )


def _places(feature: Feature) -> Iterator[GeoPoint]:
    match feature:
        case Fence() | Zone() | KeepOut():
            yield from feature.polygon.exterior
        case Corridor():
            yield from feature.line
        case _:
            yield feature.position  # type: ignore[attr-defined]


def _patch(fill: str, stroke: str) -> str:
    return element("rect", x=-14.0, y=-5.0, width=26.0, height=10.0, fill=fill, stroke=stroke, stroke_width=1.2)


def _area_words(area_m2: float) -> str:
    return f"{area_m2 / 1e6:.2f} km²" if area_m2 >= 100_000 else f"{area_m2:,.0f} m²"
