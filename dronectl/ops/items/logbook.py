"""What a transaction leaves in ``flights/``: the old state before the first byte is written, and how it ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dronectl.errors import DronectlError, StorageError, error_text
from dronectl.link.fleet_link import Identity, VehicleLink
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.common.operator import operator
from dronectl.ops.items.backup import Backup
from dronectl.ops.items.backup_folder import close_backup, close_superseded, open_backups, restore_command, write_backup
from dronectl.ops.items.last_aircraft import require_last_aircraft
from dronectl.ops.items.receipt import drone_entry, require_writable, write_receipt
from dronectl.ops.telemetry.status import utc_now
from dronectl.storage.files import real_path


@dataclass(slots=True)
class Logbook:
    """The pages of one command."""

    flights: Path
    action: str
    """Its name: ``push``, ``mission upload`` …"""
    details: Mapping[str, object] = field(default_factory=dict)
    """What its receipt says besides: the files, who overrode which rule."""
    other_aircraft: Collection[str] = ()
    """Drones that a person says are another aircraft than the last receipt tells of."""
    restoring: Path | None = None
    """The backup that this very command puts back."""
    backup: Path | None = None
    """The folder that holds what was on board, once something was about to be written."""
    receipt: Path | None = None
    begin_utc: str = field(default_factory=utc_now)

    def begin(self, listener: Listener) -> None:
        """Makes sure that it can be written in, and says which earlier transactions never came to their end.

        Raises:
            StorageError: nothing can be kept in ``flights``.
        """
        require_writable(self.flights)
        self._tell_open(listener)

    def _tell_open(self, listener: Listener) -> None:
        for found in open_backups(self.flights):
            if self.restoring is None or real_path(found.path) != real_path(self.restoring):
                listener(Note(f"{found.path}: {found.description()}", level="warning"))

    def require_last_aircraft(
        self,
        vehicles: Sequence[VehicleLink],
        identities: Mapping[str, Identity],
        uids: Mapping[str, str | None],
        listener: Listener,
    ) -> None:
        """See :func:`dronectl.ops.items.last_aircraft.require_last_aircraft`.

        Raises:
            IdentityError: another aircraft than last time, and nobody said so.
        """
        others = self.other_aircraft
        require_last_aircraft(self.flights, vehicles, identities, uids, others=others, listener=listener)

    def keep(self, backups: Sequence[Backup]) -> None:
        """Keeps what the drones hold.

        Raises:
            StorageError: it could not be written.
        """
        self.backup = write_backup(self.flights, self.action, operator(), backups)

    def commit(self, backups: Sequence[Backup], listener: Listener) -> None:
        """Every drone holds what it was given: the receipt, and so much of older backups as is known now is closed.

        Raises:
            StorageError: the receipt could not be written; the message says that the drones hold what they were given.
        """
        self._close({backup.drone: "what it was given" for backup in backups}, listener)
        try:
            for backup in backups:
                close_superseded(self.flights, backup.drone, backup.wanted, backup.parameters.wanted)
        except DronectlError as error:
            listener(Note(f"an older backup stays open: {error}", level="warning"))
        try:
            self._write_receipt(backups, {"committed": True, "error": None})
        except StorageError as error:
            error.message = f"on board, read back and equal, but the receipt was not written: {error.message}"
            error.details["drones"] = [drone_entry(backup) for backup in backups]
            raise

    def give_up(
        self, backups: Sequence[Backup], failure: BaseException, mixed: Collection[str], listener: Listener
    ) -> None:
        """Nothing was committed, and every drone but the ``mixed`` holds what it held before: a receipt of that."""
        self._close({b.drone: "what it held before" for b in backups if b.drone not in mixed}, listener)
        kind = failure.kind if isinstance(failure, DronectlError) else DronectlError.kind
        error = {"kind": kind, "message": error_text(failure)}
        try:
            self._write_receipt(backups, {"committed": False, "error": error})
        except StorageError as fault:
            listener(Note(f"no receipt of this was written: {fault}", level="warning"))

    def _write_receipt(self, backups: Sequence[Backup], outcome: Mapping[str, object]) -> None:
        document = {
            "begin_utc": self.begin_utc,
            "operator": operator(),
            **self.details,
            **outcome,
            "backup": None if self.backup is None else self.backup.name,
            "drones": [drone_entry(backup) for backup in backups],
        }
        self.receipt = write_receipt(self.flights, self.action, document)

    def _close(self, outcomes: Mapping[str, str], listener: Listener) -> None:
        """A disk that takes no more is told, and ends nothing."""
        if self.backup is not None:
            try:
                close_backup(self.backup, outcomes)
            except DronectlError as error:
                listener(Note(f"{self.backup} stays open, although nothing is amiss: {error}", level="warning"))

    def way_back(self) -> str:
        """A hint how the old state comes back; empty when nothing was about to be written."""
        if self.backup is None:
            return ""
        return f"{restore_command(self.backup)} puts it back once the drone answers and is disarmed"
