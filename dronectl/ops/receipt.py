"""What was put on the fleet, when and by whom: a JSON file kept in flights/."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from dronectl.errors import StorageError
from dronectl.ops.logbook import operator
from dronectl.site.files import write_atomic


def write_receipt(folder: Path, action: str, document: Mapping[str, object]) -> Path:
    """Writes ``ACTION-<UTC>.json`` and returns its path.

    Raises:
        StorageError: it could not be written; the message says that the drones hold what they were given.
    """
    now = datetime.now(UTC)
    path = folder / f"{action}-{now:%Y%m%dT%H%M%S.%fZ}.json"
    whole = {"time_utc": now.isoformat().replace("+00:00", "Z"), "operator": operator(), **document}
    try:
        write_atomic(path, json.dumps(whole, ensure_ascii=False, indent=2) + "\n")
    except StorageError as error:
        error.message = f"on board, read back and equal, but the receipt was not written: {error.message}"
        error.details["result"] = document
        raise
    return path
