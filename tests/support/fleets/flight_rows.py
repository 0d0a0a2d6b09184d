"""What came of scripted flights as rows of a table: aircraft, alarms and how long before, record, how ``fly`` ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from flight_outcome import Outcome, Record
from scripted_flights import SCENARIOS

LONGEST = 230
NOTES = {"CHANGED ITS MISSION": "told that its mission was changed", "recording stopped": "told that recording stopped"}
"""Words of ``fly`` that are no alarms, and what they say."""
SHORT_GAP_S = 2.0
"""A radio that is heard has no longer one between two positions."""
_WHO = re.compile(r"ordered by \w+\s*(?:by pid \d+)?")
"""Built in, the command beside is no program of its own: the page names none."""
_CLOCK = re.compile(r" at \d\d:\d\d:\d\d UTC[+-]\d+")


@dataclass(frozen=True, slots=True)
class Row:
    scenario: str
    backend: str
    done: str
    """What the script did."""
    aircraft: str
    alarms: str
    record: str
    ended: str


def row_of(outcome: Outcome) -> Row:
    event = outcome.events[0] if outcome.events else None
    return Row(
        outcome.scenario,
        str(outcome.backend),
        f"{event.drone}: {event.what}" if event else "",
        _aircraft(outcome),
        _alarms(outcome),
        _record(outcome),
        f"exit {outcome.code}: {_short(outcome.message) or 'all landed'}",
    )


def _aircraft(outcome: Outcome) -> str:
    acted = outcome.acted("alpha") if outcome.events else None
    by_state: dict[str, list[str]] = {}
    for name in outcome.hands:
        state = "landed at home, disarmed" if outcome.is_home(name) else outcome.state(name)
        if name == "alpha" and acted:
            state = f"{acted[0]} after {acted[1]:.0f} s; {state}"
        by_state.setdefault(state, []).append(name)
    return ". ".join(f"{', '.join(names)}: {state}" for state, names in by_state.items())


def _alarms(outcome: Outcome) -> str:
    """The first of each kind; how long before the aircraft acted, where it did."""
    acted = outcome.acted("alpha") if outcome.events else None
    told = []
    for warned in outcome.warned():
        if any(warned.drone == drone and warned.kind == kind for drone, kind, _ in told):
            continue
        when = f"{warned.after_s:+.0f} s"
        if acted and warned.drone == "alpha" and warned.after_s < acted[1] - 0.5:
            when = f"{acted[1] - warned.after_s:.0f} s before"
        elif not outcome.events:
            when = "in flight"
        told.append((warned.drone, warned.kind, when))
    words = [f"{drone} `{kind}` {when}" for drone, kind, when in told]
    for note, meaning in NOTES.items():
        times = [one.loop_s for one in outcome.said if note in one.text and one.loop_s is not None]
        if times and outcome.events:
            words.append(f"{meaning} {outcome.hands['alpha'].own_between(outcome.events[0].loop_s, times[0]):+.0f} s")
    return "; ".join(words) or "none"


def _record(outcome: Outcome) -> str:
    return ". ".join(f"{', '.join(names)}: {words}" for words, names in _grouped(outcome.records).items())


def _grouped(records: Mapping[str, Record]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, record in records.items():
        groups.setdefault(_words(record), []).append(name)
    return groups


def _words(record: Record) -> str:
    parts = []
    if record.from_start and record.to_the_end:
        parts.append("from the ground to the ground")
    else:
        parts.append(f"{record.frames} frames, not to the landing" if record.from_start else "NOT from the start")
    if record.longest_gap_s > SHORT_GAP_S:
        parts.append(f"a gap of {record.longest_gap_s:.0f} s")
    parts.append("all of it in the black box too" if not record.missing_in_box else _missing(record))
    return ", ".join(parts)


def _missing(record: Record) -> str:
    return f"{record.missing_in_box} frames of it not in the black box"


def _short(message: str) -> str:
    plain = _CLOCK.sub("", message)
    plain = re.sub(r"/\S*/flights/", "flights/", plain)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]} …"


def page_part(rows: Iterable[Mapping[str, str]]) -> str:
    """A table for each script, a line for each kind of aircraft."""
    found = list(rows)
    parts = []
    for scenario in SCENARIOS:
        own = [row for row in found if row["scenario"] == scenario.name]
        if not own:
            continue
        parts.append(f"### {scenario.title[0].upper()}{scenario.title[1:]}\n")
        done = next((row["done"] for row in own if row["done"]), "")
        parts.append(f"What was done, to {done}.\n" if done else "")
        parts.append("| | aircraft | alarms | record | `fly` |\n| --- | --- | --- | --- | --- |")
        for row in sorted(own, key=lambda row: row["backend"]):
            cells = (
                _backend(row["backend"]),
                row["aircraft"],
                row["alarms"],
                row["record"],
                _WHO.sub("ordered by another command", row["ended"]),
            )
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("")
    return "\n".join(part for part in parts if part is not None)


def _backend(name: str) -> str:
    kind, _, firmware = name.partition("-")
    return f"built in ({firmware})" if kind == "builtin" else f"ArduCopter {firmware} (SITL)"


def as_json(row: Row) -> dict[str, str]:
    return asdict(row)
