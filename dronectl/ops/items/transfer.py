"""Items to and from one vehicle, with progress; an upload counts only when the read-back equals it."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.ops.common.events import Listener, Progress, ignore
from dronectl.protocol.mission.download import ItemDownload
from dronectl.protocol.mission.verified_upload import VerifiedUpload


@dataclass(frozen=True, slots=True)
class Transfer:
    """One list on one drone. ``seconds``: upload and read-back together; ``sent`` False: it was on board already."""

    items: int
    seconds: float
    resent: int
    verified: bool
    sent: bool = True

    @classmethod
    def unchanged(cls, mission: Mission) -> Transfer:
        """The read-back showed that nothing had to be sent."""
        return cls(len(mission), 0.0, 0, verified=True, sent=False)


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


async def put(vehicle: VehicleLink, mission: Mission, listener: Listener = ignore, stage: str = "upload") -> Transfer:
    """Uploads a list, reads it back and compares.

    Raises:
        Refused: the vehicle does not take an item; the message names it.
        Mismatch: what it holds differs; the message names the first difference.
        NoAnswer: the link failed.
    """
    label = f"{stage} {mission.mission_type.name.lower()}"
    done = await vehicle.run(
        VerifiedUpload(mission, firmware=vehicle.firmware),
        on_progress=lambda done, total: listener(Progress(vehicle.name, label, done, total)),
    )
    return Transfer(done.items, round(done.seconds, 3), done.resent, done.verified)
