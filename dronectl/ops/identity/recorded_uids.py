"""The uids of the aircraft that answer, for dronectl.toml: recorded once, and never replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dronectl.errors import InputError
from dronectl.model.fleet import Drone
from dronectl.ops.common.events import Listener
from dronectl.site.uid_record import with_uids
from dronectl.storage.files import write_atomic
from dronectl.storage.reading import read_bytes


@dataclass(frozen=True, slots=True)
class AnsweredUids:
    """``uids``: by drone, of all that were asked; ``new``: those that dronectl.toml does not record."""

    path: Path
    uids: Mapping[str, str]
    new: Mapping[str, str]

    def record(self) -> None:
        """Writes the new ones into dronectl.toml as it is now: a person may have edited it while a question stood.

        Raises:
            InputError: it cannot be edited. StorageError: it cannot be written.
        """
        write_atomic(self.path, self.edited())

    def edited(self) -> str:
        """The text of dronectl.toml with the new ones in it.

        Raises:
            InputError: a drone's table is not found in it.
        """
        return with_uids(read_bytes(self.path).decode("utf-8"), self.new)


async def ask_for_uids(root: Path, drones: Sequence[Drone], listener: Listener) -> AnsweredUids:
    """Asks each drone who it is.

    Raises:
        NoAnswer, IdentityError: see :func:`dronectl.ops.identity.identity.identify_fleet`.
        InputError: an autopilot tells no uid, or dronectl.toml cannot be edited; nothing is written.
    """
    from dronectl.link.fleet_link import open_fleet
    from dronectl.link.signing.keys import open_signing
    from dronectl.link.signing.signer import Signing
    from dronectl.ops.identity.identity import identify_fleet

    def signing(drone: Drone) -> Signing:
        return open_signing(drone) if drone.uid else Signing(drone.name)  # keys go by the uid that is asked for here

    recorded = {drone.name: drone.uid for drone in drones}
    async with open_fleet(drones, signing=signing) as opened:
        identities = await identify_fleet(list(opened.vehicles.values()), recorded, listener)
    uids = {name: identity.uid for name, identity in identities.items() if identity.uid is not None}
    if nameless := [name for name in identities if name not in uids]:
        raise InputError(
            f"{', '.join(nameless)}: its autopilot tells no uid", hint="leave it out with --drone; nothing was written"
        )
    new = {name: uid for name, uid in uids.items() if recorded[name] is None}
    found = AnsweredUids(root / "dronectl.toml", uids, new)
    found.edited()  # refused before anybody is asked
    return found
