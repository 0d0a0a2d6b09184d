"""Drones are registered and insured, and somebody may fly them, on the day of the flight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.wording import Form, joined
from dronectl.model.law.law import LEAST_INSURANCE_BAHT, Law
from dronectl.model.law.paper import PILOT_WORDS, Fault, Held, Paper, PaperKind, Pilot, held, pilot_held
from dronectl.model.plan.finding import Message, Severity
from dronectl.model.site import Site

_KINDS = {kind: Form(kind.english, kind.thai) for kind in PaperKind}
_PILOT = Form(*PILOT_WORDS)
NOT_RECORDED = Form(
    "not recorded in dronectl.toml: {what}",
    "ไม่มีบันทึกใน dronectl.toml: {what}",
    many="of which dronectl.toml does not record {what}",
    many_thai="ไม่มีบันทึกใน dronectl.toml: {what}",
)
EXPIRED = Form(
    "{what} {document} expired on {day}",
    "{what} {document} หมดอายุ {day}",
    many="by drones whose {what} {document} expired on {day}",
    many_thai="{what} {document} หมดอายุ {day}",
)
NOT_YET = Form(
    "{what} {document} is not valid before {day}",
    "{what} {document} ยังไม่เริ่มใช้ก่อน {day}",
    many="by drones whose {what} {document} is not valid before {day}",
    many_thai="{what} {document} ยังไม่เริ่มใช้ก่อน {day}",
)
AMOUNT = Form(
    "{what} {document} pays {amount:,.0f} baht; at least {least:,.0f} required",
    "{what} {document} คุ้มครอง {amount} บาท ต้องไม่น้อยกว่า {least} บาท",
    many="by drones whose {what} {document} pays too little",
    many_thai="{what} {document} คุ้มครองไม่พอ",
)
AGE = Form(
    "{what} {document}: nobody who is surely 20 years old",
    "{what} {document}: ไม่มีผู้ที่อายุครบ 20 ปีแน่นอน",
    many="by drones whose {what} is nobody who is surely 20 years old ({document})",
    many_thai="{what} {document}: ไม่มีผู้ที่อายุครบ 20 ปีแน่นอน",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """For each drone one warning with all that nobody recorded, and an error for each paper that is not good."""
    if ground.site.rules.law is not Law.THAILAND:
        return
    for name in dict.fromkeys(flight.drone.name for flight in flights):
        own = [flight for flight in flights if flight.drone.name == name]
        days = sorted({day for flight in own for day in ground.days_of(flight.sortie)})
        missing: list[Message] = []
        for what, one in papers_of(ground.site, name, days):
            if one.paper is None:
                missing.append(what)
            elif one.fault is not None:
                message = _fault(what, one)
                message = replace(message, kind=f"{message.kind} {what.english}")  # each paper is told
                yield found("papers", own[0], message, group=what.english)
        if missing:
            message = NOT_RECORDED(what=joined(missing))
            yield found("papers", own[0], message, severity=Severity.WARNING, group=message.english)


def papers_of(site: Site, drone: str, days: Sequence[date]) -> Iterator[tuple[Message, Held]]:
    """What the law asks of a drone on these days, and what there is of it."""
    for kind in PaperKind:
        yield _KINDS[kind](), held(site.papers, kind, drone, days)
    yield _PILOT(), pilot_held(site.pilots, drone, days)


def _fault(what: Message, one: Held) -> Message:
    paper = one.paper
    if isinstance(paper, Pilot):
        if one.fault is Fault.AGE:
            return AGE(what=what, document=paper.name)
        return EXPIRED(what=what, document=one.document, day=paper.valid_until)
    assert isinstance(paper, Paper)
    if one.fault is Fault.AMOUNT:
        return AMOUNT(what=what, document=paper.document, amount=paper.amount_baht or 0.0, least=LEAST_INSURANCE_BAHT)
    if one.fault is Fault.NOT_YET:
        return NOT_YET(what=what, document=paper.document, day=paper.valid_from)
    return EXPIRED(what=what, document=paper.document, day=paper.valid_until)


RULE = Rule(
    id="papers",
    title="Registered and insured",
    explanation="On the day of the flight each of its drones is registered with CAAT (for two years at most) and "
    "NBTC, insured for 1,000,000 baht or more, its operator has a certificate, and a pilot of 20 years or more may "
    "fly it: [[paper]] and [[pilot]] of dronectl.toml. One that has expired, is not valid yet or pays too little is "
    "an error. What nobody recorded is a warning, and 'fleet ready' and 'fly' say no until it is recorded, or "
    "somebody answers for it: --waive papers --by NAME. Drones that simulate themselves are only told.",
    find=find,
    why="Without them the flight is unlawful whatever it looks like, and nobody pays for what it hits.",
    source="Thailand, Ministry of Transport announcement B.E. 2558 and later: camera drones registered with CAAT (2 "
    "years, pilot at least 20 years old) and NBTC, insurance of 1,000,000 baht or more, operator certificate (high "
    "confidence).",
    example="insurance IN-2568/77 expired on 2026-11-30",
    remedy="Renew it, and enter the new paper as [[paper]] beside the old one; leave a drone out with --drone.",
)
