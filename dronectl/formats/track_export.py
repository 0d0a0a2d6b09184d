"""Tracks for other programs, in the format that a suffix names. The same tracks give the same bytes.

Only the format that is asked for is imported: a short recording takes less time than the modules of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dronectl.formats.tracks.view import TrackView

if TYPE_CHECKING:
    from dronectl.model.ground.terrain import Terrain
    from dronectl.model.ground.zone import ZoneSet
    from dronectl.model.plan.plan import Plan
    from dronectl.model.track.deviation import Deviation
    from dronectl.model.track.footprint import Footprint
    from dronectl.model.track.track import Track

SUFFIXES: tuple[str, ...] = (".kml", ".kmz", ".gpx", ".geojson", ".csv", ".parquet")
"""What :func:`export` writes."""

LEGEND = "legend.png"
"""The legend's picture in a KMZ archive."""

_DEFAULT_VIEW = TrackView()
_KMZ_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can tell: the archive depends on its content alone


def export(
    suffix: str,
    tracks: Sequence[Track],
    *,
    title: str,
    plan: Plan | None = None,
    zones: ZoneSet | None = None,
    colours: Mapping[str, str] | None = None,
    view: TrackView = _DEFAULT_VIEW,
    terrain: Terrain | None = None,
    deviations: Sequence[Deviation] = (),
    footprints: Sequence[Footprint] = (),
) -> bytes:
    """What :func:`stream` gives, in one piece."""
    pieces = stream(
        suffix,
        tracks,
        title=title,
        plan=plan,
        zones=zones,
        colours=colours,
        view=view,
        terrain=terrain,
        deviations=deviations,
        footprints=footprints,
    )
    return b"".join(pieces)


def stream(
    suffix: str,
    tracks: Sequence[Track],
    *,
    title: str,
    plan: Plan | None = None,
    zones: ZoneSet | None = None,
    colours: Mapping[str, str] | None = None,
    view: TrackView = _DEFAULT_VIEW,
    terrain: Terrain | None = None,
    deviations: Sequence[Deviation] = (),
    footprints: Sequence[Footprint] = (),
) -> Iterator[bytes]:
    """One file in the format that ``suffix`` (of :data:`SUFFIXES`) names, in pieces: KML, the largest, is never whole
    in memory.

    Plan, zones, colours, deviations, footprints and ``view`` are for KML and KMZ; heights above ``terrain`` for all
    that have room for them.

    Raises:
        ValueError: another suffix.
        InputError: ``view`` wants heights that the recording does not tell, or Parquet the extra. All before the first
            piece.
    """
    match suffix:
        case ".kml":
            from dronectl.formats.kml import document as kml

            yield from kml.stream(
                title=title,
                tracks=tracks,
                plan=plan,
                zones=zones,
                colours=colours,
                view=view,
                terrain=terrain,
                deviations=deviations,
                footprints=footprints,
            )
        case ".kmz":
            from dronectl.formats.kml import document as kml
            from dronectl.formats.tracks.legend_picture import legend_png

            scale = kml.legend_scale(tracks, plan, colours, view)
            document = kml.stream(
                title=title,
                tracks=tracks,
                plan=plan,
                zones=zones,
                colours=colours,
                view=view,
                terrain=terrain,
                legend_href=LEGEND,
                deviations=deviations,
                footprints=footprints,
            )
            yield _zipped({"doc.kml": document, LEGEND: (legend_png(scale),)})
        case ".gpx":
            from dronectl.formats.tracks.tracks_gpx import to_gpx

            yield to_gpx(tracks, title=title)
        case ".geojson":
            from dronectl.formats.tracks.tracks_geojson import to_geojson

            yield to_geojson(tracks, terrain=terrain)
        case ".csv":
            from dronectl.formats.tracks.tracks_csv import to_csv

            yield to_csv(tracks, terrain=terrain)
        case ".parquet":
            from dronectl.formats.tracks.tracks_parquet import to_parquet

            yield to_parquet(tracks, terrain=terrain)
        case _:
            raise ValueError(f"no track format has the suffix {suffix!r}")


def _zipped(files: Mapping[str, Iterable[bytes]]) -> bytes:
    import io
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, pieces in files.items():
            entry = zipfile.ZipInfo(name, _KMZ_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as file:
                for piece in pieces:
                    file.write(piece)
    return stream.getvalue()
