"""Which incident a report is about where no person is asked."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.model.incidents.incident import Incident, IncidentKind, IncidentReport
from dronectl.ops.incidents.incident_index import Like


def attached(report: IncidentReport, likely: Sequence[Like]) -> Incident | None:
    """The likeliest of the same kind; also where one of the two does not say which. Another kind is another incident:
    nothing grave is to vanish among reports of something else."""
    for like in likely:
        if IncidentKind.OTHER in (report.kind, like.incident.kind) or report.kind is like.incident.kind:
            return like.incident
    return None
