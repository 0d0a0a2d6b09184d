"""The built-in vehicle's side of signing, held against pymavlink's own."""

from __future__ import annotations

from dronectl.model.geo import GeoPoint
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.services.signing import Signing, StoredKey
from dronectl.sim.vehicle.dialect import Packet, mavlink
from dronectl.sim.vehicle.settings import VehicleSettings

SECRET = bytes(range(32))
MINUTE = 6_000_000
GIVEN = 37_000_000_000_000


def station(stamp: int, *, secret: bytes = SECRET, link_id: int = 9) -> Packet:
    codec = mavlink.MAVLink(None, srcSystem=255, srcComponent=190)
    codec.signing.secret_key = secret
    codec.signing.sign_outgoing = True
    codec.signing.link_id = link_id
    codec.signing.timestamp = stamp
    return codec


def beat(codec: Packet) -> bytes:
    return bytes(mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3).pack(codec))


def with_key() -> Signing:
    return Signing(StoredKey(SECRET, GIVEN))


def test_pymavlink_reads_what_it_signs_on_either_port() -> None:
    plain = beat(mavlink.MAVLink(None, srcSystem=1, srcComponent=1))
    for channel in (0, 1):
        frame = with_key().signed(plain, channel)
        judge = station(GIVEN)
        assert judge.decode(bytearray(frame)).get_type() == "HEARTBEAT"
        assert judge.signing.goodsig_count == 1
        assert (frame[-13], int.from_bytes(frame[-12:-6], "little")) == (channel, GIVEN + MINUTE)


def test_it_hears_pymavlink_once() -> None:
    ours, frame = with_key(), beat(station(GIVEN + MINUTE))
    assert ours.hears(frame, 0, 1)
    assert not ours.hears(frame, 0, 1)
    assert not ours.hears(beat(station(GIVEN + MINUTE + 1, secret=bytes(reversed(SECRET)))), 0, 1)
    assert not ours.hears(beat(mavlink.MAVLink(None, srcSystem=255)), 0, 1)
    assert ours.hears(frame, 0, 0)


def test_a_forged_frame_of_a_new_stream_leaves_no_trace() -> None:
    """pymavlink notes its timestamp before it looks at the signature; ArduPilot does not."""
    ours = with_key()
    assert not ours.hears(beat(station(GIVEN + 9 * MINUTE, secret=bytes(reversed(SECRET)))), 0, 1)
    assert ours.hears(beat(station(GIVEN + MINUTE)), 0, 1)


def test_a_key_survives_a_power_cycle_and_time_goes_on_after_a_minute() -> None:
    vehicle = Vehicle(VehicleSettings(name="one", system_id=1, home=GeoPoint(16.05, 103.65)))
    setup = mavlink.MAVLink_setup_signing_message(1, 1, list(SECRET), GIVEN)
    vehicle.receive(bytes(setup.pack(mavlink.MAVLink(None, srcSystem=255))))
    assert vehicle.signing.is_on
    later = station(GIVEN + 10 * MINUTE)
    vehicle.receive(beat(later), 1)
    for _ in range(32):
        vehicle.step(1.0)
    reboot = mavlink.MAVLink_command_long_message(1, 1, 246, 0, 1, 0, 0, 0, 0, 0, 0)
    vehicle.receive(bytes(reboot.pack(later)), 1)
    before = vehicle.signing
    for _ in range(10):
        vehicle.step(1.0)
    assert vehicle.signing is not before
    assert vehicle.signing.is_on
    frame = vehicle.signing.signed(beat(mavlink.MAVLink(None, srcSystem=1, srcComponent=1)), 1)
    assert int.from_bytes(frame[-12:-6], "little") >= GIVEN + 11 * MINUTE


def test_seventeen_streams_are_too_many() -> None:
    ours = with_key()
    heard = [ours.hears(beat(station(GIVEN + MINUTE, link_id=link_id)), 0, 1) for link_id in range(17)]
    assert heard == [True] * 16 + [False]
