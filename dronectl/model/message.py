"""A decoded MAVLink message as protocol machines, telemetry and recordings see it: plain data, no codec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """``name`` as in the dialect (``MISSION_ACK``); ``fields`` by their dialect names, in wire units."""

    name: str
    fields: Mapping[str, Any]
    system_id: int = 0
    component_id: int = 1

    def __getitem__(self, field: str) -> Any:
        return self.fields[field]

    def get(self, field: str, default: Any = None) -> Any:
        """A field that older senders may leave out (MAVLink 2 extensions)."""
        return self.fields.get(field, default)
