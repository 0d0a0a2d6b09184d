"""What a vehicle calls its parameters differs by firmware, so it stands in one table, and in the simulator."""

from __future__ import annotations

import re

import pytest
from repository import PACKAGE

from dronectl.model.ardupilot.parameter_renames import all_renames
from dronectl.model.ardupilot.vehicle_settings import Setting, names_of
from dronectl.sim.vehicle.firmware import FIRMWARES, Firmware, in_terms_of
from dronectl.sim.vehicle.outbox import Outbox
from dronectl.sim.vehicle.parameters import Parameters
from dronectl.sim.vehicle.world_parameters import World

TABLES = {
    "model/ardupilot/vehicle_settings.py",
    "model/ardupilot/parameter_renames.py",
    "model/ardupilot/parameter_owners.py",
}
OF_THE_SIMULATOR = {"sim/vehicle/world_parameters.py", "sim/vehicle/firmware.py", *TABLES}
SIM_WORD = re.compile(r"\bSIM_[A-Z0-9_]+\b")
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


def test_what_the_simulator_calls_its_parameters_stands_in_its_table() -> None:
    known = parameter_names()
    found = [
        f"{path}:{number}: {word}"
        for source in sorted(PACKAGE.rglob("*.py"))
        if (path := source.relative_to(PACKAGE).as_posix()) not in OF_THE_SIMULATOR
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1)
        for word in SIM_WORD.findall(line)
        if word in known
    ]
    assert found == []


@pytest.mark.parametrize("firmware", FIRMWARES.values(), ids=list(FIRMWARES))
def test_each_release_has_what_the_simulator_is_told(firmware: Firmware) -> None:
    stock = Parameters({}, Outbox(1), firmware)
    lacking = {World.WIND_CHANGES_IN_S, World.PACK_AH} if firmware.series == "4.5" else set()
    assert {one for one in World if next(iter(in_terms_of(firmware, {one: 0.0}))) not in stock} <= lacking
