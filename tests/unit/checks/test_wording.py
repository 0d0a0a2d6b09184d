"""Every message form is there in English and in Thai, and a message that was kept in English is known again."""

import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks import RULES
from dronectl.checks.wording import Form, forms, recognised
from dronectl.model.ardupilot.stored_items import refusal
from dronectl.model.plan.finding import Message
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType

THAI = re.compile("[\u0e00-\u0e7f]")
FORMS = forms()


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def filled(form: Form, name: str = "x") -> Message:
    """With a number where one is formatted."""
    values: dict[str, object] = {
        field: 1.5 if spec else f"{name}{index}" for index, (field, spec) in enumerate(form.fields.items())
    }
    if "message" in form.fields:
        values["message"] = filled(next(one for one in FORMS if "message" not in one.fields))
    return form(**values)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.english)
def test_both_languages_have_the_same_places(form: Form) -> None:
    assert places(form.thai) <= set(form.fields)
    assert THAI.search(form.thai), form.thai
    english, thai = form.many
    assert bool(english) == bool(thai)
    assert places(english) == places(thai) <= set(form.fields)
    assert re.sub(r"\{\w+\}", "", form.english).strip(), "a form that is all places would take every text for its own"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.english)
def test_a_message_that_was_kept_in_english_is_known_again(form: Form) -> None:
    message = filled(form)
    assert recognised(message.english) == message


def test_two_forms_do_not_read_alike() -> None:
    kinds = [form.english for form in FORMS]
    assert len(kinds) == len(set(kinds))


def test_examples_of_the_rules_are_messages_of_today() -> None:
    for rule in RULES:
        assert THAI.search(recognised(rule.example).thai), rule.example


def test_what_a_message_is_made_of_is_in_thai_too_and_so_is_what_is_added() -> None:
    told = recognised(
        "1.41 km from VTUR (สนามบิน, unknown) on leg 5→7; at least 9 km required (3 items like this from 2 to 7) "
        "(authorisation A 1/2569 of กพท. expired on 2026-01-01)"
    )
    assert "ช่วงบิน 5→7" in told.thai
    assert "มีแบบนี้ 3 รายการ" in told.thai
    assert "หมดอายุ 2026-01-01" in told.thai
    assert told.many[0] == (
        "within 9 km of VTUR, nearest 1.41 km (authorisation A 1/2569 of กพท. expired on 2026-01-01)"
    ), "a group tells of the paper too"


def test_several_crossings_of_a_return_are_each_in_thai() -> None:
    told = recognised(
        "a straight failsafe return would go up to 3.0 m into keep-out 'a' from items 3–7; up to 1.0 m outside the "
        "fence 'b' from item 2"
    )
    assert "เขตห้ามเข้า 'a' ถึง 3.0" in told.thai
    assert "แนวเขตบิน 'b' ถึง 1.0" in told.thai


@given(st.text(max_size=60))
def test_any_other_text_stays_as_it_is(text: str) -> None:
    told = recognised(text)
    assert told.english == text


REFUSED = [
    Mission((MissionItem(Command.NAV_WAYPOINT),) * 2),
    *(
        Mission((MissionItem(Command.NAV_WAYPOINT), bad))
        for bad in (
            MissionItem(Command.NAV_WAYPOINT, 99),
            MissionItem(Command.NAV_WAYPOINT, lat_e7=950_000_000),
            MissionItem(Command.NAV_WAYPOINT, lon_e7=1_900_000_000),
            MissionItem(Command.NAV_WAYPOINT, altitude_m=float("nan")),
            MissionItem(Command.NAV_WAYPOINT, altitude_m=1e9),
            MissionItem(Command.NAV_WAYPOINT, param1=1e6),
            MissionItem(Command.DO_SET_ROI_LOCATION),
            MissionItem(9999),
            MissionItem(Command.DO_JUMP, param1=77.0),
        )
    ),
    *(
        Mission((item,), MissionType.FENCE)
        for item in (
            MissionItem(Command.NAV_WAYPOINT),
            MissionItem(Command.FENCE_RETURN_POINT, Frame.MISSION),
            MissionItem(Command.FENCE_CIRCLE_INCLUSION),
        )
    ),
    Mission((MissionItem(Command.FENCE_RETURN_POINT),) * 2, MissionType.FENCE),
    *(
        Mission((item,), MissionType.RALLY)
        for item in (
            MissionItem(Command.NAV_WAYPOINT),
            MissionItem(Command.RALLY_POINT),
            MissionItem(Command.RALLY_POINT, lat_e7=1, altitude_m=32_000.0 * 2),
        )
    ),
]


@pytest.mark.parametrize("mission", REFUSED[1:])
def test_reasons_of_the_autopilot_are_known_in_thai(mission: Mission) -> None:
    reason = refusal(mission, len(mission) - 1)
    assert reason is not None
    assert THAI.search(recognised(reason).thai), reason
