"""What a transaction leaves in ``flights/``: the old state before the first byte is written, and how it ended."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dronectl.errors import DronectlError
from dronectl.ops.backup import Backup
from dronectl.ops.backup_folder import close_backup, open_backups, restore_command, settle_older, write_backup
from dronectl.ops.events import Listener, Note


@dataclass(slots=True)
class Logbook:
    """The pages of one command. ``action``: its name (``push``, ``mission upload`` …); ``backup``: the folder that
    holds what was on board, once something was about to be written."""

    flights: Path
    action: str
    restoring: Path | None = None
    """The backup that this very command puts back."""
    backup: Path | None = None

    def tell_open(self, listener: Listener) -> None:
        """Says which earlier transactions never came to their end."""
        for found in open_backups(self.flights):
            if self.restoring is None or found.path.resolve() != self.restoring.resolve():
                listener(Note(f"{found.path}: {found.in_words()}", level="warning"))

    def keep(self, backups: Sequence[Backup]) -> None:
        """Keeps what the drones hold.

        Raises:
            StorageError: it could not be written.
        """
        self.backup = write_backup(self.flights, self.action, operator(), backups)

    def close(self, fates: Mapping[str, str], listener: Listener) -> None:
        """Writes down what these drones hold now. A disk that takes no more is told, and ends nothing."""
        if self.backup is not None:
            try:
                close_backup(self.backup, fates)
            except DronectlError as error:
                listener(Note(f"{self.backup} stays open, although nothing is amiss: {error}", level="warning"))

    def settle(self, backups: Sequence[Backup], listener: Listener) -> None:
        """What these drones hold now is known: so much of older backups is open no more."""
        try:
            for backup in backups:
                settle_older(self.flights, backup.drone, backup.wanted, backup.parameters.wanted)
        except DronectlError as error:
            listener(Note(f"an older backup stays open: {error}", level="warning"))

    def way_back(self) -> str:
        """A hint how the old state comes back; empty when nothing was about to be written."""
        if self.backup is None:
            return ""
        return f"{restore_command(self.backup)} puts it back once the drone answers and is disarmed"


def operator() -> str:
    """Who is logged in on this computer."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container or a service account may have no name.
        return "unknown"
