"""What was on board outlasts the program: written whole, read back the same, open until the end is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dronectl.errors import InputError
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.ops.items.backup import Backup
from dronectl.ops.items.backup_folder import (
    BACKUP_FILE,
    close_backup,
    close_superseded,
    open_backups,
    read_backup,
    restore_command,
    write_backup,
)
from dronectl.ops.parameters.parameter_transaction import ParameterBackup
from dronectl.protocol.param.parameters import Parameter, ParameterType
from dronectl.protocol.vehicle.identity import Identity

HOME = MissionItem(Command.NAV_WAYPOINT, 0, lat_e7=160_529_001, lon_e7=1_036_503_003, altitude_m=145.07)
MISSION = Mission(
    (
        HOME,
        MissionItem(Command.NAV_TAKEOFF, 3, altitude_m=30.12),
        MissionItem(Command.DO_CHANGE_SPEED, 0, 1.0, 7.300000190734863, -1.0),
        MissionItem(Command.NAV_WAYPOINT, 3, 15.0, lat_e7=-160_529_007, lon_e7=-1_036_503_009, altitude_m=-3.33),
    )
)
FENCE = Mission(
    (
        MissionItem(Command.FENCE_RETURN_POINT, 3, lat_e7=1, lon_e7=2),
        MissionItem(Command.FENCE_CIRCLE_EXCLUSION, 3, 15.5, lat_e7=3, lon_e7=4),
    ),
    MissionType.FENCE,
)
RALLY = Mission((), MissionType.RALLY)
PARAMETERS = {
    "RTL_ALT": Parameter("RTL_ALT", 1500, ParameterType.INT32),
    "FENCE_ALT_MAX": Parameter("FENCE_ALT_MAX", 0.30000001192092896, ParameterType.REAL32),
}


def backup_of(drone: str, *missions: Mission, uid: str | None = "ab" * 18) -> Backup:
    held = {mission.mission_type: mission for mission in missions}
    parameters = ParameterBackup(wanted=dict.fromkeys(PARAMETERS, 0.0), held=dict(PARAMETERS))
    identity = Identity(uid, "4.5.6", 0)
    return Backup(drone, 1, "tcp://127.0.0.1:5760", identity, {}, parameters, held)


def test_what_is_read_is_what_was_held(tmp_path: Path) -> None:
    folder = write_backup(tmp_path, "push", "Somchai", [backup_of("alpha", MISSION, FENCE, RALLY), backup_of("bravo")])
    alpha, bravo = read_backup(folder)
    assert (alpha.drone, alpha.system_id, alpha.uid) == ("alpha", 1, "ab" * 18)
    assert alpha.items == {MissionType.MISSION: MISSION, MissionType.FENCE: FENCE, MissionType.RALLY: RALLY}
    assert alpha.parameters["RTL_ALT"] == 1500
    assert alpha.parameters["FENCE_ALT_MAX"] == pytest.approx(0.3, rel=1e-7)
    assert bravo.items == {}


def test_a_mission_of_nothing_but_home_and_one_of_nothing_at_all_are_two_things(tmp_path: Path) -> None:
    folder = write_backup(tmp_path, "push", "", [backup_of("a", Mission((HOME,))), backup_of("b", Mission(()))])
    assert [len(state.items[MissionType.MISSION]) for state in read_backup(folder)] == [1, 0]


def test_it_is_open_until_every_drones_end_is_known(tmp_path: Path) -> None:
    folder = write_backup(tmp_path, "push", "", [backup_of("alpha", MISSION), backup_of("bravo", MISSION)])
    (found,) = open_backups(tmp_path)
    assert (found.path, found.action, found.drones) == (folder, "push", ("alpha", "bravo"))
    close_backup(folder, {"alpha": "what it was given"})
    (found,) = open_backups(tmp_path)
    assert found.drones == ("bravo",)
    assert "bravo may hold a mixture of old and new" in found.description()
    assert restore_command(folder) in found.description()
    close_backup(folder, {"bravo": "what it held before"})
    assert open_backups(tmp_path) == []
    assert len(read_backup(folder)) == 2, "it may be put back later all the same"


def test_a_later_push_settles_what_it_wrote_anew_and_nothing_else(tmp_path: Path) -> None:
    write_backup(tmp_path, "push", "", [backup_of("alpha", MISSION, FENCE), backup_of("bravo", MISSION)])
    close_superseded(tmp_path, "alpha", [MissionType.MISSION], PARAMETERS)
    close_superseded(tmp_path, "alpha", [MissionType.MISSION, MissionType.FENCE], ["RTL_ALT"])
    assert [found.drones for found in open_backups(tmp_path)] == [("alpha", "bravo")]
    close_superseded(tmp_path, "alpha", [MissionType.MISSION, MissionType.FENCE, MissionType.RALLY], PARAMETERS)
    assert [found.drones for found in open_backups(tmp_path)] == [("bravo",)]


def test_a_folder_that_was_not_written_to_its_end_belongs_to_a_push_that_wrote_nothing(tmp_path: Path) -> None:
    folder = write_backup(tmp_path, "push", "", [backup_of("alpha", MISSION)])
    (folder / BACKUP_FILE).unlink()
    assert open_backups(tmp_path) == []
    with pytest.raises(InputError, match="no such file"):
        read_backup(folder)


def test_a_backup_that_someone_changed_does_not_go_back(tmp_path: Path) -> None:
    folder = write_backup(tmp_path, "push", "", [backup_of("alpha", MISSION)])
    path = folder / "alpha-mission.waypoints"
    path.write_text(path.read_text(encoding="utf-8").replace("30.12", "10.12"), encoding="utf-8")
    with pytest.raises(InputError, match="is not what was backed up"):
        read_backup(folder)


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"format": "dronectl backup", "version": 2, "drones": []}'])
def test_what_is_no_backup_is_refused_and_stops_nobody(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "backup-x"
    folder.mkdir()
    (folder / BACKUP_FILE).write_text(text, encoding="utf-8")
    assert open_backups(tmp_path) == []
    with pytest.raises(InputError, match=r"is no backup of dronectl|no JSON"):
        read_backup(folder)


def _edited(value: object, *keys: str | int) -> Callable[[Any], None]:
    def edit(document: Any) -> None:
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (_edited(1, "drones"), "drones: found 1, a list is wanted"),
        (_edited([7], "drones"), r"drones\[0\]: found 7, an object is wanted"),
        (_edited("../../x", "drones", 0, "name"), r"drones\[0\]\.name: found \"\.\./\.\./x\", the name of a drone"),
        (_edited("one", "drones", 0, "system_id"), r"drones\[0\]\.system_id: found \"one\", a number is wanted"),
        (_edited("yes", "drones", 0, "open"), r"drones\[0\]\.open: found \"yes\", true or false is wanted"),
        (_edited("../x.param", "drones", 0, "parameters", "file"), r"parameters\.file: found \"\.\./x\.param\""),
        (_edited(None, "drones", 0, "mission", "sha256"), r"mission\.sha256: found null, a text is wanted"),
        (_edited(3, "action"), "action: found 3, a text is wanted"),
    ],
)
def test_a_backup_edited_by_hand_says_where_it_is_wrong(
    tmp_path: Path, edit: Callable[[Any], None], words: str
) -> None:
    folder = write_backup(tmp_path, "push", "", [backup_of("alpha", MISSION)])
    document = json.loads((folder / BACKUP_FILE).read_text(encoding="utf-8"))
    edit(document)
    (folder / BACKUP_FILE).write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_backup(folder)
    assert open_backups(tmp_path) == []


def test_a_list_of_another_kind_is_not_taken_for_the_one_that_was_kept(tmp_path: Path) -> None:
    wrong = backup_of("alpha")
    wrong.held[MissionType.MISSION] = replace(FENCE)
    folder = write_backup(tmp_path, "push", "", [wrong])
    with pytest.raises(InputError, match="no mission items in it"):
        read_backup(folder)
