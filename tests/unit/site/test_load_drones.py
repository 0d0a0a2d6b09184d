"""The fleet alone: what an order needs, and nothing that could hold it up."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from repository import REPOSITORY

from dronectl.errors import InputErrors
from dronectl.site.workspace import load_drones, load_site


def test_it_is_the_fleet_of_the_whole_site() -> None:
    assert load_drones(REPOSITORY) == load_site(REPOSITORY).drones


def test_broken_geofences_do_not_hold_up_an_order(spoiled: Any) -> None:
    fleet = spoiled.load().drones
    spoiled.write("geofences/broken.geojson", "{")
    assert spoiled.problems()
    assert load_drones(spoiled.root) == fleet


def test_unsigned_frames_are_allowed_for_all_or_for_one(spoiled: Any) -> None:
    assert {drone.accept_unsigned for drone in load_drones(spoiled.root)} == {None}
    spoiled.edit("dronectl.toml", "[site]", "[link]\naccept_unsigned = false\n\n[site]")
    assert {drone.accept_unsigned for drone in load_drones(spoiled.root)} == {False}
    spoiled.edit("dronectl.toml", "system_id = 1", "system_id = 1\naccept_unsigned = true")
    assert next(drone.accept_unsigned for drone in load_drones(spoiled.root)) is True
    spoiled.edit("dronectl.toml", "accept_unsigned = false", 'accept_unsigned = "no"')
    assert "[link]: accept_unsigned: found 'no', allowed true or false" in spoiled.problem()


def test_who_speaks_to_the_drones_is_a_setting_that_no_drone_has(spoiled: Any) -> None:
    assert {drone.station.system_id for drone in load_drones(spoiled.root)} == {255}
    spoiled.edit("dronectl.toml", "[site]", "[link]\nsystem_id = 250\n\n[site]")
    assert {drone.station.system_id for drone in load_drones(spoiled.root)} == {250}
    spoiled.edit("dronectl.toml", "system_id = 250", "system_id = 256")
    assert "[link]: system_id: found 256, allowed a whole number from 1 to 255" in spoiled.problem()
    spoiled.edit("dronectl.toml", "system_id = 256", "system_id = 1")
    assert "system_id: found 1, which is our own ([link] system_id), allowed another" in spoiled.problem()


def test_other_ground_stations_have_names_and_ids_of_their_own(spoiled: Any) -> None:
    room = '[[link.station]]\nsystem_id = 250\nname = "ห้องควบคุม"\n'
    spoiled.edit("dronectl.toml", "[site]", f"{room}\n[site]")
    (drone,) = load_drones(spoiled.root)
    assert drone.station.name_of(250) == "ground station 250 (ห้องควบคุม)"
    assert (drone.station.find("ห้องควบคุม"), drone.station.find("251"), drone.station.find("Room")) == (250, 251, None)
    spoiled.edit("dronectl.toml", room, room + room.replace("ห้องควบคุม", "Room"))
    assert "[[link.station]] Room: found the system id or the name of another" in spoiled.problem()
    spoiled.edit("dronectl.toml", 'system_id = 250\nname = "Room"', 'system_id = 255\nname = "Room"')
    assert "[[link.station]] Room: system_id: found 255, which is our own" in spoiled.problem()
    spoiled.edit("dronectl.toml", 'system_id = 255\nname = "Room"', 'system_id = 1\nname = "Room"')
    assert "system_id: found 1, which is Room's ([[link.station]]), allowed another" in spoiled.problem()


def test_a_broken_dronectl_toml_is_told_with_every_problem(spoiled: Any) -> None:
    spoiled.edit("dronectl.toml", "system_id = 1", "system_id = 0")
    spoiled.edit("dronectl.toml", "# geoid_undulation_m = ", "geoid_undulation_m = 1000")
    with pytest.raises(InputErrors) as caught:
        load_drones(spoiled.root)
    assert len(caught.value.problems) == 2


def test_a_dronectl_toml_that_is_no_toml_is_told(spoiled: Any) -> None:
    spoiled.write("dronectl.toml", "[[[")
    with pytest.raises(InputErrors, match="1 problem"):
        load_drones(spoiled.root)


def test_homes_that_are_features_are_found(spoiled: Any) -> None:
    (drone, *_) = spoiled.load().drones
    text = (spoiled.root / "dronectl.toml").read_text(encoding="utf-8")
    head, _, fleet = text.partition("[[drone]]")
    lines = fleet.splitlines(keepends=True)
    place = next(line for line in lines if line.startswith("home"))
    lines.remove(place)
    spoiled.write("dronectl.toml", f"{head}[[drone]]{''.join(lines)}")
    point = {"type": "Point", "coordinates": [drone.home.lon_deg, drone.home.lat_deg]}
    spoiled.add_feature(point, kind="home", id="pad", drones=[drone.name], category=...)
    assert load_drones(spoiled.root)[0].home == drone.home


def test_orders_import_no_geometry_engine() -> None:
    program = (
        "import sys\n"
        "from dronectl.cli.common.app import App\n"
        f"drones = App(workspace=__import__('pathlib').Path({str(REPOSITORY)!r})).drones()\n"
        "assert len(drones) == 3\n"
        "print([name for name in ('numpy', 'shapely', 'pyproj') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
