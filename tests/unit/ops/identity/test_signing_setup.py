"""When a key is sent, and when it is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from virtual_network import run_virtually

from dronectl.errors import InputError, NotReady, Refused, StorageError
from dronectl.link.signing.keys import KeyStore
from dronectl.link.signing.signer import Key
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.ops.identity import signing
from dronectl.ops.identity.signing_transfer import export_keys, import_keys
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.dialect import mavlink
from dronectl.sim.vehicle.settings import VehicleSettings

ALPHA = VehicleSettings(name="alpha", system_id=1, home=GeoPoint(16.05, 103.65), port=0)
DRONE = Drone(
    "alpha", 1, "tcp://127.0.0.1:1", ALPHA.home, Battery(100, 200, 200), Camera(6.3, 4.7, 4.4, 4000, 3000, 2), ALPHA.uid
)
KEYS = {"alpha": Key(bytes(range(32))), "bravo": Key(bytes(range(1, 33)))}


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys")


@pytest.mark.parametrize("link", ["udpout://192.0.2.1:14550", "tcp://192.0.2.1:5760", "udpin://0.0.0.0:24550"])
def test_no_key_goes_over_a_network(store: KeyStore, link: str) -> None:
    async def main() -> None:
        with pytest.raises(InputError, match="alpha: no key is sent over") as refusal:
            await signing.set_up_signing(replace(DRONE, link=link), store)
        assert "--trusted alpha" in refusal.value.hint
        assert store.read_pending(ALPHA.uid) is None

    run_virtually(main())


def test_no_key_for_a_board_that_nobody_recorded(store: KeyStore) -> None:
    async def main() -> None:
        with pytest.raises(InputError, match="no uid of its board") as refusal:
            await signing.set_up_signing(replace(DRONE, uid=None), store)
        assert "fleet record --drone alpha" in refusal.value.hint

    run_virtually(main())


def test_no_key_goes_to_an_armed_drone(store: KeyStore) -> None:
    async def main() -> None:
        async with SimFleet([ALPHA]) as sim:
            sim.vehicles["alpha"].copter.is_armed = True
            with pytest.raises(NotReady, match="alpha: is armed"):
                await signing.set_up_signing(replace(DRONE, link=f"tcp://127.0.0.1:{sim.ports['alpha']}"), store)
            assert not sim.vehicles["alpha"].signing.is_on
        assert store.read_pending(ALPHA.uid) is None

    run_virtually(main())


def test_no_key_goes_over_a_telemetry_radio(store: KeyStore) -> None:
    async def main() -> None:
        async with SimFleet([ALPHA]) as sim:
            status = mavlink.MAVLink_radio_status_message(200, 200, 100, 50, 60, 0, 0)
            frame = bytes(status.pack(mavlink.MAVLink(None, srcSystem=51, srcComponent=68)))
            drone = replace(DRONE, link=f"tcp://127.0.0.1:{sim.ports['alpha']}")

            async def radio() -> None:
                while True:
                    sim.servers["alpha"].send([frame])
                    await asyncio.sleep(0.2)

            speaking = asyncio.create_task(radio())
            with pytest.raises(NotReady, match="a telemetry radio is on its link"):
                await signing.set_up_signing(drone, store)
            assert not sim.vehicles["alpha"].signing.is_on
            report = await signing.set_up_signing(drone, store, trusted=True)
            assert report.with_our_key
            speaking.cancel()

    run_virtually(main())


def test_a_key_that_was_not_proved_is_kept_and_tried_again(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "_ATTEMPT_S", 0.3)
    monkeypatch.setattr(signing, "_RADIO_S", 0.0)

    async def main() -> None:
        async with SimFleet([ALPHA], speedup=20.0) as sim:
            drone = replace(DRONE, link=f"tcp://127.0.0.1:{sim.ports['alpha']}")
            handlers = sim.vehicles["alpha"]._handlers
            takes_keys = handlers.pop("SETUP_SIGNING")
            with pytest.raises(Refused, match="alpha: does not sign with the key it was sent"):
                await signing.set_up_signing(drone, store)
            sent = store.read_pending(ALPHA.uid)
            assert sent is not None
            assert store.read(ALPHA.uid) is None
            handlers["SETUP_SIGNING"] = takes_keys
            assert (await signing.set_up_signing(drone, store)).key == sent.fingerprint
            assert store.read(ALPHA.uid) == sent
            assert store.read_pending(ALPHA.uid) is None
            handlers.pop("SETUP_SIGNING")
            with pytest.raises(Refused, match="alpha: goes on signing"):
                await signing.end_signing(drone, store)
            assert store.read(ALPHA.uid) == sent

    run_virtually(main())


def test_keys_travel_in_a_private_file(store: KeyStore, tmp_path: Path) -> None:
    drones = [DRONE, replace(DRONE, name="bravo", uid="b" * 36)]
    for drone in drones:
        assert drone.uid is not None
        store.write(drone.uid, KEYS[drone.name])
    file = tmp_path / "keys.txt"
    fingerprints = export_keys(drones, store, file)
    assert fingerprints == {name: key.fingerprint for name, key in KEYS.items()}
    with pytest.raises(StorageError, match="exists already"):
        export_keys(drones, store, file)
    there = KeyStore(tmp_path / "another laptop")
    assert import_keys(file, there) == fingerprints
    assert there.read("b" * 36) == KEYS["bravo"]
    assert import_keys(file, there) == fingerprints
    there.write("b" * 36, Key(bytes(range(50, 82))))
    with pytest.raises(InputError, match="bravo: this computer has another key for it"):
        import_keys(file, there)
    import_keys(file, there, replace=True)
    assert there.read("b" * 36) == KEYS["bravo"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no file of signing keys"),
        (b"\xff\xfe", "no file of signing keys"),
        (b"dronectl signing keys\n", "has no keys"),
        (b"dronectl signing keys\nalpha ../../etc/passwd " + b"ab" * 32, "line 2 is no key"),
        (b"dronectl signing keys\nalpha " + b"a" * 36 + b" " + b"00" * 32, "line 2 is no key"),
        (b"dronectl signing keys\nalpha " + b"a" * 36 + b" " + b"ab" * 31, "line 2 is no key"),
    ],
)
def test_a_file_that_is_none_is_told_and_never_shown(
    store: KeyStore, tmp_path: Path, content: bytes, complaint: str
) -> None:
    (tmp_path / "keys.txt").write_bytes(content)
    with pytest.raises(InputError, match=complaint) as refusal:
        import_keys(tmp_path / "keys.txt", store)
    assert "abab" not in f"{refusal.value.message} {refusal.value.hint}"
    assert not store.folder.exists()
