"""Every leg keeps clear of the ground below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import HEIGHT_TOLERANCE_M, Found, Rule, found
from dronectl.checks.trajectory.leg import Leg, LegKind
from dronectl.checks.wording import Form
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.fix import Fix, replaced
from dronectl.model.plan.mission import Frame

_LEVEL = (LegKind.TRAVEL, LegKind.CIRCLE, LegKind.RETURN)
"""Take-off, landing and what lies between them in one place may be near the ground."""


LOW = Form(
    "{height:.1f} m above ground on {leg}; at least {least:g} m required",
    "สูงจากพื้นดิน {height} ม. ที่{leg} ต้องสูงอย่างน้อย {least} ม.",
    many="less than {least} m above ground, lowest {height} m",
    many_thai="สูงจากพื้นดินไม่ถึง {least} ม. ต่ำที่สุด {height} ม.",
)
BELOW = Form(
    "{height:.1f} m below ground on {leg}; at least {least:g} m above it required",
    "ต่ำกว่าพื้นดิน {height} ม. ที่{leg} ต้องสูงอย่างน้อย {least} ม.",
    many="below ground, deepest {height} m",
    many_thai="ต่ำกว่าพื้นดิน ต่ำที่สุด {height} ม.",
)
UNKNOWN = Form(
    "ground height unknown below {leg}: not in the elevation files",
    "ไม่ทราบความสูงพื้นดินใต้{leg}: ไม่มีในไฟล์ระดับความสูง",
    many="over ground that is not in the elevation files",
    many_thai="บินเหนือพื้นดินที่ไม่มีในไฟล์ระดับความสูง",
)
NO_FILE = Form(
    "altitude above terrain checked over flat ground: no elevation file",
    "ความสูงเหนือภูมิประเทศตรวจกับพื้นราบ: ไม่มีไฟล์ระดับความสูง",
    many="with altitudes above terrain and no elevation file",
    many_thai="ใช้ความสูงเหนือภูมิประเทศโดยไม่มีไฟล์ระดับความสูง",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """The lowest leg of each flight, the first over unknown ground, and a word on what flat ground cannot show."""
    for flight in flights:
        if ground.relief.is_flat:
            yield from _follows_unseen(flight)
        if flight.legs:
            yield from _check_legs(flight, ground)


def _check_legs(flight: Flight, ground: Ground) -> Iterator[Found]:
    least_m = 0.0 if ground.relief.is_flat else ground.site.rules.terrain_clearance_m
    profiles = flight.profiles
    level = np.array([leg.kind in _LEVEL for leg in flight.distinct])
    for index in np.flatnonzero(level & (profiles.least_m < least_m - HEIGHT_TOLERANCE_M)):
        leg, height_m = flight.distinct[index], float(profiles.least_m[index])
        place = _along(leg, float(profiles.least_at[index]))
        how = LOW if height_m >= 0 else BELOW
        yield found(
            "terrain",
            flight,
            how(height=abs(height_m), leg=leg.words(), least=least_m),
            item=leg.item,
            where=place,
            extent=flight.distinct_shapes[index],
            amount=least_m - height_m,
            unit="m",
            group="low",
            fix=_raise(flight, leg, least_m - height_m),
        )
    for index in np.flatnonzero(np.isfinite(profiles.unknown_at)):
        leg = flight.distinct[index]
        yield found(
            "terrain",
            flight,
            UNKNOWN(leg=leg.words()),
            item=leg.item,
            where=_along(leg, float(profiles.unknown_at[index])),
            extent=flight.distinct_shapes[index],
            group="unknown",
            fix=Fix("add the elevation file of this place to [terrain] files in dronectl.toml"),
        )


def _along(leg: Leg, share: float) -> shapely.Point:
    x_m = leg.start.x_m + share * (leg.end.x_m - leg.start.x_m)
    return shapely.Point(x_m, leg.start.y_m + share * (leg.end.y_m - leg.start.y_m))


def _raise(flight: Flight, leg: Leg, by_m: float) -> Fix | None:
    """Both ends of the leg by as much as the worst of it lacks; no program does that unasked."""
    if leg.kind is not LegKind.TRAVEL:
        return None
    item = flight.mission.items[leg.item]
    altitude_m = float(np.ceil((item.altitude_m + by_m) * 10 - 1e-6) / 10)
    words = f"raise item {leg.item} from {item.altitude_m:g} to {altitude_m:g} m, and the item before it as much"
    return Fix(words, (replaced(leg.item, item.with_altitude(altitude_m)),))


def _follows_unseen(flight: Flight) -> Iterator[Found]:
    """Items above terrain where no elevation file says what that is."""
    for seq, item in enumerate(flight.mission.items):
        if item.frame in (Frame.GLOBAL_TERRAIN_ALT, Frame.GLOBAL_TERRAIN_ALT_INT):
            yield found(
                "terrain",
                flight,
                NO_FILE(),
                item=seq,
                severity=Severity.WARNING,
                group="follows",
                fix=Fix("name an elevation file in [terrain] files of dronectl.toml"),
            )


RULE = Rule(
    id="terrain",
    title="Clear of the ground",
    explanation="With elevation files ([terrain] files) every leg but take-off and landing keeps [rules] "
    "terrain_clearance_m above the ground, and lies where the files know it. Without files the ground is flat, and a "
    "leg below it is an error.",
    find=find,
    why="Altitudes are above home, or above the sea: neither knows of the hill on the way.",
    source="SRTM .hgt (1″ or 3″, EGM96) or GeoTIFF. Between its points the ground is bilinear, and the least height is "
    "worked out exactly for that, at every line of the grid and within every cell. SRTM was specified to be right "
    "within 16 m in nine places of ten (NASA JPL), and it sees tree-tops.",
    example="6.2 m above ground on leg 3→4; at least 20 m required",
    remedy="Raise the items at both ends of the leg, or fly around the hill.",
)
