"""Tracks for other programs, in the format that a suffix names. The same tracks give the same bytes.

Only the format that is asked for is imported: a short recording takes less time than the modules of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dronectl.formats.maps.below import Below
    from dronectl.formats.tracks.track_document import TrackDocument

SUFFIXES: tuple[str, ...] = (".kml", ".kmz", ".html", ".gpx", ".geojson", ".csv", ".parquet")
"""What :func:`export` writes."""

LEGEND = "legend.png"
"""The legend's picture in a KMZ archive."""

_KMZ_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can tell: the archive depends on its content alone


def export(suffix: str, document: TrackDocument, below: Below | None = None) -> bytes:
    """What :func:`stream` gives, in one piece."""
    return b"".join(stream(suffix, document, below))


def stream(suffix: str, document: TrackDocument, below: Below | None = None) -> Iterator[bytes]:
    """One file in the format that ``suffix`` (of :data:`SUFFIXES`) names, in pieces: KML, the largest, is never whole
    in memory. ``below``: what lies below the map of a page.

    Raises:
        ValueError: another suffix.
        InputError: the view wants heights that the recording does not tell, or Parquet the extra. All before the first
            piece.
    """
    match suffix:
        case ".kml":
            from dronectl.formats.kml import document as kml

            yield from kml.stream(document)
        case ".kmz":
            from dronectl.formats.kml import document as kml
            from dronectl.formats.tracks.legend_picture import legend_png

            picture = legend_png(kml.legend_scale(document))
            yield _zipped({"doc.kml": kml.stream(document, legend_href=LEGEND), LEGEND: (picture,)})
        case ".html":
            from dronectl.formats.maps.flown.html_page import render_flown_html

            yield render_flown_html(document, below).encode("utf-8")
        case ".gpx":
            from dronectl.formats.tracks.tracks_gpx import to_gpx

            yield to_gpx(document.tracks, title=document.title)
        case ".geojson":
            from dronectl.formats.tracks.tracks_geojson import to_geojson

            yield to_geojson(document.tracks, terrain=document.terrain)
        case ".csv":
            from dronectl.formats.tracks.tracks_csv import to_csv

            yield to_csv(document.tracks, terrain=document.terrain)
        case ".parquet":
            from dronectl.formats.tracks.tracks_parquet import to_parquet

            yield to_parquet(document.tracks, terrain=document.terrain)
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
