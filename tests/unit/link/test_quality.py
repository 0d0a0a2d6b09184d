"""Loss and round trips of a link, as figures and over links."""

from __future__ import annotations

import asyncio

from fake_vehicle import FakeVehicle, drone, tcp_fleet
from virtual_network import run_virtually

from dronectl.link.fleet_link import open_fleet
from dronectl.link.quality import LinkQuality


def heard(*sequences: int) -> LinkQuality:
    quality = LinkQuality()
    for sequence in sequences:
        quality.heard(sequence, 1.0)
    return quality


def test_loss_is_the_share_of_sequence_numbers_that_never_came() -> None:
    assert heard(254, 255, 0, 1, 3, 5).loss.recent_pct == 28.6  # 2 of 7 after the first
    assert heard(1, 2, 3).loss.recent_pct == 0.0


def test_a_late_frame_was_not_lost_and_a_doubled_one_counts_once() -> None:
    assert heard(1, 2, 4, 3, 5).loss.lost == 0
    assert heard(1, 2, 4, 3, 5).loss.recent_pct == 0.0
    assert heard(1, 2, 4, 2, 4, 1, 5).loss.lost == 1
    twice_late = heard(254, 1, 255, 255, 2)
    assert twice_late.loss.lost == 1  # 0; 255 came late


def test_the_round_trip_is_a_median_and_silence_is_noticed() -> None:
    quality = LinkQuality()
    assert quality.round_trip_s is None
    for seconds in (0.1, 0.1, 9.0, 0.12, 0.1):
        quality.asked()
        quality.answered(seconds)
    assert quality.round_trip_s == 0.1
    for _ in range(3):
        quality.asked()
    assert quality.hears_us
    quality.asked()
    assert not quality.hears_us
    quality.answered(0.1)
    assert quality.hears_us
    quality.forget()
    assert quality.round_trip_s is None


def test_a_slow_link_is_better_than_a_fast_one_that_loses_a_third() -> None:
    slow, lossy, clean = heard(1, 2, 3), heard(1, 4, 5, 8), heard(1, 2, 3)
    slow.answered(0.4)
    lossy.answered(0.05)
    clean.answered(0.05)
    assert clean.expected_s < slow.expected_s < lossy.expected_s


class LateVehicle(FakeVehicle):
    """Tells the time ``LATE_S`` late, with one of its beats, before each of which a frame is lost."""

    LATE_S = 0.15
    late = b""

    def beat(self) -> bytes:
        answer, self.late = self.late, b""
        self.mav.seq = (self.mav.seq + 1) % 256
        return answer + super().beat()

    def on_timesync(self, message: object) -> bytes:
        answer = super().on_timesync(message)
        asyncio.get_running_loop().call_later(self.LATE_S, setattr, self, "late", answer)
        return b""


def test_each_drone_of_a_link_has_its_own_figures() -> None:
    async def main() -> None:
        async with (
            tcp_fleet(FakeVehicle(1), LateVehicle(2)) as air,
            open_fleet([drone("alpha", 1, air.url), drone("bravo", 2, air.url)]) as fleet,
        ):
            reports = [vehicle.links for vehicle in fleet.vehicles.values()]
            while any(report[0].round_trip_ms is None or report[0].loss_pct is None for report in reports):
                await asyncio.sleep(0.05)
                reports = [vehicle.links for vehicle in fleet.vehicles.values()]
            (alpha,), (bravo,) = reports
            assert (alpha.url, alpha.up, alpha.heard, alpha.in_use) == (air.url, True, True, True)
            assert alpha.loss_pct == 0.0
            assert alpha.round_trip_ms is not None
            assert bravo.round_trip_ms is not None
            assert alpha.round_trip_ms < 100 < 150 <= bravo.round_trip_ms
            assert bravo.loss_pct is not None
            assert 20 < bravo.loss_pct < 50

    run_virtually(main())


def test_answers_to_other_stations_are_no_round_trips() -> None:
    async def main() -> None:
        vehicle = FakeVehicle(1)
        real = vehicle.on_timesync
        vehicle.on_timesync = lambda message: real(type(message)(0, message.ts1 + 1))  # type: ignore[method-assign]
        async with tcp_fleet(vehicle) as air, open_fleet([drone("alpha", 1, air.url)]) as fleet:
            await fleet.vehicles["alpha"].wait_alive(5)
            await asyncio.sleep(0.3)
            assert "TIMESYNC" in {message.get_type() for message in vehicle.heard}
            assert fleet.vehicles["alpha"].links[0].round_trip_ms is None

    run_virtually(main())
