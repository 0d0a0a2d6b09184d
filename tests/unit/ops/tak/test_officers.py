"""Who is on the ground: folded from events, shared by a file, never more certain than it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dronectl.model.geo import GeoPoint
from dronectl.model.tak.cot import CotEvent, CotNode
from dronectl.model.tak.officers import UNTOLD_CE_M, UNTOLD_SPEED_M_S, Officer, OfficersPicture
from dronectl.model.tak.settings import TakSettings, TakTransport
from dronectl.ops.tak.officers import OfficersFold
from dronectl.ops.tak.shared_officers import FILE, officers_now, write_known

NOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
TAK = TakSettings(TakTransport.TCP, "tak", 8087, "ROI-ET", officers_margin_m=20.0)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def told(
    uid: str = "ANDROID-1", kind: str = "a-f-G-U-C", time_s: float = 0.0, stale_s: float = 75.0, **track: str
) -> CotEvent:
    detail = (CotNode("contact", {"callsign": "สมชาย"}), CotNode("track", track))
    moment = at(time_s)
    return CotEvent(
        uid, kind, "m-g", moment, moment, at(time_s + stale_s), GeoPoint(16.05, 103.65), 80.0, 6.0, None, detail
    )


def known(*events: CotEvent, moment_s: float = 0.0) -> tuple[Officer, ...]:
    fold = OfficersFold("dronectl.ROI-ET.")
    for event in events:
        fold.take(event, at(moment_s))
    return fold.all(at(moment_s))


def test_an_officer_is_known_with_a_circle_that_grows() -> None:
    (officer,) = known(told(speed="1.5", course="90"))
    assert (officer.name, officer.ce_m, officer.speed_m_s, officer.course_deg) == ("สมชาย", 6.0, 1.5, 90.0)
    assert officer.radius_m(at(0), 20.0) == 26.0
    assert officer.radius_m(at(40), 20.0) == 26.0 + 60.0
    vague = replace(officer, ce_m=None, speed_m_s=None)
    assert vague.radius_m(at(10), 20.0) == UNTOLD_CE_M + 10 * UNTOLD_SPEED_M_S + 20.0


@pytest.mark.parametrize(
    ("kind", "is_one"),
    [
        ("a-f-G-U-C", True), ("a-f-G-U-C-I", True), ("a-f-G-E-V-C", True), ("a-f-G", True), ("a-a-G-U", True),
        ("a-f-G-I", False), ("a-h-G-U-C", False), ("a-f-A-M-H-Q", False), ("b-m-p-s-m", False), ("t-x-c-t", False),
        ("a-f", False),
    ],
)  # fmt: skip
def test_who_counts(kind: str, is_one: bool) -> None:
    assert bool(known(told(kind=kind))) is is_one


def test_our_own_events_that_come_back_are_nobody() -> None:
    assert known(told(uid="dronectl.ROI-ET.station")) == ()


def test_nonsense_speeds_are_not_told_ones() -> None:
    for text in ("-1", "nan", "1e9", "fast", ""):
        (officer,) = known(told(speed=text, course="-1"))
        assert (officer.speed_m_s, officer.course_deg) == (None, None), text


def test_clocks_that_are_wrong_make_nobody_younger() -> None:
    (ahead,) = known(told(time_s=300.0), moment_s=10.0)
    assert ahead.age_s(at(10)) == 0.0
    assert ahead.age_s(at(25)) == 15.0
    (behind,) = known(told(time_s=-50.0), moment_s=0.0)
    assert behind.age_s(at(0)) == 50.0
    (newest,) = known(told(time_s=20.0), told(time_s=5.0), moment_s=30.0)
    assert newest.seen == at(20), "what comes late makes nobody older"


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dronectl.ops.tak.officers.MOST", 5)
    found = known(*(told(uid=f"u{number}", time_s=float(number)) for number in range(9)), moment_s=20.0)
    assert {one.uid for one in found} == {"u4", "u5", "u6", "u7", "u8"}, "the latest"


def test_every_command_of_a_workspace_knows_them_as_far_as_somebody_listens(tmp_path: Path) -> None:
    def now(seconds: float) -> OfficersPicture:
        found = officers_now(tmp_path, TAK, at(seconds))
        assert found is not None
        return found

    assert officers_now(tmp_path, None, NOON) is None
    assert officers_now(tmp_path, replace(TAK, officers=False), NOON) is None
    assert "is not known: nobody listens to TAK" in now(0.0).words(NOON)
    officers = known(told(speed="1"), told(uid="ANDROID-2", time_s=-60.0), moment_s=0.0)
    write_known(tmp_path, TAK.url, "", officers, at(0))
    picture = now(5.0)
    assert picture.officers == officers
    assert not picture.is_doubtful
    assert picture.words(at(5)) == "2 known; สมชาย old (65 s)"
    picture = now(16.0)
    assert [one.uid for one in picture.officers] == ["ANDROID-1"]
    assert [one.uid for one in picture.missed] == ["ANDROID-2"], "stale: dropped, and said"
    assert picture.words(at(16)) == "1 known; not known any more: สมชาย"
    assert picture.is_doubtful
    assert now(30.0).why.startswith("nobody listens"), "who listened says nothing any more"
    assert "1 known" in now(30.0).words(at(30)), "those that may still be there are kept clear of"
    write_known(tmp_path, TAK.url, "connection refused", officers, at(40))
    assert now(41.0).words(at(41)).startswith("where officers are is not known: connection refused; 1 known")
    assert now(41.0 + 400.0).officers == ()
    assert "clear" not in now(500.0).words(at(500))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}', "[" * 90_000, '{"format":1,"officers":[{}]}'])
def test_a_damaged_file_is_nobody_who_listens(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    found = officers_now(tmp_path, TAK, NOON)
    assert found is not None
    assert found.why.startswith("nobody listens")


def test_an_event_that_holds_for_days_is_forgotten_all_the_same() -> None:
    (officer,) = known(told(stale_s=86_400.0))
    assert officer.is_known(at(299))
    assert not officer.is_known(at(301))


def test_every_screen_tells_them_or_that_they_are_not_known() -> None:
    from dronectl.cli.common.traffic_lines import traffic_lines
    from dronectl.model.picture import FleetPicture
    from dronectl.model.text.shown_time import iso_z

    officers = known(told(speed="1"), moment_s=0.0)
    for officers_picture, line, style in (
        (OfficersPicture("tcp://tak:8087", "", officers), "officers: 1 known", ""),
        (OfficersPicture(why="nobody listens"), "officers: where officers are is not known: nobody listens", "yellow"),
    ):
        picture = FleetPicture(iso_z(at(3)), 0.0, (), officers=officers_picture)
        (text,) = traffic_lines(picture, 120)
        assert (text.plain, text.style) == (line, style)
        document = picture.as_json()["officers"]
        assert isinstance(document, dict)
        assert document["why"] == (officers_picture.why or None)
    assert traffic_lines(FleetPicture(iso_z(at(3)), 0.0, ()), 120) == []


def test_the_page_draws_those_who_are_known_and_how_far_they_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    from dronectl.model.picture import FleetPicture
    from dronectl.ops.serving.room import _officers

    monkeypatch.setattr("dronectl.ops.serving.room.now", lambda: at(40))
    officers = known(told(speed="1"), told(uid="ANDROID-2", time_s=35.0, speed="1"), moment_s=35.0)
    picture = FleetPicture("", 0.0, (), officers=OfficersPicture("tcp://tak:8087", "", officers, margin_m=10.0))
    drawn = _officers(picture)
    assert [(one["name"], one["radius_m"], one["is_old"]) for one in drawn] == [
        ("สมชาย", 56.0, True),
        ("สมชาย", 21.0, False),
    ]
    assert drawn[0]["at"] == [16.05, 103.65]
    assert _officers(FleetPicture("", 0.0, ())) == []
