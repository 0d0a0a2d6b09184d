"""Whose links and drones are, asked from outside: without opening a link or taking a drone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dronectl.link.sharing.holder import Claim, Holder, this_process
from dronectl.link.sharing.joiner import Joiner, JoinerCallbacks, Refused, join, unanswered
from dronectl.link.sharing.lease import lease_name
from dronectl.link.sharing.link_name import link_file
from dronectl.link.sharing.records import BadRecord
from dronectl.link.sharing.runtime_folder import runtime_folder
from dronectl.link.transport.url import LinkUrl

_ANSWER_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Ownership:
    """A link as its owner says it is. ``owner`` None: nobody has it open."""

    url: str
    owner: Holder | None = None
    joined: tuple[Holder, ...] = ()
    is_up: bool = False
    problem: str = ""
    """Why the link is down, or its owner does not answer."""

    def as_json(self) -> dict[str, object]:
        return {
            "url": self.url,
            "owner": None if self.owner is None else self.owner.as_json(),
            "up": self.is_up,
            "problem": self.problem or None,
            "joined": [who.as_json() for who in self.joined],
        }


async def ownership_of(url: LinkUrl) -> Ownership:
    """
    Raises:
        StorageError: there is no folder where processes find each other.
    """
    owner = _holder(link_file(url))
    if owner is None:
        return Ownership(str(url))
    try:
        async with _visit(owner) as (visitor, said):
            return Ownership(str(url), owner, visitor.joined, said.is_up, said.problem)
    except (OSError, BadRecord, Refused, TimeoutError) as error:
        return Ownership(str(url), owner, problem=f"it {unanswered(owner, error)}")


async def ask_to_end(url: LinkUrl) -> Holder | None:
    """Asks the owner of a link to end; who it is. None: nobody has it open. It may say no: look again.

    Raises:
        OSError, BadRecord, Refused, TimeoutError: it does not answer.
    """
    owner = _holder(link_file(url))
    if owner is not None:
        async with _visit(owner) as (visitor, _said):
            visitor.stop()
    return owner


def drone_holder(system_id: int, links: Sequence[LinkUrl]) -> Holder | None:
    """In whose hand a drone is now, for a transfer or a launch; None: in nobody's.

    Raises:
        StorageError: there is no folder where processes find each other.
    """
    found = (_holder(lease_name(url, system_id)) for url in links)
    return next((holder for holder in found if holder is not None), None)


def _holder(name: str) -> Holder | None:
    claim = Claim(runtime_folder() / name)
    if not claim.path.exists() or claim.take(us := this_process()):
        claim.free()
        return None
    return claim.holder() or us


@dataclass(slots=True)
class _Said:
    is_up: bool = False
    problem: str = ""

    def up(self) -> None:
        self.is_up, self.problem = True, ""

    def down(self, reason: str) -> None:
        self.is_up, self.problem = False, reason


@asynccontextmanager
async def _visit(owner: Holder) -> AsyncIterator[tuple[Joiner, _Said]]:
    """In at an owner's door, to hear how its link is."""
    if owner.door is None:
        raise Refused("it shares it with nobody")
    said = _Said()
    callbacks = JoinerCallbacks(
        on_frame=lambda *_: None,
        on_sent=lambda *_: None,
        on_up=said.up,
        on_down=said.down,
        on_peer_gone=lambda _: None,
        on_give_way=lambda *_: None,
        on_denied=lambda *_: None,
    )
    visitor, _reader = await join(owner, this_process(), (), callbacks, timeout_s=_ANSWER_WITHIN_S)
    try:
        yield visitor, said
    finally:
        await visitor.drain()
        visitor.close()
