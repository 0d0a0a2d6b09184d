"""What comes late from a refused upload is no answer to the next one, which restores what was on board before."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from effort import seeds
from item_vehicle import ItemVehicle
from test_item_refusals import ack, request
from test_transfers_on_bad_wires import holds
from wire import Faults, Wire

from dronectl.errors import DronectlError, NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.protocol.mission.download import ItemDownload
from dronectl.protocol.mission.upload import ItemUpload, UploadResult
from dronectl.protocol.mission.verified_upload import VerifiedResult, VerifiedUpload
from missions import patrol

RUNS_PER_BLOCK = 100


def bad(count: int, seq: int) -> Mission:
    items = list(patrol(count).items)
    items[seq] = replace(items[seq], command=9999)
    return Mission(tuple(items))


@pytest.mark.parametrize("block", seeds(1))
def test_the_upload_after_a_refused_one_is_on_board_or_is_a_true_error(block: int) -> None:
    failures = 0
    for seed in range(block * RUNS_PER_BLOCK, (block + 1) * RUNS_PER_BLOCK):
        random_ = random.Random(seed)
        faults = Faults(
            loss=random_.choice((0.0, 0.05, 0.1, 0.2, 0.3)),
            duplicate=random_.choice((0.0, 0.05, 0.3)),
            delay_s=random_.choice((0.02, 0.05, 0.3, 1.0)),
            jitter_s=random_.choice((0.0, 0.02, 0.3, 0.8)),
            bytes_per_s=random_.choice((0.0, 0.0, 5760.0)),
        )
        vehicle, wire, count = ItemVehicle(), Wire(seed, faults), random_.choice((5, 30, 80))
        first = wire.run(VerifiedUpload(bad(count, random_.randrange(1, count))), vehicle, limit_s=3000)
        assert isinstance(first, Refused | NoAnswer)
        mission = patrol(random_.choice((2, 10, 40)))
        outcome = wire.run(VerifiedUpload(mission), vehicle, limit_s=6000)
        if isinstance(outcome, VerifiedResult):
            assert holds(vehicle, mission)
            continue
        assert isinstance(outcome, DronectlError)
        assert "not supported" not in outcome.message, f"seed {seed}: {faults}: {outcome.message}"
        failures += 1
    assert failures <= RUNS_PER_BLOCK * 0.03


def test_a_refusal_before_the_first_item_counts_when_it_is_said_to_a_second_count_too() -> None:
    machine = ItemUpload(patrol(5))
    machine.start(0.0)
    machine.on_message(ack(3), 0.01)
    machine.on_message(ack(3), 0.02)
    assert machine.deadline_s is not None
    (again,) = machine.on_timeout(machine.deadline_s)
    assert again.name == "MISSION_COUNT"  # type: ignore[union-attr]
    machine.on_message(request(0), 1.0)
    machine.on_message(ack(0), 1.2)
    assert isinstance(machine.outcome, UploadResult)


class WithoutRally(ItemVehicle):
    """Old firmware that does not know this list."""

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        if message.name in ("MISSION_COUNT", "MISSION_REQUEST_LIST"):
            return [ack(3)]
        return []


def test_a_list_that_the_vehicle_does_not_know_is_refused_within_two_seconds() -> None:
    for loss in (0.0, 0.1):
        wire = Wire(1, Faults(loss=loss, delay_s=0.05))
        outcome = wire.run(ItemUpload(patrol(5)), WithoutRally())
        assert isinstance(outcome, Refused)
        assert "command not supported" in outcome.message
        assert wire.now_s < 2.0
    wire = Wire(1, Faults(delay_s=0.05))
    assert isinstance(wire.run(ItemDownload(MissionType.MISSION), WithoutRally()), Refused)
    assert wire.now_s < 2.0


def test_a_refusal_is_taken_back_when_the_next_item_is_asked_for() -> None:
    machine = ItemUpload(patrol(5))
    machine.start(0.0)
    machine.on_message(request(0), 0.1)
    machine.on_message(ack(3), 0.15)
    assert machine.outcome is None, "sooner than the vehicle can answer to the first item"
    machine.on_message(ack(3), 0.25)
    machine.on_message(request(3), 0.3)
    machine.on_message(ack(0), 0.35)
    assert isinstance(machine.outcome, UploadResult)


def test_a_request_for_an_item_that_was_never_sent_is_of_an_older_transfer() -> None:
    machine = ItemUpload(patrol(100))
    machine.start(0.0)
    sent = machine.on_message(request(0), 0.1)
    assert not machine.on_message(request(len(sent) + 1), 0.2)
    assert machine.on_message(request(1), 0.2)
