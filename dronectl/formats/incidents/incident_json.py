"""An incident as a document for programs: the contract of ``incident list|show --json``."""

from __future__ import annotations

from dronectl.formats.incidents.incident_lines import place_values, report_values
from dronectl.model.incidents.incident import Incident, IncidentEvent
from dronectl.model.text.shown_time import iso_z

TIMES = (
    IncidentEvent.PROPOSED,
    IncidentEvent.CONFIRMED,
    IncidentEvent.FIRST_BYTE,
    IncidentEvent.AIRBORNE,
    IncidentEvent.IN_SIGHT,
    IncidentEvent.LEFT,
    IncidentEvent.CLOSED,
)


def incident_document(incident: Incident, *, notes: bool = False) -> dict[str, object]:
    """``notes``: with all that was done about it, line by line."""
    first = incident.reports[0]
    times: dict[str, object] = {"reported_utc": iso_z(incident.reported, timespec="milliseconds")}
    for event in TIMES:
        moment = incident.when(event)
        times[f"{event}_utc"] = None if moment is None else iso_z(moment, timespec="milliseconds")
    document: dict[str, object] = {
        "number": incident.number,
        "day": str(incident.day),
        "open": incident.is_open,
        "kind": str(incident.kind),
        "words": first.words,
        "source": first.source,
        "place": place_values(incident.place),
        "drone": drone_of(incident) or None,
        "reports": [report_values(report) for report in incident.reports],
        "times": times,
    }
    if notes:
        document["notes"] = [
            {
                "time_utc": iso_z(note.time, timespec="milliseconds"),
                "event": str(note.event),
                "user": note.user,
                "drone": note.drone or None,
                "words": note.words,
                "details": dict(note.details),
            }
            for note in incident.notes
        ]
    return document


def drone_of(incident: Incident) -> str:
    """Who was sent, the last one where it was several; empty: nobody."""
    sent = [note.drone for note in incident.notes if note.event is IncidentEvent.CONFIRMED and note.drone]
    return sent[-1] if sent else ""
