"""The MAVLink codec (pymavlink, ardupilotmega dialect, MAVLink 2), in the one place where ``sim`` imports it."""

from __future__ import annotations

from typing import Any

from pymavlink.dialects.v20 import ardupilotmega

mavlink: Any = ardupilotmega
"""The generated dialect module. It carries no types worth the name, so it is ``Any`` here, once."""

Packet = Any
"""One decoded or still unsent message of the dialect."""
