"""The day of the flight on a briefing sheet: what it is, whose it is, and which authorisations are valid on it."""

from __future__ import annotations

from datetime import date

from dronectl.formats.briefing.table import row, table
from dronectl.formats.maps.words import shown
from dronectl.formats.text.xml_text import escaped
from dronectl.model.plan.plan import Plan
from dronectl.model.rules import Authorisation
from dronectl.model.site import Site
from dronectl.model.text.shown_time import both_eras, local_day
from dronectl.site.local_time import days_of, zone_of


def day_of_flight(plan: Plan, site: Site, day: date) -> str:
    """The corner of the sheet that names the day, and says when it is not in the plan."""
    own = days_of(plan, site)
    days = [both_eras(one) for one in (own if day in own else (day,))]
    thai, english = (" – ".join(names) for names in zip(*days, strict=True))
    source = "" if own else "<p class='small'>แผนไม่ระบุวัน · the plan names no day</p>"
    zone = f"<p class='small'>{escaped(site.time_zone)}</p>"
    return (
        f'<div class="plain"><p>วันบิน · day of flight</p><p><b>{escaped(thai)}</b></p><p>{escaped(english)}</p>'
        f"{zone}{source}</div>"
    )


def another_day(plan: Plan, site: Site, day: date) -> list[str]:
    """A warning where the sheet is for another day than the plan."""
    own = days_of(plan, site)
    if not own or day in own:
        return []
    thai, english = both_eras(own[0])
    return [f"แผนนี้ทำไว้สำหรับวันที่ {thai} – ห้ามบินวันอื่น · The plan is for {english}: not to be flown on another day"]


def authorisations(plan: Plan, site: Site, day: date) -> str:
    """Every authorisation, and whether it is valid on the day of the flight (on both, of a flight into the next)."""
    own = days_of(plan, site)
    days = own if day in own else (day,)
    heads = (
        "หน่วยงาน<br>authority",
        "เลขที่<br>document",
        "ใช้ได้<br>valid",
        "ยกเว้นกฎ<br>lifts",
        "โซน<br>zones",
        "วันบิน<br>that day",
    )
    zone = zone_of(site)
    flown = [(one.start, one.end) for one in plan.timetable if local_day(one.start, zone) in days]

    def is_valid(one: Authorisation) -> bool:
        return all(one.is_valid_on(on) for on in days) and one.covers(flown, zone)

    rows = [row(_authorisation_cells(one, is_valid=is_valid(one))) for one in site.authorisations]
    body = table(heads, rows) if rows else "<p>ไม่มี · none</p>"
    return f'<div class="together"><h2>หนังสืออนุญาต · authorisations</h2>{body}</div>'


def _authorisation_cells(authorisation: Authorisation, *, is_valid: bool) -> tuple[str, ...]:
    dates = [f"{both_eras(one)[0]} ({one})" for one in (authorisation.valid_from, authorisation.valid_to)]
    return (
        shown(authorisation.authority),
        shown(authorisation.document),
        ", ".join(part for part in (" – ".join(dates), authorisation.hours_text) if part),
        ", ".join(authorisation.lifts),
        ", ".join(authorisation.zones) or "ทั้งหมด all",
        "ใช้ได้ valid" if is_valid else "ใช้ไม่ได้ NOT VALID",
    )
