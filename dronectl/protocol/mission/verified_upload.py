"""Upload, then read back and compare: only what was read back is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import DronectlError, Mismatch, Refused
from dronectl.model.message import Message
from dronectl.model.plan.mission import Mission
from dronectl.protocol.core.machine import BaseMachine, Effect, MachineProgress
from dronectl.protocol.core.round_trip import TransferTiming
from dronectl.protocol.mission.canonical import differences
from dronectl.protocol.mission.download import ItemDownload
from dronectl.protocol.mission.results import list_name
from dronectl.protocol.mission.upload import ItemUpload, UploadResult

MOST_UPLOADS = 4


@dataclass(frozen=True, slots=True)
class VerifiedResult:
    """``seconds`` from the first COUNT to the comparison; ``resent``: item frames beyond the first of each, in all
    uploads; ``verified`` is True: nothing else is a result."""

    items: int
    seconds: float
    resent: int
    verified: bool


class VerifiedUpload(BaseMachine[VerifiedResult]):
    """Uploads ``mission``, downloads it again and compares.

    What differs is uploaded again (an acknowledgement of an older transfer may have been taken for ours), unless the
    vehicle gives back the same difference twice: then it will not keep it. What it is known to make of an item depends
    on its ``firmware`` (``4.7.0``).

    ``outcome``: :class:`VerifiedResult`, ``Mismatch`` with the first differences, ``Refused`` or ``NoAnswer``.
    ``read_back`` holds what is on board, once read.
    """

    transfers = True

    def __init__(self, mission: Mission, *, timing: TransferTiming | None = None, firmware: str | None = None) -> None:
        super().__init__()
        self._mission = mission
        self._firmware = firmware
        self._timing = timing or TransferTiming()
        self._started_s = 0.0
        self._uploads = 0
        self._resent = 0
        self._confirmed = True
        self._last_found: list[str] | None = None
        self._current: ItemUpload | ItemDownload = ItemUpload(mission, timing=self._timing)

    def start(self, now_s: float) -> Sequence[Effect]:
        self._started_s = now_s
        self._uploads = 1
        self._run_inside(self._current)
        return self._step(self._current.start(now_s), now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        return self._step(self._current.on_message(message, now_s), now_s)

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        return self._step(self._current.on_timeout(now_s), now_s)

    def on_new_link(self, now_s: float) -> Sequence[Effect]:
        return self._step(self._current.on_new_link(now_s), now_s)

    def cancel(self, now_s: float) -> Sequence[Effect]:
        return self._current.cancel(now_s)

    def _step(self, effects: Sequence[Effect], now_s: float) -> Sequence[Effect]:
        """Passes the effects of the current half on, and goes to the next half when it has ended."""
        uploading = isinstance(self._current, ItemUpload)
        passed_on = [effect for effect in effects if uploading or not isinstance(effect, MachineProgress)]
        outcome = self._current.outcome
        if outcome is None:
            self.deadline_s = self._current.deadline_s
            return passed_on
        if isinstance(outcome, DronectlError):
            self._finish(outcome)
            return passed_on
        if isinstance(outcome, UploadResult):
            self._resent += outcome.resent
            self._confirmed = outcome.confirmed
            return [*passed_on, *self._begin(ItemDownload(self._mission.mission_type, timing=self._timing), now_s)]
        return [*passed_on, *self._compare(outcome, now_s)]

    def _begin(self, half: ItemUpload | ItemDownload, now_s: float) -> Sequence[Effect]:
        self._current = half
        self._run_inside(half)
        return self._step(half.start(now_s), now_s)

    def _compare(self, on_board: Mission, now_s: float) -> Sequence[Effect]:
        found = differences(self._mission, on_board, self._firmware)
        if not found:
            items = len(self._mission)
            self._finish(VerifiedResult(items, now_s - self._started_s, self._resent, True))
            return []
        if found == self._last_found or self._uploads == MOST_UPLOADS:
            kind = list_name(self._mission.mission_type)
            more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
            what = f"on board is not what was sent: {'; '.join(found[:3])}{more}"
            details = {"mission_type": kind, "differences": found}
            if self._confirmed:
                hint = "the vehicle does not keep these values: change the file, or see 'plan check'"
                self._finish(Mismatch(f"the {kind} {what}", hint=hint, details=details))
            else:
                said = f"the vehicle did not confirm the last item of the {kind}, and what is {what}"
                self._finish(Refused(said, hint="see 'plan check' for what it does not take", details=details))
            return []
        self._last_found = found
        self._uploads += 1
        return self._begin(ItemUpload(self._mission, timing=self._timing), now_s)
