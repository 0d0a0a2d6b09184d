"""A workspace on disk becomes one validated :class:`~dronectl.model.site.Site`, or every problem that it has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from dronectl.errors import InputError, InputErrors
from dronectl.model.broker import MqttSettings
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.feature_kind import FeatureKind
from dronectl.model.ground.zone import HomePoint
from dronectl.model.plan.patrol import Patrol
from dronectl.model.recorder import RecorderSettings
from dronectl.model.site import Site
from dronectl.model.tak.settings import TakSettings
from dronectl.site.config import Config, read_config
from dronectl.site.geojson_file import RawFeature, read_features
from dronectl.site.patrols.known_names import Known
from dronectl.site.patrols.mission_files import read_patrol
from dronectl.site.root import CONFIG_FILE
from dronectl.site.table import ID_PATTERN, ID_WORDS, Problems, one_of, printable, shown
from dronectl.site.zones import ZonesRead, read_zones
from dronectl.storage.reading import decode, read_bytes

if TYPE_CHECKING:
    from dronectl.model.ground.terrain import Terrain  # NumPy is not needed for orders

ZONES_FOLDER = "geofences"
MISSIONS_FOLDER = "missions"


def load_site(root: Path) -> Site:
    """Read and validate the whole workspace.

    Raises:
        InputErrors: with every problem of every file.
    """
    from dronectl.site.consistency import collect_errors  # shapely and pyproj: 0.2 s that orders do without

    reader = _Reader(root)
    site = reader.site()
    if site is not None and not reader.problems.lines:
        for line in collect_errors(site):
            reader.problems.add(line)
    if site is None or reader.problems.lines:
        raise _errors(root, reader.problems)
    return site


def read_site(root: Path) -> Site:
    """The workspace as its files tell it, for names, colours and pictures: no shape is measured or compared.

    Every file is validated by itself, but a shape may cross itself or lie outside the fence. Nothing is planned,
    checked or flown by it.

    Raises:
        InputErrors: with every problem of every file.
    """
    reader = _Reader(root, measures=False)
    site = reader.site()
    if site is None or reader.problems.lines:
        raise _errors(root, reader.problems)
    return site


def load_ground(root: Path, added: Mapping[str, str] = MappingProxyType({})) -> Site:
    """The workspace as far as it is there: what is still to come is nothing wrong, what is there must fit together.

    Missions are not read. No fence, no file in geofences/ and drones without a home (which are left out) are no
    problem. ``added``: texts of GeoJSON files that are read as if they were there, by the name that they would have.

    Raises:
        InputErrors: with every problem that no further part mends.
    """
    from dronectl.site.consistency import collisions  # see load_site

    reader = _Reader(root, added=added, is_partial=True)
    site = reader.site()
    if site is not None and not reader.problems.lines:
        for line in collisions(site):
            reader.problems.add(line)
    if site is None or reader.problems.lines:
        raise _errors(root, reader.problems)
    return site


def missing_parts(root: Path) -> list[str]:
    """What a workspace that :func:`load_ground` takes still lacks before anything can be planned in it."""
    from dronectl.site.consistency import missing_fences

    try:
        load_site(root)
    except InputErrors as error:
        return list(dict.fromkeys([*missing_fences(load_ground(root)), *error.problems]))
    return []


def load_drones(root: Path) -> tuple[Drone, ...]:
    """The fleet alone, for orders and telemetry: dronectl.toml is validated, the ground is not looked at.

    So an order goes out at once, and also while somebody edits geofences/. Homes that are features are read with them.

    Raises:
        InputErrors: with every problem of the files read.
    """
    reader = _Reader(root)
    config = reader.config()
    if config is not None and any(entry.home is None for entry in config.drones):
        return load_site(root).drones
    if config is None or reader.problems.lines:
        raise _errors(root, reader.problems)
    return tuple(entry.drone for entry in config.drones)


def load_time_zone(root: Path) -> str:
    """The site's time zone, of dronectl.toml alone.

    Raises:
        InputErrors: with every problem of that file.
    """
    return _config(root).time_zone


def load_recorder(root: Path) -> RecorderSettings:
    """How the black box records, of dronectl.toml alone.

    Raises:
        InputErrors: with every problem of that file.
    """
    return _config(root).recorder


def _config(root: Path) -> Config:
    reader = _Reader(root)
    config = reader.config()
    if config is None or reader.problems.lines:
        raise _errors(root, reader.problems)
    return config


def load_mqtt(root: Path) -> MqttSettings | None:
    """The broker that is told of the fleet, of dronectl.toml alone; None: there is none.

    Raises:
        InputErrors: with every problem of that file.
    """
    return _config(root).mqtt


def load_tak(root: Path) -> TakSettings | None:
    """The TAK server that is told of the fleet, of dronectl.toml alone; None: there is none.

    Raises:
        InputErrors: with every problem of that file.
    """
    return _config(root).tak


def _errors(root: Path, problems: Problems) -> InputErrors:
    count = "1 problem" if len(problems.lines) == 1 else f"{len(problems.lines)} problems"
    return InputErrors(
        f"the workspace {root} has {count}", problems.lines, hint="correct them and run 'dronectl zones check'"
    )


@dataclass(slots=True)
class _Reader:
    root: Path
    measures: bool = True
    """Whether polygons must be sound, which shapely and pyproj tell."""
    added: Mapping[str, str] = field(default_factory=dict)
    is_partial: bool = False
    """See :func:`load_ground`."""
    problems: Problems = field(default_factory=Problems)
    sources: dict[str, str] = field(default_factory=dict)

    def site(self) -> Site | None:
        """All files in turn. References are checked against what the other files name, readable or not."""
        config = self.config()
        zones = read_zones(self._features(config), config.drone_names if config else frozenset())
        patrols = () if self.is_partial else tuple(self._patrols(config, zones))
        if config is None or config.home is None:
            return None
        if not self.is_partial:
            self._check_papers(config, zones)
        terrain = self._terrain(config)
        return Site(
            root=self.root,
            name=config.name,
            time_zone=config.time_zone,
            home=config.home,
            ground_elevation_m=config.ground_elevation_m,
            geoid_undulation_m=self._geoid_undulation_m(config.geoid_undulation_m, config.home),
            geoid_was_given_m=config.geoid_undulation_m,
            rules=config.rules,
            authorisations=tuple(authorisation for authorisation, _ in config.authorisations),
            aerodromes=config.aerodromes,
            drones=tuple(_with_homes(config, zones, is_partial=self.is_partial)),
            zones=zones.zone_set(),
            patrols=patrols,
            sources=dict(sorted(self.sources.items())),
            checklist=config.checklist,
            filings=tuple(filing for filing, _ in config.law_tables.filings),
            papers=config.law_tables.papers,
            pilots=config.law_tables.pilots,
            terrain=terrain,
            traffic=config.traffic,
            map=config.map,
            tak=config.tak,
        )

    def config(self) -> Config | None:
        text = self._text(self.root / CONFIG_FILE)
        if text is None:
            return None
        try:
            return read_config(text, file=CONFIG_FILE, problems=self.problems)
        except InputError as error:
            self.problems.add(error.message)
            return None

    def _features(self, config: Config | None) -> Iterator[RawFeature]:
        home = config.home if config else None
        paths = self._files(ZONES_FOLDER, "*.geojson")
        if not paths and not self.is_partial:
            self.problems.add(
                f"{ZONES_FOLDER}: found no file *.geojson, allowed at least one, with a feature of kind fence"
            )
        there = ((self._relative(path), self._text(path)) for path in paths)
        for file, text in (*there, *self.added.items()):
            if text is None:
                continue
            try:
                yield from read_features(text, file=file, home=home, problems=self.problems, measures=self.measures)
            except InputError as error:
                self.problems.add(error.message)

    def _patrols(self, config: Config | None, zones: ZonesRead) -> Iterator[Patrol]:
        known = Known(
            drones=config.drone_names if config else frozenset(),
            zones=zones.ids_of(FeatureKind.ZONE),
            points=zones.ids_of(FeatureKind.POI),
            corridors=zones.ids_of(FeatureKind.CORRIDOR),
        )
        for path in self._files(MISSIONS_FOLDER, "*.toml"):
            file = self._relative(path)
            if not ID_PATTERN.fullmatch(path.stem):
                self.problems.add(f"{file}: file name: found {shown(path.stem)}, allowed {ID_WORDS}")
            text = self._text(path)
            if text is None:
                continue
            try:
                patrol = read_patrol(text, patrol_id=path.stem, file=file, known=known, problems=self.problems)
            except InputError as error:
                self.problems.add(error.message)
                continue
            if patrol is not None:
                yield patrol

    def _geoid_undulation_m(self, given_m: float | None, home: GeoPoint) -> float:
        """As it is given, if that can be; else EGM96's."""
        if given_m is not None and not self.measures:
            return given_m
        from dronectl.geodesy.geoid import undulation_m  # NumPy and a grid: 0.02 s that orders do without
        from dronectl.site.geoid_setting import is_untold, undulation_error

        if given_m is None or is_untold(given_m, home):
            return undulation_m(home)
        problem = undulation_error(given_m, home)
        if problem is not None:
            self.problems.add(f"{CONFIG_FILE}: [site]: geoid_undulation_m: {problem}")
        return given_m

    def _terrain(self, config: Config) -> Terrain | None:
        """The elevation files; the ground is flat without any."""
        if not config.terrain_files:
            return None
        from dronectl.model.ground.terrain import Terrain
        from dronectl.site.terrain.elevation_files import read_tile

        tiles = []
        for name in config.terrain_files:
            try:
                tile, data = read_tile(self.root, name)
            except InputError as error:
                hint = f" ({error.hint})" if error.hint else ""
                self.problems.add(f"{CONFIG_FILE}: [terrain]: files: {error.message}{hint}")
                continue
            tiles.append(tile)
            self.sources[name] = hashlib.sha256(data).hexdigest()
        return Terrain(tuple(tiles)) if tiles else None

    def _check_papers(self, config: Config, zones: ZonesRead) -> None:
        known = sorted(zones.ids_of(FeatureKind.ZONE) | zones.ids_of(FeatureKind.KEEP_OUT))
        for authorisation, table in config.authorisations:
            for zone in authorisation.zones:
                if zone not in known:
                    table.report("zones", f"found {shown(zone)}, allowed {one_of(known, near=zone)}")
        patrolled = sorted(zones.ids_of(FeatureKind.ZONE))
        for filing, table in config.law_tables.filings:
            for zone in filing.zones:
                if zone not in patrolled:
                    table.report("zones", f"found {shown(zone)}, allowed {one_of(patrolled, near=zone)}")

    def _files(self, folder: str, pattern: str) -> list[Path]:
        """In the order of their names; hidden ones (macOS writes ``._…`` beside copies) are none of ours."""
        return sorted(path for path in (self.root / folder).glob(pattern) if not path.name.startswith("."))

    def _text(self, path: Path) -> str | None:
        file = self._relative(path)
        if not file.isprintable():
            self.problems.add(f"{printable(file)}: file name: found characters that cannot be shown, allowed letters")
            return None
        try:
            data = read_bytes(path, shown_as=file)
            text = decode(data, source=file)
        except InputError as error:
            self.problems.add(error.message)
            return None
        self.sources[file] = hashlib.sha256(data).hexdigest()
        return text.replace("\r\n", "\n")

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def _with_homes(config: Config, zones: ZonesRead, *, is_partial: bool) -> Iterator[Drone]:
    """A drone's home is in dronectl.toml, or is the one feature of kind ``home`` that names it.

    In a partial workspace a drone whose home is still to come is left out.
    """
    homes = [feature.value for feature in zones.features if isinstance(feature.value, HomePoint)]
    for entry in config.drones:
        named = [home for home in homes if entry.drone.name in home.drones]
        if entry.home is not None and named:
            entry.table.report("home", f"found here and in {named[0].source}, allowed in one of both")
        elif len(named) > 1:
            entry.table.report("home", f"found in {named[0].source} and {named[1].source}, allowed in one of both")
        elif entry.home is None and not named and is_partial:
            continue
        elif entry.home is None and not named:
            entry.table.report("home", "found nothing, allowed { lat_deg = …, lon_deg = … } or a feature of kind home")
        yield replace(entry.drone, home=named[0].position if named and entry.home is None else entry.drone.home)
