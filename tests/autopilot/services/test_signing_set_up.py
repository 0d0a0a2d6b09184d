"""dronectl gives the vehicle a key, proves it, uploads a mission signed and ends it, where signing is enforced."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from vehicles import VehicleAddress

from dronectl.errors import IdentityError
from dronectl.link.fleet_link import open_fleet
from dronectl.link.signing.keys import KeyStore
from dronectl.link.signing.signer import Signing, Verdict
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.ops.identity.signing import end_signing, set_up_signing, signing_status
from dronectl.protocol.mission.verified_upload import VerifiedUpload


def test_a_key_is_given_proved_used_and_ended(address: VehicleAddress, tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    cable = Drone(
        "alpha",
        address.system_id,
        f"tcp://127.0.0.1:{address.port}",
        GeoPoint(16.0529, 103.6503),
        Battery(100, 200, 200),
        Camera(6.3, 4.7, 4.4, 4000, 3000, 2),
    )

    def signing(drone: Drone) -> Signing:
        key = store.read(drone.uid) if drone.uid else None
        return Signing(drone.name) if key is None or drone.uid is None else store.open(drone.name, drone.uid, key)

    async def main() -> None:
        async with open_fleet([cable], signing=signing) as fleet:
            await fleet.vehicles["alpha"].wait_alive(20)
            uid = (await fleet.vehicles["alpha"].identify()).uid
        assert uid is not None
        known = replace(cable, uid=uid)
        radio = replace(known, link=f"tcp://127.0.0.1:{address.serial1_port}")

        with pytest.raises(IdentityError):
            await set_up_signing(replace(cable, uid="00" * 18), store)
        report = await set_up_signing(known, store)
        assert (report.signs, report.with_our_key, report.unsigned_refused) == (True, True, False)
        first = store.read(uid)
        assert first is not None
        (status,) = await signing_status([radio], store, timeout_s=10)
        assert (status.signs, status.with_our_key, status.unsigned_refused) == (True, True, True)
        assert status.key == first.fingerprint

        async with open_fleet([radio], signing=signing) as fleet:
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(10)
            items = tuple(
                MissionItem(Command.NAV_WAYPOINT, 3, lat_e7=160_529_000 + n, lon_e7=1_036_503_000, altitude_m=40.0)
                for n in range(40)
            )
            assert (await alpha.run(VerifiedUpload(Mission(items)))).items == 40
            assert alpha.signing.count(Verdict.GOOD) > 40
            assert not any(alpha.signing.refused()[radio.link].values())
        async with open_fleet([radio], signing=lambda drone: Signing(drone.name)) as fleet:
            await fleet.vehicles["alpha"].wait_alive(10)
            with pytest.raises(TimeoutError):  # without a key it is heard, and not listened to
                await asyncio.wait_for(fleet.vehicles["alpha"].identify(), 1.0)

        second = await set_up_signing(radio, store)  # the new key goes out signed with the old one
        assert second.key != first.fingerprint
        assert second.unsigned_refused is True
        report = await end_signing(radio, store)
        assert report.signs is False
        assert store.read(uid) is None
        async with open_fleet([radio], signing=signing) as fleet:
            await fleet.vehicles["alpha"].wait_alive(10)
            assert (await fleet.vehicles["alpha"].identify()).uid == uid

    asyncio.run(main())
