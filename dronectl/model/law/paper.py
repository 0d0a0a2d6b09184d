"""Papers of drones and people: registrations, insurance, certificates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dronectl.model.law.law import LEAST_INSURANCE_BAHT, LEAST_PILOT_AGE


class PaperKind(StrEnum):
    """What a paper says; each drone needs one of each."""

    CAAT_REGISTRATION = "caat_registration"
    NBTC_REGISTRATION = "nbtc_registration"
    INSURANCE = "insurance"
    OPERATOR_CERTIFICATE = "operator_certificate"

    @property
    def english(self) -> str:
        return _WORDS[str(self)][0]

    @property
    def thai(self) -> str:
        return _WORDS[str(self)][1]


_WORDS = {
    "caat_registration": ("CAAT registration", "ทะเบียนโดรน กพท."),
    "nbtc_registration": ("NBTC registration", "ทะเบียน กสทช."),
    "insurance": ("insurance", "ประกันภัย"),
    "operator_certificate": ("operator certificate", "ใบรับรองผู้ปฏิบัติการ"),
}
PILOT_WORDS = ("pilot", "นักบิน")


@dataclass(frozen=True, slots=True)
class Paper:
    """Of these drones, or of all without any; both dates included, None: it does not end."""

    kind: PaperKind
    document: str
    valid_from: date
    valid_until: date | None
    drones: tuple[str, ...] = ()
    amount_baht: float | None = None
    """What an insurance pays."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """Who may fly these drones, or all without any. Of the birthday the year alone is kept."""

    name: str
    born_year: int
    """Of the common era."""
    certificate: str
    valid_until: date
    drones: tuple[str, ...] = ()

    def is_old_enough(self, day: date) -> bool:
        """Surely: who turns twenty in the course of this year counts from the next on."""
        return day.year - self.born_year > LEAST_PILOT_AGE


class Fault(StrEnum):
    """What is wrong with a paper; the last is the nearest to being right."""

    AMOUNT = "amount"
    AGE = "age"
    NOT_YET = "not yet"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Held:
    """What there is of one kind for a drone. ``fault`` None: it is good; no ``paper``: nothing is recorded."""

    paper: Paper | Pilot | None
    fault: Fault | None = None

    @property
    def document(self) -> str:
        """As people know it: a number, of a pilot the name with it; empty where nothing is recorded."""
        if isinstance(self.paper, Pilot):
            return f"{self.paper.name} ({self.paper.certificate})"
        return "" if self.paper is None else self.paper.document


def held(papers: Iterable[Paper], kind: PaperKind, drone: str, days: Sequence[date]) -> Held:
    """The paper of this kind that is good for a drone on all of these days, else the one that is nearest to it."""
    return _best([(one, _paper_fault(one, days)) for one in papers if one.kind is kind and _is_for(one, drone)])


def pilot_held(pilots: Iterable[Pilot], drone: str, days: Sequence[date]) -> Held:
    """Somebody who may fly the drone on all of these days, likewise."""
    return _best([(one, _pilot_fault(one, days)) for one in pilots if _is_for(one, drone)])


def _best(judged: Sequence[tuple[Paper | Pilot, Fault | None]]) -> Held:
    if not judged:
        return Held(None)
    order = [*Fault, None]
    return Held(*max(judged, key=lambda one: (order.index(one[1]), one[0].valid_until or date.max)))


def _is_for(one: Paper | Pilot, drone: str) -> bool:
    return not one.drones or drone in one.drones


def _paper_fault(paper: Paper, days: Sequence[date]) -> Fault | None:
    if paper.kind is PaperKind.INSURANCE and (paper.amount_baht or 0.0) < LEAST_INSURANCE_BAHT:
        return Fault.AMOUNT
    if min(days) < paper.valid_from:
        return Fault.NOT_YET
    return Fault.EXPIRED if paper.valid_until is not None and max(days) > paper.valid_until else None


def _pilot_fault(pilot: Pilot, days: Sequence[date]) -> Fault | None:
    if not pilot.is_old_enough(min(days)):
        return Fault.AGE
    return Fault.EXPIRED if max(days) > pilot.valid_until else None
