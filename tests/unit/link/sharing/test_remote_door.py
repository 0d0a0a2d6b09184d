"""Another computer of the station joins over TCP: to see, or with orders, by what its token says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fake_vehicle import FakeVehicle, drone, tcp_fleet
from virtual_network import run_virtually

from dronectl.errors import InputError, NotReady
from dronectl.link.fleet_link import FleetLink, open_fleet
from dronectl.link.sharing.remote_door import remote_door
from dronectl.link.sharing.tokens import TOKEN_VARIABLE, Token, add_token, proof, proved, read_tokens
from dronectl.model.plan.mission import Command
from dronectl.protocol.param.parameters import ParameterList
from dronectl.protocol.vehicle.command import CommandLong

SEES, ORDERS = Token("wall", "a" * 64), Token("office", "b" * 64, may_order=True)
PLACE = ("127.0.0.1", 14_600)


@asynccontextmanager
async def station(told: list[str]) -> AsyncIterator[tuple[FakeVehicle, FleetLink, FleetLink]]:
    """A vehicle, the station's fleet, and the fleet of another computer that joins there."""
    vehicle = FakeVehicle(1)
    async with tcp_fleet(vehicle) as air:
        here = drone("alpha", 1, air.url)
        there = replace(here, link=f"shared://{PLACE[0]}:{PLACE[1]}")
        async with open_fleet([here]) as fleet:
            await fleet.vehicles["alpha"].wait_alive(5)
            vehicles = list(fleet.vehicles.values())
            async with (
                remote_door(vehicles, fleet.add_tap, PLACE, (SEES, ORDERS), told.append),
                open_fleet([there]) as remote,
            ):
                yield vehicle, fleet, remote


def test_who_may_see_hears_and_asks_and_orders_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, SEES.secret)
    told: list[str] = []

    async def main() -> None:
        async with station(told) as (vehicle, _fleet, remote):
            alpha = remote.vehicles["alpha"]
            await alpha.wait_alive(5)
            await alpha.identify()
            vehicle.heard.clear()
            with pytest.raises(NotReady, match="wall may see and ask, and order nothing"):
                await alpha.run(CommandLong(Command.COMPONENT_ARM_DISARM, 1))
            await asyncio.sleep(3.0)
            assert not vehicle.armed
            # One ground station speaks to the drone, and measures: the other computer's own quality comes from that.
            beats = [message for message in vehicle.heard if message.get_type() == "HEARTBEAT"]
            assert len(beats) <= 4
            assert alpha.links[0].round_trip_ms is not None
        assert "wall" in told[0]
        assert told[0].endswith("has joined, to see only")
        assert told[-1].endswith("has left")

    run_virtually(main())


def test_who_may_order_does_and_the_leases_hold_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, ORDERS.secret)

    async def main() -> None:
        async with station([]) as (vehicle, fleet, remote):
            alpha = remote.vehicles["alpha"]
            await alpha.wait_alive(5)
            await alpha.run(CommandLong(Command.COMPONENT_ARM_DISARM, 1))
            assert vehicle.armed
            with fleet.vehicles["alpha"].lease.held(), pytest.raises(NotReady, match=r"alpha: .* by pid \d+ since"):
                await alpha.run(ParameterList())
            assert await alpha.run(ParameterList())
            # It is in the other computer's hand until that pauses.
            with pytest.raises(NotReady, match=r"alpha: office: .* through "):
                await fleet.vehicles["alpha"].run(ParameterList())
            await asyncio.sleep(3.5)
            assert await fleet.vehicles["alpha"].run(ParameterList())

    run_virtually(main())


@pytest.mark.parametrize("secret", ["c" * 64, "no token", None])
def test_who_has_no_token_of_the_station_is_turned_away(
    secret: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DRONECTL_KEYS", str(tmp_path))
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    if secret is not None:
        monkeypatch.setenv(TOKEN_VARIABLE, secret)

    async def main() -> None:
        async with station([]) as (_vehicle, _fleet, remote):
            (share,) = remote.shares
            assert not share.is_up
            assert {
                None: "this computer has no token",
                "no token": f"{TOKEN_VARIABLE}: is no token",
                "c" * 64: "its token is none of this station's",
            }[secret] in share.down_reason

    run_virtually(main())


def test_tokens_are_kept_in_a_file_of_their_own_and_answer_challenges(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    made = [add_token(path, "wall", may_order=False), add_token(path, "office", may_order=True)]
    assert read_tokens(path) == tuple(made)
    assert path.stat().st_mode & 0o077 == 0
    assert proved(made, "x", proof(made[1].secret, "x")) == made[1]
    assert proved(made, "y", proof(made[1].secret, "x")) is None
    assert proved(made, "x", None) is None
    assert made[0].secret not in repr(made[0])
    with pytest.raises(InputError, match="has a token of wall already"):
        add_token(path, "wall", may_order=True)
    with pytest.raises(InputError, match="is no name"):
        add_token(path, "the wall", may_order=True)
    path.chmod(0o644)
    with pytest.raises(InputError, match="others can read"):
        read_tokens(path)
    path.chmod(0o600)
    path.write_text(f"{made[0].line()}\noffice 1234 orders\n")
    with pytest.raises(InputError, match=":2: is no token") as error:
        read_tokens(path)
    assert "1234" not in error.value.message
    path.write_text("# none\n")
    with pytest.raises(InputError, match="holds no token"):
        read_tokens(path)
