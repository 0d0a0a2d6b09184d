"""What the vehicle refuses, in words; whose answers do not count; what is said when a transfer is given up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from item_vehicle import ItemVehicle
from wire import Faults, Wire

from dronectl.errors import Mismatch, NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.protocol.core.machine import Send
from dronectl.protocol.mission.download import ItemDownload
from dronectl.protocol.mission.upload import ItemUpload, UploadResult
from dronectl.protocol.mission.verified_upload import VerifiedResult, VerifiedUpload
from missions import fence, patrol


def with_item(seq: int, **changes: object) -> Mission:
    items = list(patrol(60).items)
    items[seq] = replace(items[seq], **changes)  # type: ignore[arg-type]
    return Mission(tuple(items))


@pytest.mark.parametrize(
    ("mission", "words"),
    [
        (with_item(40, command=9999), "refused the mission at item 40 (command 9999) (command not supported)"),
        (with_item(3, frame=99), "refused the mission at item 3 (NAV_WAYPOINT) (coordinate frame not supported)"),
        (with_item(50, lat_e7=950_000_000), "at item 50 (NAV_WAYPOINT) (invalid latitude (parameter 5))"),
        (with_item(59, altitude_m=float("nan")), "at item 59 (NAV_WAYPOINT) (invalid altitude (parameter 7))"),
        (patrol(700), "refused the mission (no space for so many items): Only 650 items are supported"),
    ],
)
def test_a_refusal_names_the_item_and_carries_the_vehicles_words(mission: Mission, words: str) -> None:
    outcome = Wire(1, Faults()).run(VerifiedUpload(mission), ItemVehicle())
    assert type(outcome) is Refused
    assert words in outcome.message


def test_with_lost_requests_the_item_known_to_be_bad_is_blamed() -> None:
    for seed in range(50):
        outcome = Wire(seed, Faults(loss=0.1)).run(ItemUpload(with_item(40, command=9999)), ItemVehicle())
        if isinstance(outcome, Refused) and "not supported" in outcome.message:
            assert "item 40 (command 9999)" in outcome.message


class Booting(ItemVehicle):
    """Has no storage in its first two seconds."""

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        if message.name == "MISSION_COUNT" and now_s < 2.0:
            text = {"severity": 4, "text": "Only 0 items are supported", "id": 0, "chunk_seq": 0}
            return [ack(4), Message("STATUSTEXT", text, 1, 1)]
        return super().on_message(message, now_s)


def test_a_vehicle_that_is_still_starting_is_waited_for() -> None:
    wire = Wire(1, Faults())
    outcome = wire.run(VerifiedUpload(patrol(20)), Booting())
    assert isinstance(outcome, VerifiedResult)
    assert wire.now_s < 4


def test_a_silent_refusal_of_the_whole_is_told_with_what_is_missing() -> None:
    class Silent(FussyAboutFences):
        def on_message(self, message: Message, now_s: float) -> list[Message]:
            return [answer for answer in super().on_message(message, now_s) if answer.name != "STATUSTEXT"]

    outcome = Wire(1, Faults()).run(VerifiedUpload(fence(5)), Silent())
    assert type(outcome) is Refused
    assert "did not confirm the last item" in outcome.message
    assert "0 items on board instead of 5" in outcome.message


class FussyAboutFences(ItemVehicle):
    """Takes all items, then does not like the whole."""

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        answers = super().on_message(message, now_s)
        if answers and answers[0].name == "MISSION_ACK" and answers[0]["type"] == 0:
            self.stores[1] = []
            text = {"severity": 4, "text": "Fence validation failed", "id": 0, "chunk_seq": 0}
            refused = Message("MISSION_ACK", {**answers[0].fields, "type": 1}, 1, 1)
            return [refused, Message("STATUSTEXT", text, 1, 1)]
        return answers


def test_a_list_refused_as_a_whole_carries_the_reason() -> None:
    outcome = Wire(1, Faults()).run(VerifiedUpload(fence(5)), FussyAboutFences())
    assert type(outcome) is Refused
    assert outcome.message.endswith("Fence validation failed")


class Forgetful(ItemVehicle):
    """Acknowledges everything and keeps another altitude."""

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        if message.name == "MISSION_ITEM_INT" and message["seq"] == 7:
            message = Message(message.name, {**message.fields, "z": 99.0})
        return super().on_message(message, now_s)


def test_an_acknowledged_item_that_reads_back_differently_is_a_mismatch() -> None:
    outcome = Wire(1, Faults()).run(VerifiedUpload(patrol(20)), Forgetful())
    assert isinstance(outcome, Mismatch)
    assert "item 7: altitude 99 m instead of 40 m" in outcome.message


def ack(result: int, **fields: int) -> Message:
    whole = {"type": result, "mission_type": 0, "target_system": 255, "target_component": 190, **fields}
    return Message("MISSION_ACK", whole, 1, 1)


def request(seq: int, name: str = "MISSION_REQUEST", **fields: int) -> Message:
    return Message(name, {"seq": seq, "mission_type": 0, "target_system": 255, "target_component": 190, **fields}, 1, 1)


def test_an_acknowledgement_counts_only_when_the_last_item_was_sent() -> None:
    machine = ItemUpload(patrol(100), window=8)
    machine.start(0.0)
    machine.on_message(ack(0), 0.1)
    assert machine.outcome is None, "before the transfer is open"
    machine.on_message(request(0), 0.2)
    machine.on_message(ack(0), 0.3)
    assert machine.outcome is None, "item 99 has never been sent"


def opened_upload() -> ItemUpload:
    machine = ItemUpload(patrol(100), window=8)
    machine.start(0.0)
    machine.on_message(request(0), 0.2)
    return machine


def waits_s(machine: ItemUpload, now_s: float, *, timeouts: int, complaining: bool = False) -> list[float]:
    """How long the machine waits each time, with or without a complaint that comes meanwhile."""
    waits_s: list[float] = []
    while machine.outcome is None and len(waits_s) < timeouts:
        assert machine.deadline_s is not None
        waits_s.append(round(machine.deadline_s - now_s, 6))
        if complaining:
            machine.on_message(ack(13), now_s + 0.01)
        now_s = machine.deadline_s
        machine.on_timeout(now_s)
    return waits_s


def test_silence_makes_an_upload_wait_longer_each_time_and_ends_it() -> None:
    machine = opened_upload()
    waited_s = waits_s(machine, 0.2, timeouts=100)
    assert waited_s[:4] == sorted(set(waited_s[:4])), "each longer than the one before"
    assert isinstance(machine.outcome, NoAnswer)
    assert "at item 0 of 100: no answer for 1" in machine.outcome.message


def test_a_complaint_shows_that_frames_get_through_and_makes_nothing_wait_longer() -> None:
    assert len(set(waits_s(opened_upload(), 0.2, timeouts=2, complaining=True))) == 1
    assert len(set(waits_s(opened_upload(), 0.2, timeouts=2))) == 2


def test_answers_about_other_lists_and_to_other_stations_are_ignored() -> None:
    machine = ItemUpload(patrol(3))
    machine.start(0.0)
    assert not machine.on_message(request(0, mission_type=1), 0.1)
    assert not machine.on_message(request(0, target_system=254), 0.1)
    assert not machine.on_message(request(0, target_component=191), 0.1)
    assert len(machine.on_message(request(0), 0.1)) == 3
    machine.on_message(ack(3, mission_type=2), 0.2)
    machine.on_message(ack(0, target_system=250), 0.2)
    assert machine.outcome is None
    machine.on_message(ack(0), 0.3)
    assert isinstance(machine.outcome, UploadResult)


def test_both_kinds_of_request_are_served_with_integer_items() -> None:
    for name in ("MISSION_REQUEST", "MISSION_REQUEST_INT"):
        machine = ItemUpload(patrol(5), window=1)
        machine.start(0.0)
        (effect,) = machine.on_message(request(0, name), 0.1)
        assert isinstance(effect, Send)
        assert (effect.name, effect.fields["seq"]) == ("MISSION_ITEM_INT", 0)


def test_a_lost_final_acknowledgement_is_left_to_the_read_back() -> None:
    machine = ItemUpload(patrol(2))
    machine.start(0.0)
    machine.on_message(request(0), 0.1)
    machine.on_message(request(1), 0.2)
    now_s = 0.2
    while machine.outcome is None and now_s < 5:
        assert machine.deadline_s is not None
        now_s = machine.deadline_s
        machine.on_timeout(now_s)
        machine.on_message(ack(1), now_s + 0.01)
    assert isinstance(machine.outcome, UploadResult)
    assert not machine.outcome.confirmed


def test_a_given_up_upload_closes_the_transfer() -> None:
    machine = VerifiedUpload(fence(4))
    machine.start(0.0)
    (effect,) = machine.cancel(0.1)
    assert isinstance(effect, Send)
    assert (effect.name, dict(effect.fields)) == ("MISSION_ACK", {"type": 15, "mission_type": 1})


def test_a_count_that_changes_while_reading_starts_again() -> None:
    machine = ItemDownload(MissionType.MISSION)
    machine.start(0.0)

    def count(number: int) -> Message:
        return Message("MISSION_COUNT", {"count": number, "mission_type": 0}, 1, 1)

    def item(seq: int) -> Message:
        fields = dict.fromkeys(("param1", "param2", "param3", "param4", "z"), 0.0)
        whole = {"seq": seq, "command": 16, "frame": 3, "x": seq, "y": 0, "autocontinue": 1, "mission_type": 0}
        return Message("MISSION_ITEM_INT", {**fields, **whole}, 1, 1)

    machine.on_message(count(3), 0.1)
    machine.on_message(item(0), 0.2)
    machine.on_message(count(2), 0.3)
    machine.on_message(item(0), 0.4)
    machine.on_message(item(1), 0.5)
    assert machine.outcome == Mission((MissionItem(16, 3), MissionItem(16, 3, lat_e7=1)))


def test_what_the_vehicle_cuts_is_no_difference() -> None:
    exact = MissionItem(Command.NAV_WAYPOINT, 6, param1=2.7, param4=45.0, lat_e7=1, lon_e7=2, altitude_m=30.123456)
    home = patrol(1).items[0]
    outcome = Wire(1, Faults()).run(VerifiedUpload(Mission((home, exact))), ItemVehicle())
    assert not isinstance(outcome, Exception)
