"""What a vehicle calls its parameters differs by firmware, so it stands in one table, and in the simulator."""

from __future__ import annotations

import re

from repository import PACKAGE

from dronectl.model.ardupilot.parameter_renames import all_renames
from dronectl.model.ardupilot.vehicle_settings import Setting, names_of
from dronectl.sim.vehicle.firmware import FIRMWARES
from dronectl.sim.vehicle.outbox import Outbox
from dronectl.sim.vehicle.parameters import Parameters

TABLES = {
    "model/ardupilot/vehicle_settings.py",
    "model/ardupilot/parameter_renames.py",
    "model/ardupilot/parameter_owners.py",
}
WORD = re.compile(r"(?<![\w.])[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b")
"""Not an attribute: members of enums are no strings."""


def parameter_names() -> set[str]:
    """All that the table knows, and all that ArduCopter has, in each of its releases."""
    stock = {name for one in FIRMWARES.values() for name, _, _ in Parameters({}, Outbox(1), one).listed()}
    renames = {name for rename in all_renames() for name in (rename.old, rename.new)}
    return stock | renames | {name for setting in Setting for name in names_of(setting)}


def test_no_parameter_of_the_vehicle_is_named_outside_the_table_and_the_simulator() -> None:
    known = parameter_names()
    assert len(known) > 1700
    found = [
        f"{path}:{number}: {word}"
        for source in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.toml")])
        if not (path := source.relative_to(PACKAGE).as_posix()).startswith("sim/") and path not in TABLES
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1)
        for word in WORD.findall(line)
        if word in known
    ]
    assert found == []
