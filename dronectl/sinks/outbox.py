"""Reports that wait to be delivered, on the disk and bounded: they outlive a broker that is away, and this process."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from dronectl.errors import StorageError
from dronectl.model.report import Report, ReportKind
from dronectl.model.text.finite_json import finite
from dronectl.sinks.sink import Waiting

_SPARE = 100
"""So many are given up at once when it is full: looking for them takes time."""


class Outbox:
    """A context manager around one file; for one thread.

    Where it is full the oldest positions go first, then whatever is oldest.
    """

    def __init__(self, path: Path, most: int) -> None:
        self.dropped: Counter[str] = Counter()
        self._path = path
        self._most = most

    def __enter__(self) -> Self:
        """
        Raises:
            StorageError: the file cannot be made or read.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            # A killed process loses nothing; only a computer without power may lose the last moments.
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS report "
                "(number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, drone TEXT, body TEXT NOT NULL)"
            )
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"{self._path}: reports cannot be kept there: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._db.close()

    def __len__(self) -> int:
        (count,) = self._db.execute("SELECT count(*) FROM report").fetchone()
        return int(count)

    def add(self, reports: Iterable[Report], in_flight: Iterable[int] = ()) -> None:
        """Keeps them, at once or not at all. Those whose numbers are ``in_flight`` stay where they are."""
        self._db.execute("BEGIN")
        try:
            self._db.executemany("INSERT INTO report (kind, drone, body) VALUES (?, ?, ?)", map(_row, reports))
            self._make_room(list(in_flight))
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def after(self, number: int, most: int) -> list[Waiting]:
        """The oldest ones with higher numbers."""
        rows = self._db.execute(
            "SELECT number, kind, drone, body FROM report WHERE number > ? ORDER BY number LIMIT ?", (number, most)
        )
        return [Waiting(row[0], Report(ReportKind(row[1]), row[2], json.loads(row[3]))) for row in rows]

    def remove(self, number: int) -> None:
        """It was delivered."""
        self._db.execute("DELETE FROM report WHERE number = ?", (number,))

    def _make_room(self, held: list[int]) -> None:
        over = len(self) - self._most
        if over <= 0:
            return
        rows = self._db.execute(
            f"SELECT number, kind FROM report WHERE number NOT IN ({', '.join('?' * len(held))}) "
            "ORDER BY kind != ?, number LIMIT ?",
            (*held, ReportKind.POSITION, over + min(_SPARE, self._most // 10)),
        ).fetchall()
        self._db.executemany("DELETE FROM report WHERE number = ?", [(number,) for number, _ in rows])
        self.dropped.update(kind for _, kind in rows)


def _row(report: Report) -> tuple[str, str | None, str]:
    return report.kind, report.drone, json.dumps(finite(report.body), ensure_ascii=False, separators=(",", ":"))
