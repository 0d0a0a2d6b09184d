"""What was put on the fleet, when, by whom and instead of what: a JSON file kept in flights/, also of what failed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dronectl.errors import StorageError
from dronectl.formats.missions.item_hash import items_sha256
from dronectl.model.plan.mission import Mission
from dronectl.model.text.plain_text import escaped_json
from dronectl.ops.items.backup import KINDS, Backup
from dronectl.ops.telemetry.status import utc_now
from dronectl.storage.files import clear_left_overs, write_atomic


def require_writable(folder: Path) -> None:
    """Tries whether files can be kept there, before anything is sent. What kills left of receipts goes: each has a name
    of its own, so that no later one would take its place.

    Raises:
        StorageError: they cannot.
    """
    probe = folder / f".{os.urandom(4).hex()}.part"
    clear_left_overs(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with probe.open("xb") as file:
            file.write(b"dronectl")
    except OSError as error:
        raise StorageError(
            f"{folder}: no receipt can be kept there: {error.strerror or error}",
            hint="check the folder, its permissions and the free space",
        ) from error
    finally:
        with suppress(OSError):
            probe.unlink()


def write_receipt(folder: Path, action: str, document: Mapping[str, object]) -> Path:
    """Writes ``ACTION-<UTC>.json`` and returns its path.

    Raises:
        StorageError: it could not be written.
    """
    end_utc = utc_now()
    path = folder / f"{re.sub('[^a-z]+', '-', action)}-{re.sub('[-:]', '', end_utc)}.json"
    whole = {"action": action, "time_utc": end_utc, "end_utc": end_utc, **document}
    write_atomic(path, escaped_json(json.dumps(whole, ensure_ascii=False, indent=2)) + "\n")
    return path


def drone_entry(backup: Backup) -> dict[str, object]:
    """One drone of a receipt: of each list what was wanted, what was there before and what is there now."""
    entry: dict[str, object] = {
        "name": backup.drone,
        "system_id": backup.system_id,
        "uid": backup.identity.uid,
        "link": backup.link,
    }
    for kind, mission_type in KINDS.items():
        if mission_type in backup.wanted:
            before, transfer = backup.held.get(mission_type), backup.transfers.get(mission_type)
            entry[kind] = {
                **_list(backup.wanted[mission_type]),
                **(asdict(transfer) if transfer else {}),
                "before": None if before is None else _list(before),
                "on_board": backup.state(mission_type),
            }
    entry["parameters"] = [asdict(setting) for setting in backup.parameters.transfers()]
    return entry


def _list(mission: Mission) -> dict[str, object]:
    return {"items": len(mission), "sha256": items_sha256(mission)}


def committed_receipts(folder: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The receipts of what came to a good end, the latest first. Other files are left out."""
    for path in sorted(folder.glob("*-*.json"), key=lambda path: path.stem.rpartition("-")[2], reverse=True):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if (
            isinstance(document, dict)
            and document.get("committed") is True
            and isinstance(document.get("drones"), list)
        ):
            yield path, document
