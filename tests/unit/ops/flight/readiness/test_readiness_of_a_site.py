"""The disk, the sun, the hours, the papers and the checklist: what is found, and what is a no."""

from __future__ import annotations

import shutil
from collections import namedtuple
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dronectl.errors import InputError, NoAnswer, NotReady
from dronectl.model.checklist import ChecklistItem, Every
from dronectl.model.ground.zone import KeepOut
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.plan import Plan
from dronectl.model.plan.schedule import Daylight, Departure
from dronectl.model.rules import Authorisation, AuthorisationKind
from dronectl.model.site import Site
from dronectl.model.validity import DailyHours, Validity
from dronectl.ops.flight.readiness import areas, daylight, law, permits, storage
from dronectl.ops.flight.readiness.ask import _ask, operator_of, site_readiness
from dronectl.ops.flight.readiness.asked import NOTHING_SAID, AskedSite
from dronectl.ops.flight.readiness.check import Readiness, ReadinessCheck, Verdict, answers_as_json, require_go
from dronectl.ops.flight.readiness.registry import SITE_CHECKS, DroneCheck

NOON = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
"""12:00 in Roi Et, where the sun sets at 18:13 and rises at 06:24."""
DRONES = ("alpha", "bravo", "charlie")
PROPS = ChecklistItem("propellers", "ตรวจใบพัด ไม่แตก ไม่บิ่น")
PEOPLE = ChecklistItem("people", "ไม่มีคนใต้เส้นทาง", Every.DAY)


def asked(site: Site, plan: Plan | None = None, now: datetime = NOON, **changes: Any) -> AskedSite:
    """``changes``: other values of the plan."""
    proof = None
    if plan is not None:
        findings = changes.pop("findings", ())
        proof = cast(Any, SimpleNamespace(plan=replace(plan, **changes), site=site, findings=findings))
    return AskedSite(site, DRONES, proof, 1, NOTHING_SAID, now)


def disk(monkeypatch: pytest.MonkeyPatch, free_mb: float) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(0, 0, round(free_mb * 1e6)))


def test_the_disk_must_take_what_the_flight_makes(site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    disk(monkeypatch, 50_000)
    assert storage.ask(asked(site, plan)).decision is Verdict.GO
    disk(monkeypatch, 120)
    answer = storage.ask(asked(site, plan))
    assert (answer.decision, answer.found) == (Verdict.NO_GO, "120 MB free")
    assert answer.wanted.endswith("for 3 drone(s), 6 min")
    disk(monkeypatch, 200)
    assert storage.ask(asked(site, plan)).ok
    assert not storage.ask(asked(site)).ok, "without a plan an hour is reckoned with"


def test_a_disk_that_cannot_be_asked_is_a_no(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_path: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    answer = storage.ask(asked(site))
    assert (answer.ok, answer.decision) == (False, Verdict.NOT_EVALUATED)
    assert "Input/output error" in answer.found


def local(hour: int, minute: int) -> datetime:
    """In Roi Et on that day."""
    return datetime(2026, 3, 1, hour, minute, tzinfo=UTC) - timedelta(hours=7)


@pytest.mark.parametrize(
    ("now", "ok", "words"),
    [
        (local(12, 0), True, "daylight until 18:1"),
        (local(18, 4), True, "daylight until 18:1"),
        (local(18, 9), False, "the sun is down from 18:1"),
        (local(23, 30), False, "23:30 UTC+7: the sun is down until 06:2"),
        (local(6, 0), False, "the sun is down until 06:2"),
        (local(6, 35), True, "daylight until 18:1"),
    ],
)
def test_the_sun_must_be_up_until_the_landing(site: Site, plan: Plan, now: datetime, ok: bool, words: str) -> None:
    answer = daylight.ask(asked(site, plan, now))
    assert (answer.ok, answer.decision) == (ok, Verdict.GO if ok else Verdict.NO_GO)
    assert words in answer.found
    assert "UTC+7" in answer.found


def test_who_may_fly_in_the_dark_is_told_by_what(site: Site, plan: Plan) -> None:
    midnight = local(23, 0)
    off = replace(site, rules=replace(site.rules, daylight=Daylight.OFF))
    assert daylight.ask(asked(off, plan, midnight)).ok
    paper = Authorisation("CAAT", "กพท. 7/2569", date(2026, 3, 1), date(2026, 3, 1), lifts=("daylight",))
    lawful = replace(site, authorisations=(paper,))
    assert "lifted by กพท. 7/2569" in daylight.ask(asked(lawful, plan, midnight)).found
    assert not daylight.ask(asked(lawful, plan, midnight + timedelta(days=1))).ok, "the paper has ended"
    elsewhere = replace(site, authorisations=(replace(paper, zones=("lake",)),))
    assert not daylight.ask(asked(elsewhere, plan, midnight)).ok
    assert daylight.ask(asked(site, plan, midnight, overrides=("daylight by สมชาย",))).ok


def test_the_flight_must_fit_the_hours_of_its_mission(site: Site, plan: Plan) -> None:
    flown = (local(8, 0), local(8, 7))
    window = Departure(1, "demo", 1, *flown, opens=local(7, 30), closes=local(9, 0))
    for now, ok in ((local(7, 29), False), (local(7, 30), True), (local(8, 50), True), (local(8, 56), False)):
        answer = daylight.ask_hours(asked(site, plan, now, timetable=(window,)))
        assert (answer.ok, answer.wanted) == (ok, "within 07:30 UTC+7 to 09:00 UTC+7")
    assert daylight.ask_hours(asked(site, plan)).found == "its mission names none"
    assert daylight.ask_hours(asked(site)).decision is Verdict.TOLD


def test_papers_must_be_valid_until_the_landing(site: Site, plan: Plan) -> None:
    paper = Authorisation("CAAT", "ก. 1", date(2026, 1, 1), date(2026, 3, 1), lifts=("aerodrome",))
    lifted = Finding("aerodrome", Severity.AUTHORISED, "", authorisation="ก. 1")
    lawful = replace(site, authorisations=(paper,))
    assert permits.ask(asked(lawful, plan, findings=(lifted,))).found == "ก. 1 until 2026-03-01"
    ending = permits.ask(asked(lawful, plan, local(23, 57), findings=(lifted,)))
    assert (ending.ok, ending.found) == (False, "ก. 1 ended 2026-03-01"), "it lands on the next day"
    assert not permits.ask(asked(replace(site, authorisations=()), plan, findings=(lifted,))).ok
    by_name = replace(lifted, authorisation="override by สมชาย")
    assert permits.ask(asked(site, plan, findings=(by_name,))).found == "สมชาย answers for a rule"
    assert permits.ask(asked(site, plan)).found == "none is needed"
    assert permits.ask(asked(site)).decision is Verdict.TOLD


def test_a_no_tells_of_a_waiver_only_where_a_person_can_answer_for_it() -> None:
    def hint(*checks: ReadinessCheck) -> str:
        with pytest.raises(NotReady) as refused:
            require_go([Readiness("alpha", 1, checks)])
        return refused.value.hint or ""

    battery = ReadinessCheck("battery", False, "41 %", "≥ 55 %")
    dark = ReadinessCheck("daylight", False, "night", "day", "daylight", can_be_waived=True)
    assert "waive" not in hint(battery)
    assert "waive" not in hint(battery, replace(dark, ok=True))
    assert "can answer for daylight: --waive daylight --by NAME" in hint(battery, dark)
    assert "--waive daylight --waive propellers --by NAME" in hint(dark, replace(dark, id="propellers"))


def test_every_check_of_the_site_is_told_and_what_nobody_confirmed_is_a_no(site: Site) -> None:
    listed = replace(site, checklist=(PROPS, PEOPLE))
    answer = site_readiness(listed, DRONES)
    assert [one.id for one in answer.checks] == [*(check.id for check in SITE_CHECKS), "propellers", "people"]
    assert answer.reasons() == ", ".join(
        f"checklist: {item.text} nobody confirmed it: --checked {item.id} (wanted confirmed, every {item.every})"
        for item in (PROPS, PEOPLE)
    )
    with pytest.raises(NotReady, match="no-go: site: checklist: ตรวจใบพัด"):
        require_go([answer])
    operator = operator_of(listed, ["propellers"], ["people", "storage"], "ร.ต.อ. สมชาย")
    answer = site_readiness(listed, DRONES, operator=operator)
    assert answer.go
    assert (answer.checks[0].id, answer.checks[0].decision) == ("storage", Verdict.GO), "there is nothing to waive"
    assert [(one.decision, one.waived_by) for one in answer.checks[-2:]] == [
        (Verdict.GO, ""),
        (Verdict.WAIVED, "ร.ต.อ. สมชาย"),
    ]
    document = answers_as_json([answer])
    assert (document["go"], document["drones"]) == (True, [])


@pytest.mark.parametrize(
    ("checked", "waived", "person", "words"),
    [
        (["wings"], [], None, "has no such item"),
        ([], ["EKF"], "สมชาย", "cannot be waived"),
        ([], ["permits"], "สมชาย", "cannot be waived"),
        ([], ["daylight"], " ", "needs --by NAME"),
        ([], [], "สมชาย", "which is missing"),
    ],
)
def test_what_makes_no_sense_is_refused(
    site: Site, checked: list[str], waived: list[str], person: str | None, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        operator_of(replace(site, checklist=(PROPS,)), checked, waived, person)


def test_a_check_that_fails_to_ask_is_a_no_with_the_reason() -> None:
    import asyncio

    async def silent(_asked: object) -> tuple[ReadinessCheck, ...]:
        raise NoAnswer("alpha: no parameter came")

    (answer,) = asyncio.run(_ask(DroneCheck("on board", silent), cast(Any, None)))  # type: ignore[arg-type]
    assert (answer.ok, answer.decision) == (False, Verdict.NOT_EVALUATED)
    assert answer.found == "not known: alpha: no parameter came"


@pytest.mark.parametrize(
    ("now", "ok", "words"),
    [
        (local(6, 0), True, "06:00 UTC+7 to 06:0"),
        (local(17, 50), True, "17:50 UTC+7 to 17:5"),
        (local(17, 58), False, "18:0"),
        (local(3, 59), False, "within 00:01-04:00, closed to everybody"),
        (local(0, 0), False, "closed to everybody"),
    ],
)
def test_the_hour_by_the_clock(site: Site, plan: Plan, now: datetime, ok: bool, words: str) -> None:
    answer = law.ask_hours(asked(site, plan, now))
    assert (answer.ok, answer.wanted) == (ok, "06:00-18:00 by the clock (rules.hours), until the landing")
    assert words in answer.found
    simulated = law.ask_hours(replace(asked(site, plan, now), simulated=True))
    assert simulated.decision is (Verdict.GO if ok else Verdict.TOLD)


def test_who_opens_which_hours_now(site: Site, plan: Plan) -> None:
    by_name = {"overrides": ("hours by สมชาย",)}
    assert law.ask_hours(asked(site, plan, local(19, 0), **by_name)).ok
    assert not law.ask_hours(asked(site, plan, local(2, 0), **by_name)).ok
    night = (DailyHours(18 * 60, 30 * 60),)
    leave = Authorisation("กพท.", "ล. 1", date(2026, 2, 28), date(2026, 3, 1), ("hours",), hours=night)
    for kind, hours, ok in (
        (AuthorisationKind.PERMIT, night, False),
        (AuthorisationKind.EMERGENCY, (), False),
        (AuthorisationKind.EMERGENCY, night, True),
    ):
        lawful = replace(site, authorisations=(replace(leave, kind=kind, hours=hours),))
        assert law.ask_hours(asked(lawful, plan, local(2, 0))).ok is ok
        assert law.ask_hours(asked(lawful, plan, local(19, 0))).ok


def test_what_was_filed_is_told_and_what_was_not_is_a_no(site: Site, plan: Plan) -> None:
    assert "is an example" in law.ask_notice(asked(site, plan)).found
    answer = law.ask_notice(replace(asked(site, plan), simulated=True))
    assert answer.decision is Verdict.GO
    assert answer.found == (
        "UAS Portal: ตัวอย่าง/EXAMPLE-0002 filed 2024-12-01 by ตัวอย่าง/EXAMPLE; "
        "Police Anti-Drone Centre: ตัวอย่าง/EXAMPLE-0002 filed 2024-12-01 by ตัวอย่าง/EXAMPLE"
    )
    assert law.ask_notice(asked(site)).decision is Verdict.TOLD
    nothing = replace(site, filings=())
    assert law.ask_notice(asked(nothing, plan)).decision is Verdict.NOT_EVALUATED
    assert law.ask_notice(asked(nothing, plan, overrides=("notice by สมชาย",))).ok
    (filing,) = (replace(one, reference="UAS-17") for one in site.filings)
    assert law.ask_notice(asked(replace(site, filings=(filing,)), plan)).decision is Verdict.GO
    for changes, words in (
        ({"filed": date(2026, 2, 27)}, "for a later day"),
        ({"drones": ("alpha",)}, "for another drone"),
        ({"zones": ("economic_district",)}, "for another zone"),
        ({"validity": replace(filing.validity, hours=(DailyHours(13 * 60, 17 * 60),))}, "13:00-17:00"),
    ):
        late = law.ask_notice(asked(replace(site, filings=(replace(filing, **changes),)), plan))
        assert late.decision is Verdict.NO_GO
        assert words in late.found


def test_papers_of_all_that_fly(site: Site, plan: Plan) -> None:
    assert "pilot (ตัวอย่าง/EXAMPLE (ตัวอย่าง/EXAMPLE-PILOT) is an example)" in law.ask_papers(asked(site, plan)).found
    site = replace(
        site,
        papers=tuple(replace(one, document=one.document.replace("EXAMPLE", "ก")) for one in site.papers),
        pilots=tuple(replace(one, name="สมหญิง", certificate="P-7") for one in site.pilots),
    )
    assert law.ask_papers(asked(site, plan)).found == "all valid, the first of them until 2026-12-31"
    bare = replace(site, papers=(), pilots=())
    answer = law.ask_papers(asked(bare, plan))
    assert answer.decision is Verdict.NOT_EVALUATED
    assert "alpha: not recorded: CAAT registration" in answer.found
    assert law.ask_papers(replace(asked(bare, plan), simulated=True)).decision is Verdict.TOLD
    expired = law.ask_papers(asked(site, plan, datetime(2035, 1, 1, 5, tzinfo=UTC)))
    assert expired.decision is Verdict.NO_GO
    assert "alpha: CAAT registration expired" in expired.found


def test_what_closes_before_the_landing_is_a_no(site: Site, plan: Plan) -> None:
    """Drones took their time to get ready: the plan was proved at an hour at which the school was open."""
    park = next(one for one in site.zones.zones if one.id == "lake_park")
    closing = Validity(hours=(DailyHours(450, 510),))
    school = KeepOut("school", "โรงเรียน", True, "t", park.polygon, validity=closing)
    dated = replace(site, zones=replace(site.zones, keep_outs=(school,), obstacles=()))
    for now, ok in ((local(7, 15), True), (local(7, 28), False), (local(8, 29), False), (local(8, 30), True)):
        answer = areas.ask(asked(dated, plan, now))
        assert answer.ok is ok
        assert ("keep-out 'school' (โรงเรียน, 07:30-08:30)" in answer.found) is not ok
    assert areas.ask(asked(dated, None, local(8, 0))).found == "closed: school (07:30-08:30)"
    assert areas.ask(asked(site, plan)).found == "nothing is dated"
