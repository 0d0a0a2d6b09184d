"""Autopilots that give items only when they are asked for in order, as PX4 does."""

from __future__ import annotations

import math

from effort import seeds
from item_vehicle import ItemVehicle
from test_item_refusals import ack
from wire import Faults, Wire

from dronectl.errors import NoAnswer
from dronectl.model.message import Message
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.protocol.mission.download import ItemDownload
from dronectl.protocol.mission.upload import ItemUpload
from missions import patrol

ITEMS = 60


class InOrder(ItemVehicle):
    """A request that is neither the next one nor the last one again ends the transfer with an error; after that,
    requests are met with silence until the list is asked for anew."""

    listing = False
    expected = 0

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        if message.name == "MISSION_REQUEST_LIST":
            self.listing, self.expected = True, 0
        elif message.name == "MISSION_REQUEST_INT":
            if not self.listing:
                return []
            if message["seq"] == self.expected:
                self.expected += 1
            elif message["seq"] != self.expected - 1:
                self.listing = False
                return [ack(1)]
        return super().on_message(message, now_s)


def download(seed: int, loss: float, *, window: int = 32) -> tuple[object, float]:
    vehicle, wire = InOrder(), Wire(seed, Faults(loss=loss, delay_s=0.05))
    Wire(seed, Faults()).run(ItemUpload(patrol(ITEMS)), vehicle)
    return wire.run(ItemDownload(MissionType.MISSION, window=window), vehicle), wire.now_s


def test_without_loss_they_are_read_as_fast_as_any() -> None:
    outcome, seconds = download(0, 0.0)
    assert isinstance(outcome, Mission)
    assert seconds < 1.0


def test_after_a_loss_they_are_asked_for_one_item_at_a_time() -> None:
    for loss, most_failed in ((0.02, 0.0), (0.05, 0.02), (0.1, 0.04), (0.2, 0.1)):
        outcomes = [download(seed, loss)[0] for seed in seeds(15)]
        failures = [outcome for outcome in outcomes if not isinstance(outcome, Mission)]
        assert len(failures) <= math.ceil(most_failed * len(outcomes)), loss
        assert all(isinstance(failure, NoAnswer) for failure in failures)
        assert all(len(outcome) == ITEMS for outcome in outcomes if isinstance(outcome, Mission))


def test_a_window_of_one_stays_one() -> None:
    """Also after a timeout."""
    for seed in seeds(8):
        assert isinstance(download(seed, 0.1, window=1)[0], Mission)


def test_a_transfer_that_was_denied_once_is_not_slowed_down() -> None:
    """ArduPilot denies while another station uploads: afterwards items may be asked for in any order, as before."""
    vehicle, wire = ItemVehicle(), Wire(0, Faults(delay_s=0.05))
    Wire(0, Faults()).run(ItemUpload(patrol(ITEMS)), vehicle)

    class Once(ItemVehicle):
        timer_s = math.inf
        is_denied = False

        def on_message(self, message: Message, now_s: float) -> list[Message]:
            if message.name == "MISSION_REQUEST_INT" and message["seq"] == 20 and not self.is_denied:
                self.is_denied = True
                return [ack(14)]
            return vehicle.on_message(message, now_s)

    assert isinstance(wire.run(ItemDownload(MissionType.MISSION), Once()), Mission)
    assert wire.now_s < 2.5
