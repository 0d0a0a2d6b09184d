"""MAVLink 2 signing (https://mavlink.io/en/guide/message_signing.html): what is signed, what is let in, and when.

No sockets and no files: keys, and the timestamps that outlive a process, are :mod:`dronectl.link.signing.keys`'.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import StrEnum

from dronectl.errors import DronectlError

log = logging.getLogger(__name__)

KEY_BYTES = 32
SIGNATURE_BYTES = 13
TICKS_PER_S = 100_000
"""A timestamp counts steps of 10 µs since 2015-01-01T00:00:00Z."""
_EPOCH_UNIX_S = 1_420_070_400
_LAST_STAMP = (1 << 48) - 1
_LAST_FOLLOWED = _LAST_STAMP - 366 * 86_400 * TICKS_PER_S
"""In the last year of the scale (2103) nobody's time is followed: what comes after it could not be signed."""
_NEW_STREAM_TICKS = 60 * TICKS_PER_S
_RESERVED_TICKS = 30 * TICKS_PER_S
_MAGIC_2, _SIGNED_FLAG = 0xFD, 0x01
_ALWAYS_UNSIGNED = frozenset({109, 166})
"""RADIO_STATUS and RADIO: radios speak for themselves and have no key. ArduPilot lets them in as well."""
_AUTOPILOT_COMPONENT_ID = 1
_SETUP_SIGNING = (256).to_bytes(3, "little")

Sign = Callable[[bytes], bytes]
"""Gives the 13 bytes that follow a frame whose signed flag is set and whose checksum is in place."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret that a drone and its ground stations share. It is never shown: :attr:`fingerprint` is.

    Raises:
        ValueError: it has not 32 bytes.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"a signing key has {KEY_BYTES} bytes, not {len(self.secret)}")

    @property
    def fingerprint(self) -> str:
        """Eight hex digits by which people tell keys apart."""
        return hashlib.sha256(b"dronectl signing key" + self.secret).hexdigest()[:8]


class Verdict(StrEnum):
    """What became of a frame."""

    GOOD = "good"
    UNSIGNED = "unsigned"
    FORGED = "forged"
    """Its signature is not one of this key."""
    REPLAYED = "replayed"
    """Rightly signed, and no later than what its stream said before."""
    OLD = "old"
    """Rightly signed, the first of its stream, and more than a minute behind the present: recorded earlier, or of a
    vehicle that has not learnt the time yet (it does so from our first frame)."""


def timestamp_at(unix_s: float) -> int:
    """The timestamp of a moment; 0 before 2015."""
    return min(max(0, round((unix_s - _EPOCH_UNIX_S) * TICKS_PER_S)), _LAST_STAMP)


class SignedLink:
    """A link id of ours and its timestamps, which only rise, also over restarts and crashes: what may be used is
    reserved before it is used.

    Args:
        floor: no timestamp up to this one is given out.
        reserve: keeps, for the next process, that all up to its argument may have been used.
        release: called at the end, when nothing is signed with this link id any more.
    """

    def __init__(
        self,
        link_id: int,
        floor: int = 0,
        reserve: Callable[[int], None] = lambda _until: None,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self.link_id = link_id
        self._last = floor
        self._reserved = floor
        self._reserve = reserve
        self._release = release

    def next_stamp(self, now: int) -> int:
        """A timestamp that was never given out before, ``now`` if that is one."""
        stamp = min(max(self._last + 1, now), _LAST_STAMP)
        if stamp > self._reserved:
            self._keep(min(stamp + _RESERVED_TICKS, _LAST_STAMP))
        self._last = stamp
        return stamp

    def close(self) -> None:
        """Gives back what was reserved and not used."""
        if self._reserved != self._last:
            self._keep(self._last)
        self._release()

    def _keep(self, until: int) -> None:
        self._reserved = until
        try:
            self._reserve(until)
        except (
            DronectlError
        ) as error:  # a full disk must not make us mute in flight; the next process has a clock as well
            log.warning("signing timestamps cannot be kept for the next run: %s", error)


class Signing:
    """One drone's key in use: signs what goes to it, judges what comes from it and counts what is refused.

    Args:
        key: None for a drone without one: nothing is signed, everything is let in.
        take_link: a link id that nobody else uses; asked once for each of our links.
        accept_unsigned: let frames without a signature in. Forged and old ones are refused all the same.
    """

    def __init__(
        self,
        name: str,
        key: Key | None = None,
        take_link: Callable[[], SignedLink] = lambda: SignedLink(1),
        *,
        accept_unsigned: bool = False,
        unix_s: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.key = key
        self.verdicts: Counter[tuple[Hashable, Verdict]] = Counter()
        """How many frames, by link and verdict."""
        self.heard_signed = False
        self.unsigned_in_a_row = 0
        """Frames without a signature since the last one with one; the autopilot's own only."""
        self.is_lenient = False
        """Judges and counts, but lets everything in: for finding out what a drone does."""
        self._take_link = take_link
        self._accept_unsigned = accept_unsigned
        self._unix_s = unix_s
        self._heard = 0
        self._links: dict[Hashable, SignedLink] = {}
        self._streams: dict[tuple[int, int, int], int] = {}
        """Last timestamp by (system, component, link id)."""
        self._told: set[Verdict] = set()

    def now(self) -> int:
        """The present: the later one of this computer's time and what the drone said."""
        return max(self._heard, timestamp_at(self._unix_s()))

    def signer(self, link: Hashable) -> Sign | None:
        """What signs the frames that go over this link; None for a drone without a key.

        Raises:
            StorageError: the first time on a link: no link id can be had.
        """
        if self.key is None:
            return None
        if link not in self._links:
            self._links[link] = self._take_link()
        signed_link, key = self._links[link], self.key

        def sign(frame: bytes) -> bytes:
            stamp = signed_link.next_stamp(self.now())
            return _signature(key, frame, bytes((signed_link.link_id,)) + stamp.to_bytes(6, "little"))

        return sign

    def admits(self, raw: bytes, link: Hashable) -> bool:
        """Whether this frame (whole, its checksum right) may be read."""
        if is_signed(raw):
            self.heard_signed = True
            self.unsigned_in_a_row = 0
        elif raw[6 if raw[0] == _MAGIC_2 else 4] == _AUTOPILOT_COMPONENT_ID:
            self.unsigned_in_a_row += 1
        if self.key is None:
            self._tell_no_key()
            return True
        verdict = self._judge(raw, self.key)
        if verdict is Verdict.UNSIGNED and _message_id(raw) in _ALWAYS_UNSIGNED:
            return True
        self.verdicts[link, verdict] += 1
        if verdict is Verdict.GOOD or self.is_lenient or (verdict is Verdict.UNSIGNED and self._accept_unsigned):
            return True
        self._tell(verdict, link)
        return False

    def count(self, verdict: Verdict) -> int:
        """Frames with this verdict, on all links."""
        return sum(count for (_link, found), count in self.verdicts.items() if found is verdict)

    def refused(self) -> dict[str, dict[str, int]]:
        """For each link that was heard, how many frames were not good, by what was wrong with them."""
        links = dict.fromkeys(link for link, _verdict in self.verdicts)
        wrong = [verdict for verdict in Verdict if verdict is not Verdict.GOOD]
        return {str(link): {verdict.value: self.verdicts[link, verdict] for verdict in wrong} for link in links}

    def why_silent(self) -> str:
        """What a drone that seems silent says in vain; nothing when nothing was refused."""
        counts = {verdict: self.count(verdict) for verdict in Verdict if verdict is not Verdict.GOOD}
        listed = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
        return f"frames refused: {listed}" if listed else ""

    def close(self) -> None:
        for link in self._links.values():
            link.close()
        self._links.clear()

    def _judge(self, raw: bytes, key: Key) -> Verdict:
        if not is_signed(raw):
            return Verdict.UNSIGNED
        frame, tail = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
        if not hmac.compare_digest(_signature(key, frame, tail[:7]), tail):
            return Verdict.FORGED
        stream, stamp = (raw[5], raw[6], tail[0]), int.from_bytes(tail[1:7], "little")
        last = self._streams.get(stream)
        if last is None and stamp + _NEW_STREAM_TICKS < self.now():
            return Verdict.OLD
        if last is not None and stamp <= last:
            return Verdict.REPLAYED
        self._streams[stream] = stamp
        if self._heard < stamp <= _LAST_FOLLOWED:
            self._heard = stamp  # else a computer whose clock is slow would be refused by the drone
        return Verdict.GOOD

    def _tell(self, verdict: Verdict, link: Hashable) -> None:
        if verdict in self._told:
            return
        self._told.add(verdict)
        level = logging.INFO if verdict is Verdict.OLD else logging.WARNING
        log.log(
            level,
            "%s: a frame in its name was refused on %s: %s (said once; 'dronectl signing status' counts)",
            self.name,
            link,
            verdict.value,
        )

    def _tell_no_key(self) -> None:
        if self.heard_signed and Verdict.GOOD not in self._told:
            self._told.add(Verdict.GOOD)
            log.warning(
                "%s: signs what it says, and this computer has no key for it: it may obey nothing ('dronectl signing "
                "import')",
                self.name,
            )


def is_signed(raw: bytes) -> bool:
    """Whether a whole frame carries a signature."""
    return raw[0] == _MAGIC_2 and bool(raw[2] & _SIGNED_FLAG)


def carries_key(raw: bytes) -> bool:
    """Whether this frame is a SETUP_SIGNING, whose payload is a key: it must never be recorded, shown or passed on."""
    return raw[0] == _MAGIC_2 and raw[7:10] == _SETUP_SIGNING


def _signature(key: Key, frame: bytes, link_and_time: bytes) -> bytes:
    return link_and_time + hashlib.sha256(key.secret + frame + link_and_time).digest()[:6]


def _message_id(raw: bytes) -> int:
    return int.from_bytes(raw[7:10], "little") if raw[0] == _MAGIC_2 else raw[5]
