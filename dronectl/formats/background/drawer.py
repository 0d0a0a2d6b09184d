"""The tiles of a site's own map files, as they are shown: streets drawn, pictures as they are, names told."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dronectl.errors import InputError
from dronectl.formats.streets.drawing import Box, tile_svg
from dronectl.formats.streets.features import EXTENT, Street, streets_of
from dronectl.formats.streets.look import Theme
from dronectl.formats.streets.names import names_in
from dronectl.formats.tiles.opening import open_tiles
from dronectl.formats.tiles.source import TileSource
from dronectl.geodesy.web_mercator import place_at
from dronectl.model.ground.tiles import MapSettings, Tile, TileFacts, TileKind

STREETS_DEFAULT_ATTRIBUTION = "© OpenStreetMap contributors"
"""Of streets that say nothing of whose they are: both schemas that are drawn are made of OpenStreetMap."""
_TILES_KEPT = 48
_MOST_STEPS_IN = 8
"""Zooms that one tile of streets is drawn beyond its own."""


@dataclass(frozen=True, slots=True)
class Background:
    """One file. ``problem``: why there is nothing to see of it; ``facts`` is None then. ``version`` is another once
    the file is."""

    name: str
    facts: TileFacts | None
    version: str = ""
    problem: str = ""


class Drawer:
    """The files of ``[map]``, open for one thread: what cannot be read is told, and the others are drawn."""

    def __init__(self, root: Path, settings: MapSettings) -> None:
        self._sources: list[TileSource | None] = []
        self.backgrounds: list[Background] = []
        self._kept: OrderedDict[tuple[int, int, int, int], list[Street]] = OrderedDict()
        for name in settings.files:
            try:
                source = open_tiles(root / name, shown_as=name)
                version = f"{(root / name).stat().st_mtime_ns:x}"
            except (InputError, OSError) as error:
                said = (
                    error.message + (f" ({error.hint})" if error.hint else "") if isinstance(error, InputError) else ""
                )
                self._sources.append(None)
                self.backgrounds.append(Background(name, None, problem=said or f"{name}: cannot be read"))
                continue
            self._sources.append(source)
            self.backgrounds.append(Background(name, source.facts, version))

    def close(self) -> None:
        for source in self._sources:
            if source is not None:
                source.close()

    def require_all(self) -> None:
        """
        Raises:
            InputError: a file cannot be read.
        """
        for one in self.backgrounds:
            if one.problem:
                raise InputError(
                    f"[map] files: {one.problem}", hint="mend it, or take it out of [map] to go on without it"
                )

    def of_kind(self, kind: TileKind) -> Iterator[tuple[int, TileFacts]]:
        """Number and facts of those that can be read, bottom to top."""
        for number, one in enumerate(self.backgrounds):
            if one.facts is not None and one.facts.kind is kind:
                yield number, one.facts

    def attributions(self, settings: MapSettings) -> list[str]:
        """Whose data is shown, each once."""
        said = [attribution_of(one.facts) for one in self.backgrounds if one.facts is not None]
        return [text for text in dict.fromkeys([*said, settings.attribution]) if text]

    def picture(self, number: int, zoom: int, x: int, y: int, theme: Theme) -> Tile | None:
        """A tile as it is shown.

        Raises:
            InputError: the file is damaged there. None: there is nothing.
        """
        source = self._source(number)
        if source is None or not _is_address(zoom, x, y):
            return None
        if source.facts.kind is TileKind.PICTURE:
            return source.tile(zoom, x, y)
        found = self._found(source, zoom, x, y)
        if found is None:
            return None
        (own_zoom, own_x, own_y), part = found
        streets = self.streets(number, own_zoom, own_x, own_y)
        look = Theme.OVER if self._is_over_picture(number) else theme
        drawn = tile_svg(streets, zoom, look, part, with_land=number == 0) if streets or number == 0 else None
        return None if drawn is None else Tile(drawn.encode(), "image/svg+xml")

    def names(self, number: int, zoom: int, x: int, y: int) -> bytes | None:
        """What is written in a tile of streets, as JSON: rows of kind, rank, Thai, Latin, start and end or null."""
        source = self._source(number)
        if source is None or source.facts.kind is not TileKind.STREETS or not _is_address(zoom, x, y):
            return None
        said = []
        for name in names_in(self.streets(number, zoom, x, y)):
            start, end = (_degrees(spot, zoom, x, y) for spot in (name.start, name.end))
            said.append([name.kind, name.rank, name.thai, name.latin, start, end])
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    def streets(self, number: int, zoom: int, x: int, y: int) -> list[Street]:
        """What a tile of streets holds; the last ones are kept."""
        key = (number, zoom, x, y)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        source = self._source(number)
        tile = None if source is None else source.tile(zoom, x, y)
        streets = [] if tile is None else streets_of(tile.data, where=self.backgrounds[number].name)
        self._kept[key] = streets
        if len(self._kept) > _TILES_KEPT:
            self._kept.popitem(last=False)
        return streets

    def _source(self, number: int) -> TileSource | None:
        return self._sources[number] if 0 <= number < len(self._sources) else None

    def _found(self, source: TileSource, zoom: int, x: int, y: int) -> tuple[tuple[int, int, int], Box] | None:
        """The file's own tile, and which part of it is asked for."""
        steps = max(zoom - source.facts.max_zoom, 0)
        if zoom < source.facts.min_zoom or steps > _MOST_STEPS_IN:
            return None
        size = EXTENT / (1 << steps)
        left, top = (x % (1 << steps)) * size, (y % (1 << steps)) * size
        return (zoom - steps, x >> steps, y >> steps), (left, top, left + size, top + size)

    def _is_over_picture(self, number: int) -> bool:
        return any(below < number for below, _ in self.of_kind(TileKind.PICTURE))


def attribution_of(facts: TileFacts) -> str:
    """Whose data a file is: OpenStreetMap's where it is streets and says nothing."""
    if facts.attribution or facts.kind is not TileKind.STREETS:
        return facts.attribution
    return STREETS_DEFAULT_ATTRIBUTION


def _is_address(zoom: int, x: int, y: int) -> bool:
    return 0 <= zoom <= 24 and 0 <= x < 1 << zoom and 0 <= y < 1 << zoom


def _degrees(spot: Sequence[float] | None, zoom: int, x: int, y: int) -> list[float] | None:
    if spot is None:
        return None
    place = place_at(((x + spot[0] / EXTENT) / (1 << zoom), (y + spot[1] / EXTENT) / (1 << zoom)))
    return [round(place.lat_deg, 6), round(place.lon_deg, 6)]
