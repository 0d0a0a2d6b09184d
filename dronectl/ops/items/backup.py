"""What one drone held before a transaction, and what has been written to it since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dronectl.link.fleet_link import Identity
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.ops.items.transfer import Transfer
from dronectl.ops.parameters.parameter_transaction import ParameterBackup
from dronectl.protocol.mission.canonical import same_items
from dronectl.protocol.mission.results import list_name

Items = Mapping[MissionType, Mission]
KINDS = {"mission": MissionType.MISSION, "fence": MissionType.FENCE, "rally": MissionType.RALLY}
"""The three lists by the names that they have in documents."""


@dataclass(slots=True)
class Backup:
    """``held``: each list as it was read before anything was written; ``touched``: those that were written to since,
    wholly or in part; ``done``: those of them that hold the new items, read back; ``transfers``: how they got there."""

    drone: str
    system_id: int
    link: str
    identity: Identity
    wanted: Items
    parameters: ParameterBackup
    held: dict[MissionType, Mission] = field(default_factory=dict)
    touched: set[MissionType] = field(default_factory=set)
    done: set[MissionType] = field(default_factory=set)
    transfers: dict[MissionType, Transfer] = field(default_factory=dict)
    is_foreign: bool = False
    """Another aircraft answers now: nothing more is written there."""

    def changes(self, mission_type: MissionType) -> bool:
        """Whether the wanted list is another one than the drone held."""
        return not same_items(self.wanted[mission_type], self.held[mission_type])

    @property
    def is_due(self) -> bool:
        """Something is to be written to this drone."""
        return any(map(self.changes, self.wanted)) or bool(self.parameters.changes())

    @property
    def is_touched(self) -> bool:
        """Something was written to this drone."""
        return bool(self.touched or self.parameters.touched)

    def state(self, mission_type: MissionType) -> str:
        """What this list is now: ``old``, ``new`` or ``mixture``; where old and new are equal, ``new``."""
        if mission_type in self.touched:
            return "new" if mission_type in self.done else "mixture"
        return "new" if mission_type in self.held and not self.changes(mission_type) else "old"

    def on_board(self) -> str:
        """What it holds now of the wanted, in words, list by list: whatever was written, put back or left."""
        words = []
        for mission_type in sorted(self.wanted):
            state, kind = self.state(mission_type), list_name(mission_type)
            words.append(f"a mixture of the old and new {kind}" if state == "mixture" else f"the {state} {kind}")
        if self.parameters.touched:
            words.append(f"parameters that are new or old: {', '.join(sorted(self.parameters.touched))}")
        return ", ".join(words)
