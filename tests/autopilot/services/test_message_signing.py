"""What signing does to the vehicle: on its first serial port nothing, on the others all. Signed by pymavlink."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from flying import REQUEST_MESSAGE, STABILIZE, arm, disarm, set_mode
from pymavlink.dialects.v20 import ardupilotmega as dialect
from raw_client import GCS_COMPONENT_ID, GCS_SYSTEM_ID, RawClient

SECRET = bytes(range(100, 132))
OTHER_SECRET = bytes(range(132, 164))
AUTOPILOT_VERSION = 148
ARDUPILOT = 3
"""MAV_AUTOPILOT of its own heartbeats: those of other ground stations are passed on as they came."""
MINUTE = 6_000_000
SILENCE_S = 0.8
"""Wall time; an answer comes in milliseconds."""


def present() -> int:
    return int((time.time() - 1_420_070_400) * 100_000)


def signature_of(message: object) -> tuple[int, int]:
    """(link id, timestamp) of a signed message."""
    raw = bytes(message.get_msgbuf())  # type: ignore[attr-defined]
    assert raw[2] == 1
    return raw[-13], int.from_bytes(raw[-12:-6], "little")


class Station:
    """A ground station with a key and a link id of its own."""

    def __init__(self, client: RawClient, link_id: int, *, secret: bytes | None = SECRET) -> None:
        self.client = client
        self.mav = dialect.MAVLink(None, srcSystem=GCS_SYSTEM_ID, srcComponent=GCS_COMPONENT_ID)
        if secret is not None:
            self.mav.signing.secret_key = secret
            self.mav.signing.sign_outgoing = True
            self.mav.signing.link_id = link_id

    def question(self, stamp: int = 0) -> bytes:
        self.mav.signing.timestamp = stamp
        ask = dialect.MAVLink_command_long_message(1, 1, REQUEST_MESSAGE, 0, AUTOPILOT_VERSION, 0, 0, 0, 0, 0, 0)
        return bytes(ask.pack(self.mav))

    def is_heard(self, frame: bytes) -> bool:
        talk = self.client.talk()
        self.client.send_bytes(frame)
        try:
            talk.expect("COMMAND_ACK", command=REQUEST_MESSAGE, timeout_s=SILENCE_S)
        except TimeoutError:
            return False
        return True


@pytest.fixture(scope="module")
def serial1(connection: RawClient, port: Callable[[int], RawClient]) -> Iterator[RawClient]:
    """A client on the second port that says nothing by itself."""
    with port(1) as client:
        client.sends_heartbeats = False
        client.talk().expect("HEARTBEAT", autopilot=ARDUPILOT)
        yield client


def give(client: RawClient, secret: bytes, stamp: int) -> None:
    client.send("SETUP_SIGNING", secret_key=list(secret), initial_timestamp=stamp)


@pytest.fixture
def signed(client: RawClient, serial1: RawClient) -> Iterator[int]:
    """The vehicle has the key; gives the timestamp that it was given with it."""
    stamp = present()
    talk = serial1.talk()
    give(client, SECRET, stamp)
    talk.wait_until(lambda m: m.get_msgbuf()[2] == 1, "a signed message")
    yield stamp
    talk = serial1.talk()
    give(client, bytes(32), 0)
    talk.wait_until(lambda m: m.get_type() == "HEARTBEAT" and m.get_msgbuf()[2] == 0, "an unsigned heartbeat")


def its_time(serial1: RawClient) -> int:
    return signature_of(serial1.talk().expect("HEARTBEAT", autopilot=ARDUPILOT))[1]


def test_it_signs_on_every_port_by_the_ports_number_a_minute_ahead(
    client: RawClient, serial1: RawClient, signed: int
) -> None:
    for port, listener in enumerate((client, serial1)):
        link_id, stamp = signature_of(listener.talk().expect("HEARTBEAT", autopilot=ARDUPILOT))
        assert link_id == port
        assert stamp >= signed + MINUTE
    judge = dialect.MAVLink(None)
    judge.signing.secret_key = SECRET
    judge.signing.timestamp = signed
    raw = serial1.talk().expect("HEARTBEAT", autopilot=ARDUPILOT).get_msgbuf()
    assert judge.decode(bytearray(raw)).get_type() == "HEARTBEAT"


def test_the_first_port_hears_everything(client: RawClient, signed: int) -> None:
    assert Station(client, 0, secret=None).is_heard(Station(client, 0, secret=None).question())
    forger = Station(client, 1, secret=OTHER_SECRET)
    assert forger.is_heard(forger.question(present()))


def test_the_second_port_hears_what_is_rightly_signed_once(serial1: RawClient, signed: int) -> None:
    unsigned = Station(serial1, 0, secret=None)
    assert not unsigned.is_heard(unsigned.question())
    forger = Station(serial1, 1, secret=OTHER_SECRET)
    assert not forger.is_heard(forger.question(its_time(serial1)))
    station = Station(serial1, 1)
    frame = station.question(its_time(serial1))
    assert station.is_heard(frame)
    assert not station.is_heard(frame)
    spoilt = bytearray(station.question(its_time(serial1) + 1000))
    spoilt[-1] ^= 1
    assert not station.is_heard(bytes(spoilt))


def test_a_new_link_id_may_be_a_minute_behind_and_no_more(serial1: RawClient, signed: int) -> None:
    station = Station(serial1, 2)
    assert not station.is_heard(station.question(its_time(serial1) - MINUTE - 100_000))
    assert station.is_heard(station.question(its_time(serial1) - MINUTE + 500_000))


def test_it_goes_on_from_our_time_when_that_is_later(serial1: RawClient, signed: int) -> None:
    station = Station(serial1, 3)
    later = its_time(serial1) + 10 * MINUTE
    assert station.is_heard(station.question(later))
    assert its_time(serial1) > later


def test_an_armed_vehicle_takes_no_key(ready: RawClient, serial1: RawClient) -> None:
    assert set_mode(ready, STABILIZE).result == 0
    assert arm(ready).result == 0
    talk = ready.talk()
    give(ready, SECRET, present())
    talk.expect_text("ERROR: Won't setup signing when armed")
    assert serial1.talk().expect("HEARTBEAT", autopilot=ARDUPILOT).get_msgbuf()[2] == 0
    assert disarm(ready).result == 0


def test_zeros_with_a_timestamp_are_a_key_like_any_other(client: RawClient, serial1: RawClient, signed: int) -> None:
    """So a recording that masks the key with zeros would set one, when it is replayed."""
    talk = serial1.talk()
    give(client, bytes(32), present())
    client.parameter("FENCE_ENABLE")  # so it has heard the order
    assert serial1.talk().expect("HEARTBEAT", autopilot=ARDUPILOT).get_msgbuf()[2] == 1
    assert talk.heard("HEARTBEAT")


def test_sixteen_streams_are_remembered_whatever_becomes_of_the_key(serial1: RawClient, signed: int) -> None:
    """The last test: after it, this vehicle hears no new link id until its power goes."""
    heard = 0
    for link_id in range(10, 30):
        station = Station(serial1, link_id)
        if not station.is_heard(station.question(its_time(serial1))):
            break
        heard += 1
    assert 16 - 4 <= heard <= 16
    known = Station(serial1, 10)
    assert known.is_heard(known.question(its_time(serial1)))
