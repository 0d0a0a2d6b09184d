"""What was put on the fleet, when and by whom: a JSON file kept in flights/."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path

from dronectl.ops.push import PushResult
from dronectl.site.files import write_atomic


def write_receipt(folder: Path, result: PushResult) -> Path:
    """Writes ``push-<UTC>.json`` and returns its path."""
    now = datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"push-{now:%Y%m%dT%H%M%S.%fZ}.json"
    document = {"time_utc": now.isoformat().replace("+00:00", "Z"), "operator": _operator(), **result.as_json()}
    write_atomic(path, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    return path


def _operator() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container or a service account may have no name.
        return "unknown"
