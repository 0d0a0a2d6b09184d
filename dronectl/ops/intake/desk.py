"""The desk where reports come in: each is taken at once, and worked off in order by a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from dronectl.errors import DronectlError
from dronectl.formats.incidents.report_json import read_report
from dronectl.formats.line.webhook import LineMessage, is_signed, read_messages
from dronectl.model.audit import AuditDefect
from dronectl.model.incidents.incident import Incident, IncidentReport
from dronectl.model.site import Site
from dronectl.model.text.shown_time import now
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.incidents.gazetteer import place_of
from dronectl.ops.intake.line_reports import LineReports, Outcome, kind_of, outcome_of
from dronectl.ops.intake.matching import attached
from dronectl.ops.intake.replies import API, reply, words_for

MOST_WAITING = 2_000
"""LINE's messages that were not worked off yet; beyond this LINE is asked to come again."""


@dataclass(frozen=True, slots=True)
class LineChannel:
    """The station's LINE official account."""

    secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    """Without it nobody is replied to."""
    api: str = API


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a report by JSON."""

    incident: Incident | None
    """None: it had come before."""
    is_new: bool = False


class IntakeDesk:
    """Within: a thread works off what LINE sent. ``salt``: of the hashes that reporters are kept by; ``say``: what
    somebody should know; ``on_incident``: there is something new in the book."""

    def __init__(
        self,
        site: Site,
        book: IncidentBook,
        line: LineChannel | None,
        salt: bytes,
        *,
        say: Callable[[str], None],
        on_incident: Callable[[], None] = lambda: None,
    ) -> None:
        self._site = site
        self._book = book
        self._line = line
        self._salt = salt
        self._say = say
        self._on_incident = on_incident
        self._reports = LineReports(site)
        self._queue: queue.Queue[LineMessage | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._work_off, name="intake", daemon=True)
        self.counts: Counter[str] = Counter()
        self._broken: AuditDefect | None = None

    def __enter__(self) -> IntakeDesk:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._queue.put(None)
        self._thread.join()

    def take_webhook(self, body: bytes, signature: str | None) -> int:
        """What LINE is answered: 200 at once; 401 for who is not LINE, 400 for what is no webhook, 503 when too much
        waits, 404 without a channel."""
        if self._line is None:
            return 404
        if not is_signed(body, signature, self._line.secret):
            self.counts["forged"] += 1
            return 401
        try:
            messages = read_messages(body, self._salt)
        except DronectlError:
            self.counts["malformed"] += 1
            return 400
        for message in messages:
            try:
                self._queue.put_nowait(message)
            except queue.Full:
                return 503
        return 200

    def take_report(self, body: bytes, sender: str) -> Receipt:
        """A report by JSON, written into the book.

        Raises:
            InputError: what is wrong with it. StorageError: it is not in the book.
        """
        report, mark = read_report(body, lambda name: place_of(self._site, name), now(), sender, kind_of)
        return self._write(report, mark)

    def _write(self, report: IncidentReport, mark: str) -> Receipt:
        taken = self._book.take([report], attached, [mark])
        self._say_what_is_broken()
        if not taken:
            return Receipt(None)
        self._on_incident()
        return Receipt(taken[0], is_new=len(taken[0].reports) == 1)

    def _say_what_is_broken(self) -> None:
        defect = self._book.defect
        if defect is None or defect == self._broken:
            return
        self._broken = defect
        where = f"{defect.file}: line {defect.line} " if defect.file else ""
        self._say(f"the book of incidents is not what was written in it: {where}{defect.message}")

    def _work_off(self) -> None:
        while (message := self._queue.get()) is not None:
            try:
                self._work(message, now())
            except DronectlError as error:
                self._say(f"a message of LINE could not be written down: {error.message}")
            finally:
                self._queue.task_done()
        self._queue.task_done()

    def _work(self, message: LineMessage, moment: datetime) -> None:
        taken = self._reports.take(message, moment)
        outcome, incident = taken.outcome, None
        if taken.report is not None:
            receipt = self._write(taken.report, taken.mark)
            incident = receipt.incident
            if incident is None:
                outcome = Outcome.REDELIVERED if message.is_redelivery else Outcome.REPLAYED
            else:
                outcome = outcome_of(taken.report, incident)
        self.counts[str(outcome)] += 1
        if outcome is Outcome.REPLAYED:
            self._say("a message of LINE came twice, and not by LINE's own redelivery: it was not taken again")
        self._reply(message, words_for(outcome, incident))

    def _reply(self, message: LineMessage, words: str) -> None:
        if self._line is None or not self._line.token or not words or not message.reply_token:
            return
        try:
            reply(self._line.token, message.reply_token, words, api=self._line.api)
        except DronectlError as error:
            self._say(error.message)
