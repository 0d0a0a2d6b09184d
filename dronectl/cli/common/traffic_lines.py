"""Other aircraft and officers as lines: who passes each drone, who is known on the ground, and whether anybody listens.
Never that the sky is clear, or that nobody is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from dronectl.model.picture import FleetPicture
from dronectl.model.text.plain_text import plain

if TYPE_CHECKING:
    from rich.text import Text

QUIET_S = 60.0
"""A receiver that has told of nobody for so long stands out: nobody may be there, or it may be broken."""


def traffic_lines(picture: FleetPicture, width: int) -> list[Text]:
    """None where nobody listens and nobody was heard."""
    from rich.text import Text

    lines = [Text(plain(words), style=style) for words, style in (*_aircraft(picture), *_officers(picture))]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines


def _officers(picture: FleetPicture) -> Iterator[tuple[str, str]]:
    if (officers := picture.officers) is not None:
        words = officers.words(datetime.fromisoformat(picture.time_utc))
        yield f"officers: {words}", "yellow" if officers.is_doubtful else ""


def _aircraft(picture: FleetPicture) -> Iterator[tuple[str, str]]:
    traffic = picture.traffic
    if not traffic.receivers and not traffic.contacts:
        return
    passing = [
        (near.least_m, f"{drone.name}: {near.words()}", near.breach_in_s is not None)
        for drone in picture.drones
        if (near := drone.outlook.aircraft) is not None
    ]
    told = [(words, "bold red" if is_near else "") for _, words, is_near in sorted(passing)[:3]]
    placeless = sum(contact.position is None for contact in traffic.contacts)
    heard = f"{len(traffic.contacts)} aircraft heard in the last minute"
    heard += f", {placeless} of them without a place" if placeless else ""
    told.append((heard, ""))
    for receiver in traffic.receivers:
        is_quiet = receiver.heard_age_s is None or receiver.heard_age_s > QUIET_S
        if not receiver.is_up or receiver.why or is_quiet:
            told.append((receiver.words(), "yellow"))
    yield from ((f"traffic: {words}", style) for words, style in told)
