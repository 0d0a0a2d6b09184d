"""Signing against pymavlink's own, both ways and byte for byte; and what must not be let in."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as dialect

from dronectl.link.codec import Encoder
from dronectl.link.signing.signer import Key, SignedLink, Signing, Verdict, carries_key, is_signed, timestamp_at

SECRET = hashlib.sha256(b"a key for tests").digest()
KEY = Key(SECRET)
NOW_UNIX_S = 1_770_000_000.0
NOW = timestamp_at(NOW_UNIX_S)
MINUTE = 6_000_000
LINK = "tcp://127.0.0.1:5760"
HEARTBEAT = {"type": 2, "autopilot": 3, "base_mode": 81, "custom_mode": 5, "system_status": 4, "mavlink_version": 3}


def signing(
    key: Key | None = KEY, *, link: SignedLink | None = None, now_s: float = NOW_UNIX_S, **more: Any
) -> Signing:
    return Signing("alpha", key, lambda: link or SignedLink(7), unix_s=lambda: now_s, **more)


class Vehicle:
    """System 1, signed by pymavlink."""

    def __init__(self, stamp: int = NOW, *, secret: bytes = SECRET, link_id: int = 0, component: int = 1) -> None:
        self.mav = dialect.MAVLink(None, srcSystem=1, srcComponent=component)
        self.mav.signing.secret_key = secret
        self.mav.signing.sign_outgoing = True
        self.mav.signing.link_id = link_id
        self.mav.signing.timestamp = stamp

    def beat(self, stamp: int | None = None) -> bytes:
        if stamp is not None:
            self.mav.signing.timestamp = stamp
        return bytes(dialect.MAVLink_heartbeat_message(**HEARTBEAT).pack(self.mav))


def unsigned(message_id: int = 0) -> bytes:
    return bytes(
        dialect.mavlink_map[message_id](*[0] * 7 if message_id else HEARTBEAT.values()).pack(
            dialect.MAVLink(None, 1, 1)
        )
    )


def test_a_frame_worked_out_by_hand() -> None:
    """Golden: the specification's sum, written out once more with nothing but hashlib."""
    frame = Encoder(255, 190).encode("HEARTBEAT", HEARTBEAT, signing().signer(LINK))
    body, tail = frame[:-13], frame[-13:]
    assert body.hex() == "fd09010000ffbe0000000500000002035104038cb2"
    assert tail[:7] == bytes((7,)) + NOW.to_bytes(6, "little")
    assert tail[7:] == hashlib.sha256(SECRET + body + tail[:7]).digest()[:6]
    assert frame.hex().endswith("5f4183342def")


@pytest.mark.parametrize("name", ["HEARTBEAT", "SETUP_SIGNING", "PARAM_REQUEST_LIST", "MISSION_ITEM_INT"])
def test_frames_equal_pymavlinks(name: str) -> None:
    fields: dict[str, Any] = {"HEARTBEAT": HEARTBEAT, "SETUP_SIGNING": {"secret_key": list(range(32))}}.get(name, {})
    message = next(kind for kind in dialect.mavlink_map.values() if kind.msgname == name)
    whole = {field: fields.get(field, [0] * 32 if field == "secret_key" else 0) for field in message.fieldnames}
    theirs = Vehicle(NOW, link_id=7)
    signer = signing().signer(LINK)
    encoder = Encoder(1, 1)
    for _ in range(3):  # also the second and third timestamp
        expected = bytes(message(**whole).pack(theirs.mav))
        theirs.mav.seq = (theirs.mav.seq + 1) % 256
        assert encoder.encode(name, fields, signer) == expected


def test_pymavlink_takes_ours_and_refuses_another_keys() -> None:
    ours = Encoder(255, 190).encode("HEARTBEAT", HEARTBEAT, signing().signer(LINK))
    theirs = Vehicle().mav
    assert theirs.decode(bytearray(ours)).get_type() == "HEARTBEAT"
    with pytest.raises(dialect.MAVError):
        Vehicle(secret=bytes(reversed(SECRET))).mav.decode(bytearray(ours))


def test_pymavlinks_are_let_in_once_each() -> None:
    ours, vehicle = signing(), Vehicle()
    frames = [vehicle.beat() for _ in range(3)]
    assert [ours.admits(frame, LINK) for frame in frames] == [True] * 3
    assert [ours.admits(frame, LINK) for frame in frames] == [False] * 3
    assert ours.refused() == {LINK: {"unsigned": 0, "forged": 0, "replayed": 3, "old": 0}}


def test_streams_have_timestamps_of_their_own() -> None:
    ours = signing()
    assert ours.admits(Vehicle(NOW).beat(), LINK)
    assert ours.admits(Vehicle(NOW - 100, link_id=1).beat(), LINK)
    assert ours.admits(Vehicle(NOW - 100, component=154).beat(), LINK)
    assert not ours.admits(Vehicle(NOW - 100).beat(), LINK)


@pytest.mark.parametrize(("behind", "verdict"), [(MINUTE, Verdict.GOOD), (MINUTE + 1, Verdict.OLD)])
def test_a_new_stream_may_be_a_minute_old(behind: int, verdict: Verdict) -> None:
    ours = signing()
    assert ours.admits(Vehicle(NOW - behind).beat(), LINK) is (verdict is Verdict.GOOD)
    assert ours.count(verdict) == 1


def test_the_wrong_key_and_no_signature() -> None:
    ours = signing()
    assert not ours.admits(Vehicle(secret=bytes(reversed(SECRET))).beat(), LINK)
    assert not ours.admits(unsigned(), LINK)
    assert ours.refused()[LINK] == {"unsigned": 1, "forged": 1, "replayed": 0, "old": 0}
    assert ours.why_silent() == "frames refused: 1 unsigned, 1 forged"


def test_a_forged_frame_moves_no_time() -> None:
    """Else a forger could shut the true vehicle out."""
    ours = signing()
    assert not ours.admits(Vehicle(NOW + 100 * MINUTE, secret=bytes(reversed(SECRET))).beat(), LINK)
    assert ours.now() == NOW
    assert ours.admits(Vehicle(NOW).beat(), LINK)


def test_unsigned_where_it_is_allowed_and_forged_never() -> None:
    ours = signing(accept_unsigned=True)
    assert ours.admits(unsigned(), LINK)
    assert not ours.admits(Vehicle(secret=bytes(reversed(SECRET))).beat(), LINK)
    assert ours.refused()[LINK]["unsigned"] == 1


@pytest.mark.parametrize("message_id", [109, 166])
def test_radios_speak_for_themselves(message_id: int) -> None:
    assert signing().admits(unsigned(message_id), LINK)


def test_mavlink_1_is_unsigned() -> None:
    from pymavlink.dialects.v10 import ardupilotmega as version_1

    raw = bytes(version_1.MAVLink_heartbeat_message(2, 3, 81, 5, 4, 3).pack(version_1.MAVLink(None, 1, 1)))
    assert not signing().admits(raw, LINK)
    assert not is_signed(raw)


@pytest.mark.parametrize("version", [1, 2])
def test_an_autopilot_that_stopped_signing_is_counted_and_its_camera_is_not(version: int) -> None:
    from pymavlink.dialects.v10 import ardupilotmega as version_1

    kind = version_1 if version == 1 else dialect

    def beat(component: int) -> bytes:
        mav = kind.MAVLink(None, 190, component)
        return bytes(kind.MAVLink_heartbeat_message(2, 3, 81, 5, 4, 3).pack(mav))

    ours = signing()
    for component in (1, 100, 1, 154):
        ours.admits(beat(component), LINK)
    assert ours.unsigned_in_a_row == 2
    ours.admits(Vehicle().beat(), LINK)
    assert ours.unsigned_in_a_row == 0


def test_without_a_key_all_is_let_in_and_a_signer_is_noticed_once(caplog: pytest.LogCaptureFixture) -> None:
    ours = signing(None)
    assert ours.signer(LINK) is None
    with caplog.at_level(logging.WARNING):
        assert ours.admits(unsigned(), LINK)
        assert not caplog.records
        assert all(ours.admits(Vehicle().beat(), LINK) for _ in range(3))
    assert len(caplog.records) == 1
    assert "no key for it" in caplog.text


def test_refusals_are_told_once_for_each_kind(caplog: pytest.LogCaptureFixture) -> None:
    ours = signing()
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            ours.admits(unsigned(), LINK)
            ours.admits(Vehicle(NOW - 2 * MINUTE).beat(), LINK)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_slow_clock_follows_the_vehicle() -> None:
    """It would be refused otherwise: the vehicle takes no new stream that is a minute behind."""
    ours = signing(now_s=NOW_UNIX_S - 86_400)
    assert ours.admits(Vehicle(NOW).beat(), LINK)
    frame = Encoder(255, 190).encode("HEARTBEAT", HEARTBEAT, ours.signer(LINK))
    assert int.from_bytes(frame[-12:-6], "little") >= NOW
    assert Vehicle(NOW).mav.decode(bytearray(frame)).get_type() == "HEARTBEAT"


def test_the_last_year_of_the_scale_is_not_followed() -> None:
    ours = signing()
    assert ours.admits(Vehicle((1 << 48) - 2).beat(), LINK)
    assert ours.now() == NOW


def test_timestamps_rise_and_are_reserved_before_use() -> None:
    kept: list[int] = []
    link = SignedLink(7, NOW + 50, kept.append)
    stamps = [link.next_stamp(NOW) for _ in range(3)]
    assert stamps == [NOW + 51, NOW + 52, NOW + 53]
    assert kept == [NOW + 51 + 3_000_000]
    after_a_crash = SignedLink(7, kept[-1], kept.append)
    assert after_a_crash.next_stamp(NOW) > max(stamps)
    link.close()
    assert kept[-1] == NOW + 53


def test_a_reservation_is_used_to_its_last_timestamp() -> None:
    kept: list[int] = []
    link = SignedLink(7, 0, kept.append)
    assert link.next_stamp(NOW) == NOW
    assert link.next_stamp(kept[0]) == kept[0]
    assert len(kept) == 1
    assert link.next_stamp(NOW) == kept[0] + 1
    assert len(kept) == 2


def test_a_full_disk_does_not_make_us_mute(caplog: pytest.LogCaptureFixture) -> None:
    from dronectl.errors import StorageError

    def full(_until: int) -> None:
        raise StorageError("No space left on device")

    link = SignedLink(7, 0, full)
    assert link.next_stamp(NOW) == NOW
    assert link.next_stamp(NOW) == NOW + 1
    assert "cannot be kept" in caplog.text


def test_each_of_our_links_has_its_own_id() -> None:
    links = iter([SignedLink(7), SignedLink(8)])
    ours = Signing("alpha", KEY, lambda: next(links), unix_s=lambda: NOW_UNIX_S)
    tails = [Encoder(255, 190).encode("HEARTBEAT", HEARTBEAT, ours.signer(url))[-13] for url in ("a", "b", "a")]
    assert tails == [7, 8, 7]


def test_a_key_is_never_shown() -> None:
    shown = f"{KEY!r} {KEY} {signing()!r} {vars(signing())}"
    assert SECRET.hex() not in shown
    assert repr(SECRET) not in shown
    assert len(KEY.fingerprint) == 8
    with pytest.raises(ValueError, match="32 bytes, not 3"):
        Key(b"abc")


def test_frames_with_a_key_in_them_are_known() -> None:
    given = Encoder(255, 190).encode("SETUP_SIGNING", {"secret_key": list(SECRET)}, signing().signer(LINK))
    assert carries_key(given)
    assert not carries_key(unsigned())


@given(st.integers(0, 21 + 13 - 1), st.integers(0, 7))
def test_no_single_bit_can_be_changed(place: int, bit: int) -> None:
    frame = bytearray(Vehicle().beat())
    frame[place] ^= 1 << bit
    if place in (0, 1):
        return  # another magic or length is no frame: the parser has refused it
    assert not signing().admits(bytes(frame), LINK)


@given(st.lists(st.integers(NOW - MINUTE, NOW + MINUTE), min_size=1, max_size=30))
def test_only_rising_timestamps_pass(stamps: list[int]) -> None:
    ours, vehicle = signing(), Vehicle()
    passed = [stamp for stamp in stamps if ours.admits(vehicle.beat(stamp), LINK)]
    assert passed == sorted(set(passed))
    highest = list(dict.fromkeys(max(stamps[: n + 1]) for n in range(len(stamps))))
    assert passed == highest
