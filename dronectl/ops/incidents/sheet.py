"""The page about one incident, gathered from the book, the audit log and the recordings of the drones sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from dronectl.errors import DronectlError
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.recordings.recording_folder import find_recordings
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import Incident, IncidentEvent
from dronectl.model.incidents.incident_sheet import Deed, FlownWay, GroundShape, IncidentSheet
from dronectl.model.site import Site
from dronectl.model.text.shown_time import us_of, utc_of_us
from dronectl.model.track.track import Track
from dronectl.ops.audit.log import AuditLog, audit_folder
from dronectl.ops.audit.reading import details_of, drones_of, event_words, moment_of
from dronectl.ops.incidents.book import IncidentBook

LONGEST = timedelta(hours=1)
"""A way of which the book does not tell the end is followed for so long."""
MOST_POINTS = 400
WRITTEN_WITHIN = timedelta(minutes=5)
"""So long after an errand a recording of it may still be written."""
ENDS = (IncidentEvent.LEFT, IncidentEvent.FAILED)


def sheet_of(
    incident: Incident, book: IncidentBook, site: Site, recordings: tuple[Path, ...], now: datetime
) -> IncidentSheet:
    """``recordings``: folders to look for them in.

    Raises:
        InputError: a file of a log cannot be read.
    """
    proposed = incident.last(IncidentEvent.PROPOSED)
    confirmed = incident.last(IncidentEvent.CONFIRMED)
    told = {} if proposed is None else proposed.details
    options = tuple(one for one in told.get("options", ()) if isinstance(one, dict))  # type: ignore[attr-defined]
    chosen = "" if confirmed is None else confirmed.drone
    state = book.state()
    spans = dict(_spans(incident, now))
    return IncidentSheet(
        site.name,
        incident,
        tuple(_ways(site, spans, recordings)),
        tuple(_deeds(incident, book, spans, now)),
        options,
        chosen,
        tuple(map(str, told.get("cameras", ()))),  # type: ignore[call-overload]
        tuple(_ground(site)),
        tuple(view for one in options if one.get("name") == chosen if (view := _view(one)) is not None),
        now,
        "" if state.defect is None else f"{state.defect.file}: line {state.defect.line} {state.defect.message}",
        state.last_sha256,
    )


def _view(option: Mapping[str, object]) -> GeoPoint | None:
    view = option.get("view")
    try:
        return GeoPoint(float(view["lat_deg"]), float(view["lon_deg"])) if isinstance(view, dict) else None
    except (KeyError, TypeError, ValueError):
        return None


def _spans(incident: Incident, now: datetime) -> Iterator[tuple[str, tuple[datetime, datetime]]]:
    """When each drone was at it."""
    begun: dict[str, datetime] = {}
    ended: dict[str, datetime] = {}
    closed = incident.when(IncidentEvent.CLOSED)
    for note in incident.notes:
        if note.event is IncidentEvent.CONFIRMED:
            begun.setdefault(note.drone, note.time)
        elif note.event in ENDS:
            ended[note.drone] = note.time
    for name, begin in begun.items():
        end = ended.get(name) or closed or now
        yield name, (begin, min(end, begin + LONGEST, now))


def _ways(
    site: Site, spans: Mapping[str, tuple[datetime, datetime]], recordings: tuple[Path, ...]
) -> Iterator[FlownWay]:
    names = {drone.system_id: drone.name for drone in site.drones}
    colours = {drone.name: drone.colour for drone in site.drones}
    if not spans:
        return
    first = min(begin for begin, _ in spans.values()).timestamp()
    tracks: list[tuple[Track, float]] = []
    for folder in recordings:
        try:
            found, _ = find_recordings(folder)
        except DronectlError:
            continue
        for path in found:
            try:
                written_s = (folder / path).stat().st_mtime
                if written_s >= first:
                    tracks += [(track, written_s) for track in read_recording(folder / path, names=names).tracks]
            except (DronectlError, OSError):
                continue  # what cannot be read tells nothing; 'track list' says so
    for name, span in spans.items():
        own = [(track, written_s) for track, written_s in tracks if track.name == name]
        way = _longest([one for track, _ in own if (one := _cut(track, span, colours))])
        if way is None:  # the clock of a simulated drone, or one without GPS time, is another one
            last_s = (span[1] + WRITTEN_WITHIN).timestamp()
            written = [track for track, written_s in own if written_s <= last_s]
            way = _longest([one for track in written if (one := _cut(track, None, colours))])
        if way is not None:
            yield way


def _cut(track: Track, span: tuple[datetime, datetime] | None, colours: Mapping[str, str]) -> FlownWay | None:
    """What of a track was flown then; all of it without a span."""
    begin, end = track.time_utc[0], track.time_utc[-1]
    if span is not None:
        begin, end = (np.datetime64(us_of(moment), "us") for moment in span)
    rows = np.flatnonzero((track.time_utc >= begin) & (track.time_utc <= end))
    if len(rows) < 2:
        return None
    shown = rows[:: max(1, len(rows) // MOST_POINTS)]
    points = zip(track.lat_deg[shown].tolist(), track.lon_deg[shown].tolist(), strict=True)
    photographs = (one for one in track.photographs if begin <= one.time_utc <= end)
    begins, ends = (utc_of_us(int(track.time_utc[row].astype(np.int64))) for row in (rows[0], rows[-1]))
    if begins is None or ends is None:
        return None
    return FlownWay(
        track.name,
        colours.get(track.name, "#444444"),
        tuple(GeoPoint(*point) for point in points),
        begins,
        ends,
        tuple(GeoPoint(one.lat_deg, one.lon_deg) for one in photographs),
    )


def _longest(ways: list[FlownWay]) -> FlownWay | None:
    """A flight may be in several recordings."""
    return max(ways, key=lambda way: way.ends - way.begins, default=None)


def _deeds(
    incident: Incident, book: IncidentBook, spans: Mapping[str, tuple[datetime, datetime]], now: datetime
) -> Iterator[Deed]:
    """From the book and the audit log, in their order of time."""
    deeds = [
        Deed(note.time, note.user, str(note.event).replace("_", " "), " ".join(filter(None, (note.drone, note.words))))
        for note in incident.notes
    ]
    last = incident.when(IncidentEvent.CLOSED) or now
    for entry in AuditLog(audit_folder(book.root)).lines() if spans else ():
        moment = moment_of(entry)
        names = set(drones_of(entry).split(", "))
        if moment is None or not names & spans.keys():
            continue
        begin = min(spans[name][0] for name in names & spans.keys())
        if begin - timedelta(seconds=5) <= moment <= min(last, begin + LONGEST):
            what = f"{entry.get('order', '')}: {event_words(entry)}"
            deeds.append(Deed(moment, str(entry.get("user", "")), what, f"{drones_of(entry)} {details_of(entry)}"))
    yield from sorted(deeds, key=lambda deed: deed.time)


def _ground(site: Site) -> Iterator[GroundShape]:
    zones = site.zones
    for kind, features in (("fence", zones.fences), ("zone", zones.zones), ("keep_out", zones.keep_outs)):
        yield from (GroundShape(kind, one.polygon) for one in features)
