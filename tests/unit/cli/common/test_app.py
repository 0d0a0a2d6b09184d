from __future__ import annotations

import json
from pathlib import Path

import pytest
from repository import REPOSITORY

from dronectl.cli.common.app import App, as_json
from dronectl.errors import InputError


def test_what_is_no_number_becomes_null() -> None:
    document = {"a": float("nan"), "b": [1.5, float("inf")], "c": {"d": (float("-inf"),)}, "e": Path("x"), "f": True}
    assert json.loads(as_json(document)) == {"a": None, "b": [1.5, None], "c": {"d": [None]}, "e": "x", "f": True}


@pytest.mark.parametrize(
    ("given", "bravo"),
    [
        ("tcp://10.0.0.1:5760", "tcp://10.0.0.1:5760"),
        ("bravo=udpin://0.0.0.0:14550", "udpin://0.0.0.0:14550"),
        ("serial:COM7?baud=57600", "serial:COM7?baud=57600"),
        ("bravo=serial:///dev/ttyUSB0?baud=57600", "serial:///dev/ttyUSB0?baud=57600"),
    ],
)
def test_a_link_is_given_for_one_or_for_all(given: str, bravo: str) -> None:
    drones = App(workspace=REPOSITORY, links=(given,)).drones()
    assert next(drone.link for drone in drones if drone.name == "bravo") == bravo


def test_a_link_for_a_drone_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="no drone 'delta'"):
        App(workspace=REPOSITORY, links=("delta=tcp://10.0.0.1:5760",)).drones()
