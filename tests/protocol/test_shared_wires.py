"""Several drones on one slow radio, and what a slow or lossy radio costs: virtual time, so the figures are exact."""

from __future__ import annotations

import statistics

import pytest
from item_vehicle import ItemVehicle
from wire import Faults, Wire

from dronectl.model.plan.mission import Mission, MissionType
from dronectl.protocol.mission.download import ItemDownload
from dronectl.protocol.mission.upload import ItemUpload, UploadResult
from missions import patrol

ITEMS = 200
RADIO = Faults(delay_s=0.05, bytes_per_s=5760)
LOSSY_RADIO = Faults(loss=0.05, delay_s=0.05, bytes_per_s=5760)


def together(drones: int, seed: int, faults: Faults) -> tuple[float, list[UploadResult]]:
    """Seconds until the last of so many uploads is done, and what each says."""
    wire = Wire(seed, faults)
    vehicles = [ItemVehicle() for _ in range(drones)]
    outcomes = wire.run_all([(ItemUpload(patrol(ITEMS)), vehicle) for vehicle in vehicles])
    assert all(len(vehicle.stores[0]) == ITEMS for vehicle in vehicles)
    return wire.now_s, outcomes


@pytest.mark.parametrize("drones", [2, 3, 6, 10])
def test_uploads_that_share_a_slow_radio_cost_no_more_than_one_after_the_other(drones: int) -> None:
    alone_s, _ = together(1, 0, RADIO)
    shared_s, outcomes = together(drones, 0, RADIO)
    assert shared_s <= drones * alone_s
    assert all(outcome.resent <= 20 for outcome in outcomes), (
        "nothing was lost: what waits in a queue is not sent again"
    )


def test_uploads_that_share_a_lossy_radio_cost_no_more_than_one_after_the_other() -> None:
    alone_s = statistics.median(together(1, seed, LOSSY_RADIO)[0] for seed in range(7))
    shared_s = statistics.median(together(3, seed, LOSSY_RADIO)[0] for seed in range(5))
    assert shared_s <= 3 * alone_s


def test_downloads_that_share_a_slow_radio_ask_for_little_twice() -> None:
    wire = Wire(0, RADIO)
    vehicles = [ItemVehicle() for _ in range(3)]
    for vehicle in vehicles:
        Wire(0, Faults()).run(ItemUpload(patrol(ITEMS)), vehicle)
    machines = [ItemDownload(MissionType.MISSION) for _ in vehicles]
    outcomes = wire.run_all(list(zip(machines, vehicles, strict=True)))
    assert all(isinstance(outcome, Mission) and len(outcome) == ITEMS for outcome in outcomes)
    assert wire.now_s <= 6.2
    assert sum(machine.resent for machine in machines) <= 80


@pytest.mark.parametrize(
    ("loss", "most_s"),
    [(0.0, 2.0), (0.05, 4.1), (0.2, 8.0), (0.4, 30.0)],
)
def test_what_loss_costs_on_a_slow_radio(loss: float, most_s: float) -> None:
    """Medians; the items themselves need 1.7 s there."""
    faults = Faults(loss=loss, delay_s=0.05, bytes_per_s=5760)
    assert statistics.median(together(1, seed, faults)[0] for seed in range(15)) <= most_s


def test_what_loss_costs_on_a_fast_link() -> None:
    """500 items at 100 ms round trip: a hole costs a round trip, so each item is sent more than once."""
    wires = [Wire(seed, Faults(loss=0.05, delay_s=0.05)) for seed in range(5)]
    for wire in wires:
        wire.run(ItemUpload(patrol(500)), ItemVehicle())
    assert statistics.median(wire.now_s for wire in wires) <= 2.0


def test_a_round_trip_that_grows_is_not_taken_for_loss() -> None:
    """The delay jumps from 0.1 s to 1.2 s in the middle: late answers are waited for, the items are not sent again."""
    wire, vehicle = Wire(0, Faults(delay_s=0.05)), ItemVehicle()
    machine = ItemUpload(patrol(500))

    class Slower(ItemVehicle):
        def on_message(self, message, now_s):  # type: ignore[no-untyped-def]
            if self.stored_items == 100:
                wire.faults = Faults(delay_s=0.6)
            return super().on_message(message, now_s)

    vehicle = Slower()
    outcome = wire.run(machine, vehicle)
    assert isinstance(outcome, UploadResult)
    assert outcome.confirmed
    assert outcome.resent <= 40
