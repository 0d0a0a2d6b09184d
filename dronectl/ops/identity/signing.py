"""Setting up, proving and ending MAVLink 2 signing on a drone."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from dronectl.errors import DronectlError, InputError, NoAnswer, NotReady, Refused
from dronectl.link.fleet_link import VehicleLink, open_fleet
from dronectl.link.signing.keys import KeyStore
from dronectl.link.signing.signer import KEY_BYTES, Key, Signing, Verdict
from dronectl.link.transport.url import LinkKind, parse_link
from dronectl.model.fleet import Drone
from dronectl.model.message import Message
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.common.waiting import until
from dronectl.ops.common.waiting_notice import waiting_notice
from dronectl.ops.identity.identity import REFUSED_S, identify_fleet, waiting_for
from dronectl.protocol.vehicle.statustext import StatusTextAssembler

_ATTEMPTS = 5
_ATTEMPT_S = 1.5
_RADIO_S = 1.5
"""A telemetry radio reports about itself once a second."""
_ENOUGH_FRAMES = 3
_REQUEST_MESSAGE, _AUTOPILOT_VERSION = 512, 148
_NO_KEY = bytes(KEY_BYTES)


@dataclass(frozen=True, slots=True)
class SigningReport:
    """What was found out about one drone. ``key``: the fingerprint of the key on this computer."""

    drone: str
    uid: str | None
    key: str | None = None
    pending: bool = False
    """A set-up was begun and not proved."""
    signs: bool | None = None
    """Whether the drone signs what it says, with whatever key; None: it was silent."""
    with_our_key: bool | None = None
    unsigned_refused: bool | None = None
    """False: it obeys unsigned orders on this link, as ArduPilot does on its first port (USB); None: not looked at."""
    refused: dict[str, dict[str, int]] | None = None
    error: str | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.drone,
            "uid": self.uid,
            "key": self.key,
            "pending": self.pending,
            "answers": self.error is None,
            "error": self.error,
            "signs": self.signs,
            "with_our_key": self.with_our_key,
            "unsigned_refused": self.unsigned_refused,
            "refused_frames": self.refused or {},
        }


async def signing_status(
    drones: Sequence[Drone], store: KeyStore, *, timeout_s: float, listener: Listener = ignore
) -> tuple[SigningReport, ...]:
    """Which drones sign, and with our keys; a silent one is part of the answer. Asks each drone that signs with our key
    one harmless question without a signature, to see whether it refuses.

    Raises:
        InputError: a key cannot be used. StorageError: timestamps cannot be kept.
    """

    def lenient(drone: Drone) -> Signing:
        key = store.read(drone.uid) if drone.uid else None
        signing = store.open(drone.name, drone.uid, key) if drone.uid and key else Signing(drone.name)
        signing.is_lenient = True
        return signing

    async def look(drone: Drone, vehicle: VehicleLink) -> SigningReport:
        signing = vehicle.signing
        key = None if signing.key is None else signing.key.fingerprint
        known = SigningReport(drone.name, drone.uid, key, bool(drone.uid and store.read_pending(drone.uid)))
        try:
            with waiting_notice(listener, vehicle.name, waiting_for(vehicle), timeout_s):
                await vehicle.wait_alive(timeout_s, refused_s=REFUSED_S)
        except DronectlError as error:
            return replace(known, error=error.message)
        if key is None:
            await until(vehicle, lambda: signing.heard_signed, 1.0)
            return replace(known, signs=signing.heard_signed)
        await until(vehicle, lambda: signing.count(Verdict.GOOD) >= _ENOUGH_FRAMES, timeout_s)
        ours = signing.count(Verdict.GOOD) > 0
        refuses = await _refuses_unsigned(vehicle) if ours else None
        return replace(
            known,
            signs=signing.heard_signed,
            with_our_key=ours,
            unsigned_refused=refuses,
            refused=signing.refused(),
        )

    async with open_fleet(drones, signing=lenient, alone=True) as fleet:
        return tuple(await asyncio.gather(*(look(drone, fleet.vehicles[drone.name]) for drone in drones)))


async def set_up_signing(drone: Drone, store: KeyStore, *, trusted: bool = False) -> SigningReport:
    """Gives the drone a new key and proves it. The key is kept on disk before it is sent, and takes the place of an
    older one only when it is proved. ``trusted``: a person vouches for the link.

    Raises:
        InputError: the link is not trusted, or the board's uid is not recorded. NotReady: the drone is armed, or a
        radio is on the link. Refused: it did not take the key, or does not answer signed orders.
    """
    uid = _uid(drone)
    key = store.read_pending(uid) or Key(secrets.token_bytes(KEY_BYTES))
    async with _key_setup(drone, uid, store, store.read(uid), sends_key=not trusted) as setup:
        if not trusted and await until(setup.vehicle, lambda: setup.vehicle.paths.radio_heard, _RADIO_S):
            raise NotReady(
                f"{drone.name}: a telemetry radio is on its link: the key would go through the air",
                hint=_trust_hint(drone.name),
            )
        store.write_pending(uid, key)
        fresh = setup.session(key)
        if not await setup.send_key(key.secret, fresh.now(), fresh):
            raise Refused(
                f"{drone.name}: does not sign with the key it was sent{setup.last_text()}",
                hint="has its firmware signing, and does this link take unsigned frames (USB does)? The key was kept: "
                "'signing setup' again tries the same one",
            )
        try:
            await setup.vehicle.identify(thorough=False)
        except NoAnswer:
            raise Refused(
                f"{drone.name}: signs with the new key, but answers nothing that is signed with it",
                hint="the key was kept: run 'signing setup' again",
            ) from None
        refuses = await _refuses_unsigned(setup.vehicle)
        store.promote(uid)
        return SigningReport(drone.name, uid, key.fingerprint, signs=True, with_our_key=True, unsigned_refused=refuses)


async def end_signing(drone: Drone, store: KeyStore) -> SigningReport:
    """Makes the drone stop signing, proves it, then forgets its key.

    Raises:
        InputError: the board's uid is not recorded. NotReady: the drone is armed. Refused: it goes on signing.
    """
    uid = _uid(drone)
    keys = [key for key in (store.read(uid), store.read_pending(uid)) if key is not None]
    async with _key_setup(drone, uid, store, keys[0] if keys else None) as setup:
        setup.known += [setup.session(other) for other in keys[1:]]
        if not await setup.send_key(_NO_KEY, 0, None):
            raise Refused(
                f"{drone.name}: goes on signing{setup.last_text()}",
                hint="on any link but USB only its own key can end it; nothing was changed on this computer",
            )
        store.forget(uid)
        return SigningReport(drone.name, uid, signs=False)


class _KeySetup:
    """One drone on its link, identified and disarmed; all that comes from it is let in and judged."""

    def __init__(self, drone: Drone, uid: str, store: KeyStore, vehicle: VehicleLink) -> None:
        self.vehicle = vehicle
        self.known: list[Signing] = [vehicle.signing]
        """With the keys that the drone may have."""
        self.sessions: list[Signing] = []
        self._drone = drone
        self._uid = uid
        self._store = store
        self._texts: list[str] = []
        self._assembler = StatusTextAssembler()

    def session(self, key: Key) -> Signing:
        signing = self._store.open(self._drone.name, self._uid, key)
        signing.is_lenient = True
        self.sessions.append(signing)
        return signing

    async def send_key(self, secret: bytes, stamp: int, new: Signing | None) -> bool:
        """SETUP_SIGNING has no acknowledgement: said again until the drone's own frames show that it was taken: they
        are signed with the new key, or not at all when ``new`` is None.

        Each attempt is signed in another way: with the keys that the drone may have, the new one among them should it
        have been taken unseen.
        """
        ways = [*self.known, *([new] if new else [])]
        after = new or Signing(self._drone.name)
        for attempt in range(_ATTEMPTS):
            self.vehicle.signing = ways[attempt % len(ways)]
            self.vehicle.send("SETUP_SIGNING", secret_key=list(secret), initial_timestamp=stamp)
            self.vehicle.signing = after
            if await until(self.vehicle, partial(_shows, after, signed=new is not None), _ATTEMPT_S):
                return True
        return False

    def last_text(self) -> str:
        """What the drone said about it."""
        said = [text for text in self._texts if "sign" in text.lower()]
        return f": {said[-1]}" if said else ""

    def note(self, message: Message) -> None:
        if message.name == "STATUSTEXT":
            self._texts += [status.text for status in self._assembler.feed(message)]


@asynccontextmanager
async def _key_setup(
    drone: Drone, uid: str, store: KeyStore, key: Key | None, *, sends_key: bool = False
) -> AsyncIterator[_KeySetup]:
    """``sends_key``: only over links that are trusted by what they are."""

    def lenient(_drone: Drone) -> Signing:
        signing = Signing(drone.name) if key is None else store.open(drone.name, uid, key)
        signing.is_lenient = True
        return signing

    async with open_fleet([drone], signing=lenient, alone=True) as fleet:
        setup = _KeySetup(drone, uid, store, fleet.vehicles[drone.name])
        setup.vehicle.subscribe(setup.note)
        first = setup.vehicle.signing
        try:
            if sends_key:
                _require_trusted(setup.vehicle)
            await identify_fleet([setup.vehicle], {drone.name: uid})
            if setup.vehicle.state.armed:
                raise NotReady(f"{drone.name}: is armed", hint="signing is changed on the ground, disarmed")
            yield setup
        finally:
            setup.vehicle.signing = first
            for signing in setup.sessions:
                signing.close()


def _require_trusted(vehicle: VehicleLink) -> None:
    """A key goes out in clear: only over a cable, within this computer, or over a link that a person vouches for."""
    for report in vehicle.links:
        url = parse_link(report.url)
        if url.kind is not LinkKind.SERIAL and not url.is_within_computer:
            raise InputError(
                f"{vehicle.name}: no key is sent over {url}: whoever listens would have it",
                hint=_trust_hint(vehicle.name),
            )


def _trust_hint(drone: str) -> str:
    return f"connect by USB, or vouch for the link with --trusted {drone}"


async def _refuses_unsigned(vehicle: VehicleLink) -> bool:
    """Asks without a signature for what is given to every signed question."""
    answered = asyncio.Event()

    def look_at(message: Message) -> None:
        if message.name == "COMMAND_ACK" and message["command"] == _REQUEST_MESSAGE:
            answered.set()

    signing, unsigned = vehicle.signing, Signing(vehicle.name)
    stop = vehicle.subscribe(look_at)
    try:
        for confirmation in range(3):
            vehicle.signing = unsigned
            fields = {"command": _REQUEST_MESSAGE, "param1": _AUTOPILOT_VERSION, "confirmation": confirmation}
            vehicle.send("COMMAND_LONG", **fields)
            vehicle.signing = signing
            try:
                await asyncio.wait_for(answered.wait(), 0.7)
            except TimeoutError:
                continue
            return False
        return True
    finally:
        vehicle.signing = signing
        stop()


def _shows(signing: Signing, *, signed: bool) -> bool:
    return (signing.count(Verdict.GOOD) if signed else signing.unsigned_in_a_row) >= _ENOUGH_FRAMES


def _uid(drone: Drone) -> str:
    if drone.uid is None:
        raise InputError(
            f"{drone.name}: dronectl.toml has no uid of its board, and keys go by it",
            hint=f"look which aircraft answers, then 'dronectl fleet record --drone {drone.name}'",
        )
    return drone.uid
