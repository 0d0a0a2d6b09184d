"""What the law asks, on a briefing sheet: what was filed and told to whom, papers, pilots, and what closes that day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dronectl.formats.briefing.table import row, table
from dronectl.formats.maps.words import shown
from dronectl.model.law.filing import Flown, Recipient, filed_in_both_eras, filing_for
from dronectl.model.law.law import Law
from dronectl.model.law.paper import PILOT_WORDS, Held, PaperKind, held, pilot_held
from dronectl.model.plan.plan import DronePlan, Plan
from dronectl.model.site import Site
from dronectl.model.text.shown_time import both_eras, local_day
from dronectl.model.validity import Span, Validity, whole_days
from dronectl.site.local_time import days_of, zone_of

_GOOD, _BAD, _UNKNOWN = "ใช้ได้ valid", "ใช้ไม่ได้ NOT VALID", "ไม่มีบันทึก NOT RECORDED"
_HEADS = {
    "filed": (
        "แจ้งต่อ<br>told to",
        "เลขที่<br>reference",
        "ยื่นเมื่อ<br>filed",
        "โดย<br>by",
        "สำหรับ<br>for",
        "วันบิน<br>that day",
    ),
    "papers": ("เอกสาร<br>paper", "เลขที่<br>document", "ใช้ได้ถึง<br>until", "วันบิน<br>that day"),
    "closed": ("เขต<br>area", "ปิด<br>closed", "วันบิน<br>that day"),
}


def law_of_flight(plan: Plan, site: Site, drone: DronePlan, day: date) -> str:
    """The three tables, as far as there is something in them."""
    days = _days(plan, site, day)
    parts = []
    if site.rules.law is Law.THAILAND:
        parts.append(("การแจ้งการบิน · filed and told", "filed", list(_filed(plan, site, drone, days))))
        parts.append(("เอกสารโดรนและนักบิน · papers", "papers", list(_papers(site, drone, days))))
    parts.append(("เขตปิดตามเวลา · dated areas", "closed", list(_closed(plan, site, days))))
    told = [(title, table(_HEADS[key], rows)) for title, key, rows in parts if rows]
    return "".join(f'<div class="together"><h2>{title}</h2>{body}</div>' for title, body in told)


def _days(plan: Plan, site: Site, day: date) -> tuple[date, ...]:
    own = days_of(plan, site)
    return own if day in own else (day,)


def _spans(plan: Plan, site: Site, days: tuple[date, ...]) -> tuple[Span, ...]:
    """When the plan is flown on these days, by its timetable; none without."""
    zone = zone_of(site)
    return tuple((one.start, one.end) for one in plan.timetable if local_day(one.start, zone) in days)


def _filed(plan: Plan, site: Site, drone: DronePlan, days: tuple[date, ...]) -> Iterator[str]:
    patrols = [site.patrol(sortie.patrol) for sortie in drone.sorties]
    known = None if None in patrols else tuple({zone for one in patrols if one is not None for zone in one.zones})
    flown = Flown(drone.name, known, days, _spans(plan, site, days))
    for to in Recipient:
        filing, lacking = filing_for(site.filings, to, flown, zone_of(site), site.rules.notice_days)
        name = f"{to.thai} · {to.english}"
        if filing is None:
            yield row((name, "", "", "", "", _UNKNOWN))
            continue
        for_what = [_when(filing.validity), ", ".join(filing.zones), ", ".join(filing.drones), shown(filing.purpose)]
        yield row(
            (
                name,
                shown(filing.reference),
                filed_in_both_eras(filing),
                shown(filing.by),
                ", ".join(part for part in for_what if part),
                _GOOD if lacking is None else _BAD,
            )
        )


def _when(validity: Validity) -> str:
    """Its days in the Buddhist era, and all of it as files write it; a moment of another zone stays as it is."""
    bounds = [both_eras(one)[0] for one in (validity.begins, validity.ends) if type(one) is date]
    return f"{' – '.join(bounds)} ({validity.words})" if bounds else validity.words


def _papers(site: Site, drone: DronePlan, days: tuple[date, ...]) -> Iterator[str]:
    for kind in PaperKind:
        found = held(site.papers, kind, drone.name, days)
        yield _paper_row(f"{kind.thai} · {kind.english}", found)
    yield _paper_row(" · ".join(reversed(PILOT_WORDS)), pilot_held(site.pilots, drone.name, days))


def _paper_row(what: str, found: Held) -> str:
    until = None if found.paper is None else found.paper.valid_until
    ends = "" if until is None else f"{both_eras(until)[0]} ({until})"
    verdict = _UNKNOWN if found.paper is None else _GOOD if found.fault is None else _BAD
    return row((what, shown(found.document), ends, verdict))


def _closed(plan: Plan, site: Site, days: tuple[date, ...]) -> Iterator[str]:
    zone = zone_of(site)
    spans = _spans(plan, site, days) or whole_days(days, zone)
    for keep_out in site.zones.keep_outs:
        if not keep_out.validity.is_always:
            closed = keep_out.is_closed(spans, zone)
            verdict = "ปิด – ห้ามเข้า CLOSED" if closed else "ไม่ปิดระหว่างบิน open"
            yield row((f"{shown(keep_out.name)} ({keep_out.id})", _when(keep_out.validity), verdict))
