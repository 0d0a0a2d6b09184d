"""What is known of a folder of recordings, as an SQLite database.

It is a cache: what cannot be read, is older, or was made of another workspace is forgotten and made anew. A database is
read whole into memory and written whole under a temporary name, so two programs at once, or a network disk on which
locks do not work, can harm none: the last one wins. The SHA-256 of the database stands behind its end, where SQLite
does not look: a disk that lies is found out.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dronectl.formats.recordings.damage import NONE, TEXT_LOG, Damage
from dronectl.model.track.clock_facts import TimeSource
from dronectl.model.track.fingerprint import Fingerprint

_VERSION = 3
_STRICT = " STRICT" if sqlite3.sqlite_version_info >= (3, 37) else ""
_DIGEST_BYTES = hashlib.sha256().digest_size
_KEEPS = hasattr(sqlite3.Connection, "deserialize")
"""Some old builds of SQLite cannot: nothing is kept then, and everything read each time."""
_SCHEMA = f"""
CREATE TABLE made_of (what TEXT NOT NULL){_STRICT};
CREATE TABLE file (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    kind TEXT NOT NULL, error TEXT NOT NULL,
    damaged_frames INTEGER NOT NULL, skipped_bytes INTEGER NOT NULL, cut_tail INTEGER NOT NULL, notes TEXT NOT NULL
){_STRICT};
CREATE TABLE flight (
    path TEXT NOT NULL REFERENCES file ON DELETE CASCADE, number INTEGER NOT NULL,
    drone TEXT NOT NULL, system_id INTEGER NOT NULL, start_us INTEGER, duration_s REAL NOT NULL,
    distance_m REAL NOT NULL, samples INTEGER NOT NULL, highest_m REAL, battery_begin_pct REAL, battery_end_pct REAL,
    clock TEXT NOT NULL, clock_notes TEXT NOT NULL,
    boot_us INTEGER NOT NULL, begin_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, step_s INTEGER NOT NULL,
    points BLOB NOT NULL,
    same_path TEXT NOT NULL DEFAULT '', same_number INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (path, number)
){_STRICT};
CREATE TABLE crossed (
    path TEXT NOT NULL, number INTEGER NOT NULL, zone TEXT NOT NULL, PRIMARY KEY (path, number, zone),
    FOREIGN KEY (path, number) REFERENCES flight ON DELETE CASCADE
){_STRICT};
CREATE INDEX flight_by_time ON flight (start_us);
CREATE INDEX flight_by_same ON flight (same_path);
CREATE INDEX crossed_by_zone ON crossed (zone);
PRAGMA user_version = {_VERSION};
"""
_WANTED = """
SELECT flight.path, number, kind, drone, system_id, start_us, duration_s, distance_m, samples, highest_m,
  battery_begin_pct, battery_end_pct, clock, clock_notes
FROM flight JOIN file USING (path)
WHERE same_path = '' AND (:since_us IS NULL OR start_us >= :since_us) AND (:until_us IS NULL OR start_us < :until_us)
  AND duration_s >= :min_duration_s
ORDER BY start_us IS NULL, start_us, system_id, flight.path, number
"""
_NEW_FLIGHT = f"""
INSERT INTO flight (path, number, drone, system_id, start_us, duration_s, distance_m, samples, highest_m,
  battery_begin_pct, battery_end_pct, clock, clock_notes, boot_us, begin_ms, end_ms, step_s, points)
VALUES ({", ".join("?" * 18)})
"""
_PRINTS = """
SELECT path, number, system_id, boot_us, clock, begin_ms, end_ms, samples, step_s, points
FROM flight ORDER BY path, number
"""
_GPS = str(TimeSource.GPS)


@dataclass(frozen=True, slots=True)
class FileState:
    """What tells that a file is as it was."""

    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FlightFacts:
    """A flight. ``start_us``: microseconds since 1970 in UTC; None when the recording does not tell the time of day."""

    drone: str
    system_id: int
    start_us: int | None
    duration_s: float
    distance_m: float
    samples: int
    zones: tuple[str, ...]
    """Ids of the zones it crossed."""
    highest_m: float | None = None
    """Above home."""
    battery_begin_pct: float | None = None
    battery_end_pct: float | None = None
    clock: str = ""
    """What tells the time: a ``TimeSource``."""
    clock_notes: tuple[str, ...] = ()
    """What a person should know of it."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A recording: ``kind`` is tlog, bin or log; ``error`` tells why it cannot be read, and is empty if it can;
    ``damage`` what was lost of one that can."""

    state: FileState
    kind: str = ""
    error: str = ""
    flights: tuple[FlightFacts, ...] = ()
    damage: Damage = NONE
    prints: tuple[Fingerprint, ...] = ()
    """Of each flight."""
    notes: tuple[str, ...] = ()
    """What a person should know besides: what was left out, and why."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A flight with its file, relative to the folder, with ``/``; of several recordings of it the fullest."""

    path: str
    kind: str
    flight: FlightFacts
    others: tuple[str, ...] = ()
    """Files that hold the same flight."""


@dataclass(frozen=True, slots=True)
class FlightFilter:
    """Which flights: from ``since_us`` on, before ``until_us``, of one of the drones, through one of the zones."""

    since_us: int | None = None
    until_us: int | None = None
    min_duration_s: float = 0.0
    drones: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()


class Catalogue:
    """The database, in memory. ``made_of`` tells what facts depend on besides the recordings: names and zones."""

    def __init__(self, data: bytes | None, made_of: str) -> None:
        self._database = _usable(data, made_of) or _empty(made_of)

    def close(self) -> None:
        self._database.close()

    def files(self) -> dict[str, FileState]:
        rows = self._database.execute("SELECT path, size, mtime_ns, sha256 FROM file")
        return {path: FileState(*state) for path, *state in rows}

    def put(self, path: str, facts: FileFacts) -> None:
        """In place of what was known of this file."""
        with self._database as database:
            database.execute("DELETE FROM file WHERE path = ?", (path,))
            state = facts.state
            lost = (facts.damage.damaged_frames, facts.damage.skipped_bytes, facts.damage.cut_tail)
            row = (path, state.size, state.mtime_ns, state.sha256, facts.kind, facts.error, *lost, _lines(facts.notes))
            database.execute("INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            for number, (one, known_by) in enumerate(zip(facts.flights, facts.prints, strict=True)):
                database.execute(_NEW_FLIGHT, (path, number, *_columns(one), *_columns_of_print(known_by)))
                crossed = [(path, number, zone) for zone in dict.fromkeys(one.zones)]
                database.executemany("INSERT INTO crossed VALUES (?, ?, ?)", crossed)

    def touch(self, path: str, state: FileState) -> None:
        """The file has another time and the same content."""
        with self._database as database:
            database.execute("UPDATE file SET mtime_ns = ? WHERE path = ?", (state.mtime_ns, path))

    def forget(self, paths: Sequence[str]) -> None:
        with self._database as database:
            database.executemany("DELETE FROM file WHERE path = ?", [(path,) for path in paths])

    def prints(self) -> list[tuple[str, int, Fingerprint]]:
        """(path, number, fingerprint) of every flight."""
        rows = self._database.execute(_PRINTS)
        return [
            (path, number, Fingerprint(system_id, boot_us, clock == _GPS, *rest))
            for path, number, system_id, boot_us, clock, *rest in rows
        ]

    def say_same(self, same: Sequence[tuple[tuple[str, int], tuple[str, int]]]) -> None:
        """Which flights are recordings of another one, (path, number) of both; all others are by themselves."""
        with self._database as database:
            database.execute("UPDATE flight SET same_path = '', same_number = 0 WHERE same_path <> ''")
            statement = "UPDATE flight SET same_path = ?, same_number = ? WHERE path = ? AND number = ?"
            database.executemany(statement, [(*fullest, *other) for other, fullest in same])

    def flights(self, wanted: FlightFilter) -> list[Listed]:
        """By time, each once; those without a time of day last."""
        zones, others = self._zones(), self._others()
        limits = {
            "since_us": wanted.since_us,
            "until_us": wanted.until_us,
            "min_duration_s": wanted.min_duration_s,
        }
        rows = self._database.execute(_WANTED, limits)
        found = [
            Listed(path, kind, _facts(row, zones.get((path, n), ())), others.get((path, n), ()))
            for path, n, kind, *row in rows
        ]
        return [
            one
            for one in found
            if (not wanted.drones or one.flight.drone in wanted.drones)
            and (not wanted.zones or not wanted.zones.isdisjoint(one.flight.zones))
        ]

    def damaged(self) -> list[tuple[str, str]]:
        """(path, why) of every file that cannot be read."""
        rows = self._database.execute("SELECT path, error FROM file WHERE error <> '' ORDER BY path")
        return [(path, error) for path, error in rows]

    def notes(self) -> list[tuple[str, str]]:
        """(path, words), a line each, of every file of which there is more to say."""
        rows = self._database.execute("SELECT path, notes FROM file WHERE notes <> '' ORDER BY path")
        return [(path, line) for path, notes in rows for line in notes.split("\n")]

    def partly_damaged(self) -> list[tuple[str, Damage]]:
        """(path, what was lost) of every file that can be read, though not all of it."""
        rows = self._database.execute(
            "SELECT path, kind, damaged_frames, skipped_bytes, cut_tail FROM file "
            "WHERE damaged_frames OR skipped_bytes OR cut_tail ORDER BY path"
        )
        return [
            (path, Damage(frames, skipped, bool(cut_tail), in_lines=kind == TEXT_LOG))
            for path, kind, frames, skipped, cut_tail in rows
        ]

    def to_bytes(self) -> bytes:
        """For the next time; nothing where SQLite cannot."""
        content = self._database.serialize() if _KEEPS else b""
        return content and content + hashlib.sha256(content).digest()

    def _others(self) -> Mapping[tuple[str, int], tuple[str, ...]]:
        rows = self._database.execute(
            "SELECT same_path, same_number, path FROM flight WHERE same_path <> '' ORDER BY path"
        )
        others: dict[tuple[str, int], dict[str, None]] = {}
        for same_path, same_number, path in rows:
            others.setdefault((same_path, same_number), {})[path] = None
        return {flight: tuple(paths) for flight, paths in others.items()}

    def _zones(self) -> Mapping[tuple[str, int], tuple[str, ...]]:
        zones: dict[tuple[str, int], tuple[str, ...]] = {}
        for path, number, zone in self._database.execute("SELECT path, number, zone FROM crossed ORDER BY rowid"):
            zones[path, number] = (*zones.get((path, number), ()), zone)
        return zones


def _columns(one: FlightFacts) -> tuple[object, ...]:
    way = (one.start_us, one.duration_s, one.distance_m, one.samples, one.highest_m)
    battery = (one.battery_begin_pct, one.battery_end_pct)
    return (one.drone, one.system_id, *way, *battery, one.clock, _lines(one.clock_notes))


def _columns_of_print(known_by: Fingerprint) -> tuple[object, ...]:
    return (known_by.boot_us, known_by.begin_ms, known_by.end_ms, known_by.step_s, known_by.points)


def _facts(row: Sequence[Any], zones: tuple[str, ...]) -> FlightFacts:
    drone, system_id, start_us, duration_s, distance_m, samples, highest_m, begin_pct, end_pct, clock, notes = row
    return FlightFacts(
        drone,
        system_id,
        start_us=start_us,
        duration_s=duration_s,
        distance_m=distance_m,
        samples=samples,
        zones=zones,
        highest_m=highest_m,
        battery_begin_pct=begin_pct,
        battery_end_pct=end_pct,
        clock=clock,
        clock_notes=tuple(filter(None, notes.split("\n"))),
    )


def _lines(words: Sequence[str]) -> str:
    return "\n".join(words)


def _empty(made_of: str) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA foreign_keys = ON")
    database.executescript(_SCHEMA)
    with database:
        database.execute("INSERT INTO made_of VALUES (?)", (made_of,))
    return database


def _usable(data: bytes | None, made_of: str) -> sqlite3.Connection | None:
    if not data or not _KEEPS:
        return None
    content, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if hashlib.sha256(content).digest() != digest:
        return None
    database = sqlite3.connect(":memory:")
    try:
        database.deserialize(content)
        database.execute("PRAGMA foreign_keys = ON")
        if database.execute("PRAGMA user_version").fetchone() == (_VERSION,) and _made_of(database) == made_of:
            return database
    except sqlite3.Error:  # another program's
        pass
    database.close()
    return None


def _made_of(database: sqlite3.Connection) -> str | None:
    rows = database.execute("SELECT what FROM made_of").fetchall()
    return rows[0][0] if len(rows) == 1 else None
