"""A workspace whose drone has two links: the built-in fleet listens on both, and orders go over either."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from planning_sites import drones
from running_fleet import copy_workspace
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.sim.vehicle.settings import load_settings


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize(
    ("links", "port"),
    [
        (("tcp://127.0.0.1:5760",), None),
        (("tcp://127.0.0.1:5760", "tcp://127.0.0.1:5762"), 5762),
        (("serial:COM7?baud=57600", "tcp://127.0.0.1:5760", "udpin://0.0.0.0:14550", "tcp://127.0.0.1:5763"), 5763),
        (("tcp://127.0.0.1:5760", "tcp://10.0.0.7:5762"), None),
        (("tcp://127.0.0.1:5760", "tcp://127.0.0.1:5760", "tcp://127.0.0.1:99999"), None),
    ],
)
def test_the_second_tcp_link_to_the_same_host_is_the_second_serial_port(
    tmp_path: Path, links: tuple[str, ...], port: int | None
) -> None:
    from dataclasses import replace

    one = replace(drones(1)[0], link=links[0], further_links=links[1:])
    (vehicle,) = load_settings(tmp_path, [one], ground_elevation_m=145.0).vehicles
    assert (vehicle.port, vehicle.serial1_port) == (5760, port)


def test_orders_go_over_both_links_and_over_the_one_that_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_workspace(tmp_path)
    here = ["--workspace", str(root), "--drone", "alpha"]
    with virtual_fleet_behind(root, changes={"alpha": {"serial1_port": free_port()}}) as fleet:
        ports = [fleet.ports["alpha"], fleet.serial1["alpha"].port]
        both = [text for port in ports for text in ("--link", f"alpha=tcp://127.0.0.1:{port}")]
        assert run(["fleet", "status", "--json", *here, *both]) == 0
        (status,) = json.loads(capsys.readouterr().out)["drones"]
        assert [link["loss_pct"] for link in status["links"]] == [0.0, 0.0]
        assert [link["in_use"] for link in status["links"]].count(True) == 1
        dead = ["--link", f"alpha=tcp://127.0.0.1:{free_port()}"]
        assert run(["rally", "clear", "--yes", *here, *dead, *both[2:]]) == 0
        assert run(["rally", "clear", "--yes", *here, *both]) == 0
