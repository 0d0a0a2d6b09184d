"""Items to and from one vehicle, with progress; an upload counts only when the read-back equals it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from dronectl.errors import Mismatch
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.mission import Mission, MissionType
from dronectl.ops.events import Listener, Progress, ignore
from dronectl.protocol.canonical import first_difference
from dronectl.protocol.item_download import ItemDownload
from dronectl.protocol.item_upload import ItemUpload

__all__ = ["Transfer", "download", "first_difference", "put", "same_on_board"]


@dataclass(frozen=True, slots=True)
class Transfer:
    """One list on one drone: ``seconds`` is upload and read-back together; ``sent`` False means it was on board already."""

    items: int
    seconds: float
    resent: int
    verified: bool
    sent: bool = True

    @classmethod
    def unchanged(cls, mission: Mission) -> Transfer:
        """The read-back showed that nothing had to be sent."""
        return cls(len(mission), 0.0, 0, verified=True, sent=False)


def same_on_board(wanted: Mission, on_board: Mission) -> bool:
    """Equal after what ArduPilot rewrites; the home item is the vehicle's own."""
    return first_difference(wanted, on_board) is None


async def download(
    vehicle: VehicleLink, mission_type: MissionType, listener: Listener = ignore, stage: str = "download"
) -> Mission:
    """Reads one list from the vehicle.

    Raises:
        NoAnswer, Refused: as the protocol ends.
    """
    label = f"{stage} {mission_type.name.lower()}"
    return await vehicle.run(
        ItemDownload(mission_type),
        on_progress=lambda done, total: listener(Progress(vehicle.name, label, done, total)),
    )


async def put(vehicle: VehicleLink, mission: Mission, listener: Listener = ignore) -> Transfer:
    """Uploads a list, reads it back and compares.

    Raises:
        Refused: the vehicle does not take an item; the message names it.
        Mismatch: what it holds differs; the message names the first difference.
        NoAnswer: the link failed.
    """
    kind = mission.mission_type.name.lower()
    began = time.monotonic()
    report = await vehicle.run(
        ItemUpload(mission),
        on_progress=lambda done, total: listener(Progress(vehicle.name, f"upload {kind}", done, total)),
    )
    on_board = await download(vehicle, mission.mission_type, listener, "read back")
    difference = first_difference(mission, on_board)
    if difference is not None:
        raise Mismatch(
            f"{vehicle.name}: the {kind} read back differs from what was sent: {difference}",
            hint="upload again; if it stays so, the autopilot changes this item and the plan must be written otherwise",
        )
    return Transfer(len(mission), round(time.monotonic() - began, 3), report.resent, verified=True)
