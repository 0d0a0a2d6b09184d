"""Thousands of transfers over seeded bad wires in virtual time: an equal list or a true error, no false success."""

from __future__ import annotations

import random

import pytest
from effort import seeds, some_of
from item_vehicle import ItemVehicle
from wire import Faults, Wire

from dronectl.errors import DronectlError, NoAnswer
from dronectl.model.plan.mission import Command, Mission, MissionType
from dronectl.protocol.mission.download import ItemDownload
from dronectl.protocol.mission.upload import ItemUpload, UploadResult
from dronectl.protocol.mission.verified_upload import VerifiedResult, VerifiedUpload
from missions import fence, patrol

RUNS_PER_BLOCK = 125


def random_faults(random_: random.Random) -> Faults:
    return Faults(
        loss=random_.choice((0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)),
        duplicate=random_.choice((0.0, 0.0, 0.05, 0.3)),
        delay_s=random_.choice((0.001, 0.02, 0.05, 0.3, 1.0)),
        jitter_s=random_.choice((0.0, 0.0, 0.02, 0.3)),
        bytes_per_s=random_.choice((0.0, 0.0, 5760.0)),
    )


def holds(vehicle: ItemVehicle, mission: Mission) -> bool:
    """Compared with the vehicle's own store, by other means than the client's comparison."""
    store = vehicle.stores[mission.mission_type]
    first = 1 if mission.mission_type is MissionType.MISSION else 0
    if len(store) != len(mission):
        return False
    return all(
        (fields["command"], fields["x"], fields["y"], fields["seq"]) == (item.command, item.lat_e7, item.lon_e7, seq)
        and abs(fields["z"] - item.altitude_m) < 0.011
        for seq, (fields, item) in enumerate(zip(store, mission.items, strict=True))
        if seq >= first
    )


@pytest.mark.parametrize("block", seeds(2))
def test_a_verified_upload_is_on_board_or_is_an_error(block: int) -> None:
    failures = 0
    for seed in range(block * RUNS_PER_BLOCK, (block + 1) * RUNS_PER_BLOCK):
        random_ = random.Random(seed)
        faults = random_faults(random_)
        size = random_.choice((1, 2, 3, 10, 33, 60))
        mission = patrol(size) if random_.random() < 0.7 else fence(max(3, size))
        vehicle = ItemVehicle()
        wire = Wire(seed, faults)
        if random_.random() < 0.5:
            # What an earlier mission left in the air must not be taken for this one's.
            wire.run(ItemUpload(patrol(random_.choice((2, 10, 40)))), vehicle)
        outcome = wire.run(VerifiedUpload(mission), vehicle, limit_s=2000)
        if isinstance(outcome, VerifiedResult):
            assert holds(vehicle, mission), f"seed {seed}: {faults}, {size} items"
            assert outcome.items == len(mission)
        else:
            true_error = (
                isinstance(outcome, NoAnswer) or "4 times before" in outcome.message or "busy" in outcome.message
            )
            assert true_error, f"seed {seed}: {outcome!r}"
            failures += 1
    assert failures <= RUNS_PER_BLOCK * 0.06


@pytest.mark.parametrize("block", seeds(1))
def test_a_download_is_what_is_on_board_or_is_an_error(block: int) -> None:
    failures = 0
    for seed in range(block * RUNS_PER_BLOCK, (block + 1) * RUNS_PER_BLOCK):
        random_ = random.Random(seed)
        mission = patrol(random_.choice((1, 2, 10, 60)))
        vehicle = ItemVehicle()
        clean = Wire(seed, Faults())
        clean.run(ItemUpload(mission), vehicle)
        wire = Wire(seed, random_faults(random_))
        outcome = wire.run(ItemDownload(MissionType.MISSION), vehicle)
        if isinstance(outcome, DronectlError):
            assert isinstance(outcome, NoAnswer)
            failures += 1
            continue
        assert len(outcome) == len(mission)
        for seq, (held, item) in enumerate(zip(outcome.items, vehicle.stores[0], strict=True)):
            assert (held.command, held.lat_e7, held.altitude_m) == (item["command"], item["x"], item["z"]), seq
    assert failures <= RUNS_PER_BLOCK * 0.04


def test_a_link_that_is_cut_ends_in_no_answer_within_the_silence_limit() -> None:
    for seed in some_of(range(60), 15):
        wire, vehicle = Wire(seed, Faults(loss=0.05)), ItemVehicle()
        cut_s = seed * 0.02
        wire.cut = lambda now_s, cut_s=cut_s: now_s >= cut_s
        outcome = wire.run(VerifiedUpload(patrol(150)), vehicle)
        if not isinstance(outcome, VerifiedResult):
            assert isinstance(outcome, NoAnswer)
            assert wire.now_s < cut_s + 17


def test_a_restart_of_the_vehicle_never_passes_for_success() -> None:
    for seed in some_of(range(100), 12):
        wire = Wire(seed, Faults(loss=0.05, delay_s=0.05))
        vehicle = RestartingVehicle(at_item=seed)
        outcome = wire.run(VerifiedUpload(patrol(100)), vehicle)
        assert isinstance(outcome, VerifiedResult)
        assert holds(vehicle, patrol(100))


class RestartingVehicle(ItemVehicle):
    """Forgets the open transfer when it has stored so many items, once."""

    def __init__(self, at_item: int) -> None:
        super().__init__()
        self.at_item = at_item

    def on_message(self, message, now_s):  # type: ignore[no-untyped-def]
        if self.stored_items == self.at_item and message.name == "MISSION_ITEM_INT":
            self.stored_items += 1
            self.stores[0] = []
            self._close()
            return []
        return super().on_message(message, now_s)


def test_an_empty_upload_clears() -> None:
    for seed in range(100):
        vehicle = ItemVehicle()
        Wire(seed, Faults()).run(ItemUpload(fence(5)), vehicle)
        outcome = Wire(seed, Faults(loss=0.3)).run(VerifiedUpload(Mission((), MissionType.FENCE)), vehicle)
        if isinstance(outcome, VerifiedResult):
            assert vehicle.stores[1] == []
        else:
            assert isinstance(outcome, NoAnswer)


def test_pipelined_upload_needs_few_round_trips() -> None:
    """500 items at 100 ms round trip: eight of them suffice; one item at a time needs five hundred."""
    wire = Wire(0, Faults(delay_s=0.05))
    outcome = wire.run(ItemUpload(patrol(500)), ItemVehicle())
    assert isinstance(outcome, UploadResult)
    assert outcome.confirmed
    assert outcome.resent == 0
    assert wire.now_s <= 0.81
    slow = Wire(0, Faults(delay_s=0.05))
    slow.run(ItemUpload(patrol(500), window=1), ItemVehicle())
    assert slow.now_s > 50


def test_on_a_slow_radio_the_wire_is_the_limit() -> None:
    """500 items at 5,760 B/s: not much longer than their bytes need, with the link's queue kept short."""
    wire = Wire(0, Faults(delay_s=0.05, bytes_per_s=5760))
    wire.run(ItemUpload(patrol(500)), ItemVehicle())
    assert wire.now_s <= 1.2 * wire.sent_bytes / 5760


def test_lossy_radio_is_many_times_faster_than_one_at_a_time() -> None:
    fast, slow = [], []
    for seed in range(10):
        faults = Faults(loss=0.05, delay_s=0.05, bytes_per_s=5760)
        wire = Wire(seed, faults)
        wire.run(ItemUpload(patrol(200)), ItemVehicle())
        fast.append(wire.now_s)
        wire = Wire(seed, faults)
        wire.run(ItemUpload(patrol(200), window=1), ItemVehicle())
        slow.append(wire.now_s)
    assert sum(slow) > 4 * sum(fast)


def test_an_autopilot_that_takes_only_what_it_asked_for_gets_one_item_at_a_time() -> None:
    for seed in range(20):
        vehicle = SlowAsker()
        outcome = Wire(seed, Faults(loss=0.02)).run(VerifiedUpload(patrol(30)), vehicle)
        assert isinstance(outcome, VerifiedResult)
        assert holds(vehicle, patrol(30))


class SlowAsker(ItemVehicle):
    """Asks for the next item only a moment after the last: what comes before is an error that closes the transfer."""

    def __init__(self) -> None:
        super().__init__(takes_unasked=False)

    def on_message(self, message, now_s):  # type: ignore[no-untyped-def]
        if message.name == "MISSION_ITEM_INT" and message["seq"] == self.want - 1:
            return []
        answers = super().on_message(message, now_s)
        if answers and answers[0].name == "MISSION_REQUEST" and self.want > 0:
            self.asked = -1
            self.poll_s = now_s + 0.01
            return []
        return answers


def test_a_hanging_transfer_of_someone_else_is_waited_out() -> None:
    for machine in (VerifiedUpload(patrol(10)), ItemDownload(MissionType.MISSION), VerifiedUpload(Mission(()))):
        wire, vehicle = Wire(3, Faults()), ItemVehicle()
        vehicle.hang(0, 0.0)
        outcome = wire.run(machine, vehicle)
        assert not isinstance(outcome, DronectlError)
        assert 7 < wire.now_s < 11


def test_do_jump_and_camera_items_survive() -> None:
    base = patrol(6).items
    jump = base[5].__class__(Command.DO_JUMP, 0, param1=2, param2=3)
    vehicle = ItemVehicle()
    outcome = Wire(0, Faults()).run(VerifiedUpload(Mission((*base, jump))), vehicle)
    assert isinstance(outcome, VerifiedResult)
