"""Another aircraft is never shown under a drone's name; and ours never as another, whatever a link loses."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from typing import NoReturn

import pytest
from virtual_fleet import Cut, virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import IdentityError, NoAnswer
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.events import Event, Note
from dronectl.ops.telemetry.status import fleet_status
from dronectl.ops.telemetry.watched_identity import ASK_AGAIN_S, watched_identities
from dronectl.protocol.vehicle.identity import Identity
from dronectl.sim.vehicle.settings import LinkFaults

LINKS = [
    LinkFaults(latency_ms=20.0),
    LinkFaults(loss=0.1, latency_ms=300.0, baud=57_600),
    LinkFaults(loss=0.2, latency_ms=100.0, baud=57_600),
]
OTHER = "ab" * 18


async def uids_of(vehicles: list[object]) -> dict[str, str | None]:
    return {answer.name: answer.uid for answer in await fleet_status(vehicles, {}, timeout_s=5.0)}  # type: ignore[arg-type]


@pytest.mark.parametrize("faults", LINKS, ids=["good", "weak", "lossy"])
@pytest.mark.parametrize("one_radio", [False, True], ids=["each its radio", "one radio"])
def test_the_status_tells_the_other_one_and_no_other(faults: LinkFaults, one_radio: bool) -> None:
    async def main() -> None:
        async with virtual_fleet(3, seed=3, one_radio=one_radio) as (fleet, radios):
            vehicles = list(fleet.vehicles.values())
            recorded = await uids_of(vehicles)  # type: ignore[arg-type]
            assert len(set(recorded.values())) == 3
            for radio in radios:
                radio.set_faults(faults)
            for _ in range(3):
                answers = await fleet_status(vehicles, recorded, timeout_s=20.0)
                assert [answer.identity_error for answer in answers] == [None, None, None]
                answers = await fleet_status(vehicles, {**recorded, "drone2": OTHER}, timeout_s=20.0)
                doubts = {answer.name: answer.identity_error for answer in answers if answer.identity_error is not None}
                assert list(doubts) == ["drone2"]
                assert f"records {OTHER}" in doubts["drone2"].message
                assert all(answer.picture is not None for answer in answers), "all are shown all the same"

    run_virtually(main(), limit_s=2000.0)


def test_who_does_not_say_who_it_is_is_not_called_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(vehicle: VehicleLink, *, thorough: bool = True) -> NoReturn:
        raise NoAnswer(f"{vehicle.name}: the vehicle does not answer who it is")

    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=False) as (fleet, _):
            monkeypatch.setattr(VehicleLink, "identify", silent)
            (answer,) = await fleet_status(list(fleet.vehicles.values()), {"drone1": OTHER}, timeout_s=5.0)
            assert answer.identity_error is None
            assert "does not answer who it is" in str(answer.error)

    run_virtually(main(), limit_s=300.0)


def test_two_names_for_one_aircraft_are_told() -> None:
    async def main() -> None:
        async with virtual_fleet(2, seed=3, one_radio=False) as (fleet, radios):
            copter = radios[1].vehicles[0].copter
            object.__setattr__(copter.settings, "board", radios[0].vehicles[0].copter.settings.name)
            answers = await fleet_status(list(fleet.vehicles.values()), {}, timeout_s=5.0)
            assert [answer.identity_error.message[:43] if answer.identity_error else "" for answer in answers] == [
                "",
                "drone1 and drone2 are the same aircraft (ui",
            ]

    run_virtually(main(), limit_s=300.0)


@pytest.mark.parametrize("unanswered", [0, 1, 3])
def test_who_is_watched_and_does_not_say_who_it_is_is_asked_again(
    unanswered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    identify, asked_s = VehicleLink.identify, list[float]()

    async def at_first_silent(vehicle: VehicleLink, *, thorough: bool = True) -> Identity:
        asked_s.append(asyncio.get_running_loop().time())
        if len(asked_s) <= unanswered:
            raise NoAnswer(f"{vehicle.name}: the vehicle does not answer who it is")
        return await identify(vehicle, thorough=thorough)

    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=False) as (fleet, _):
            monkeypatch.setattr(VehicleLink, "identify", at_first_silent)
            notes: list[Event] = []
            with contextlib.suppress(IdentityError):
                async with watched_identities(list(fleet.vehicles.values()), {"drone1": OTHER}, notes.append):
                    await asyncio.sleep(4 * ASK_AGAIN_S)
            (note,) = notes
            assert isinstance(note, Note)
            assert "drone1: system id 1 answers with uid" in note.text
            assert len(asked_s) == unanswered + 1
            assert all(after - before == pytest.approx(ASK_AGAIN_S) for before, after in itertools.pairwise(asked_s))

    run_virtually(main(), limit_s=300.0)


@pytest.mark.parametrize("faults", LINKS, ids=["good", "weak", "lossy"])
def test_what_is_watched_is_asked_who_it_is_and_told_once(faults: LinkFaults) -> None:
    async def main() -> None:
        async with virtual_fleet(2, seed=5, one_radio=False) as (fleet, radios):
            vehicles = list(fleet.vehicles.values())
            recorded = await uids_of(vehicles)  # type: ignore[arg-type]
            notes: list[str | None] = []
            told: list[list[str]] = []

            def listen(event: Event) -> None:
                if isinstance(event, Note):
                    notes.append(event.drone)

            for radio in radios:
                radio.set_faults(faults)

            async def watch(uids: dict[str, str | None]) -> None:
                async with watched_identities(vehicles, uids, listen) as doubts:
                    await asyncio.sleep(40.0)
                    for radio in radios:  # away for a while, so that it is asked again
                        radio.cuts.append(Cut(asyncio.get_running_loop().time(), 10.0, closes=False))
                    await asyncio.sleep(40.0)
                    told.append(list(doubts))

            await watch(recorded)
            with pytest.raises(IdentityError, match="drone2: system id 2 answers with uid"):
                await watch({**recorded, "drone2": OTHER})
            assert told == [[], ["drone2"]]
            assert notes == ["drone2"]

    run_virtually(main(), limit_s=600.0)
