"""What a browser may ask for."""

from __future__ import annotations

import json

import pytest

from dronectl.errors import InputError
from dronectl.ops.serving.orders.wanted import OrderName, read_choice, read_login, read_wanted

FLEET = ("alpha", "bravo")


def read(document: object) -> object:
    return read_wanted(json.dumps(document).encode(), FLEET)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"order": "arm", "drones": ["alpha"]}, "none that this page gives"),
        ({"order": ["hold"], "drones": ["alpha"]}, "none that this page gives"),
        ({"order": "hold", "drones": ["delta"]}, "no drone 'delta'"),
        ({"order": "hold", "drones": []}, "not a list of names"),
        ({"order": "hold", "drones": [["alpha"]]}, "not a list of names"),
        ({"order": "hold"}, "not a list of names"),
        ({"order": "goto", "drones": ["alpha", "bravo"], "place": "16,103"}, "one drone to one place"),
        ({"order": "goto", "drones": ["alpha"]}, "place: not a text"),
        ({"order": "goto", "drones": ["alpha"], "place": "\x1b[2J"}, "place: not a text"),
        ({"order": "goto", "drones": ["alpha"], "place": "x", "altitude_m": float("inf")}, "not a number"),
        ({"order": "goto", "drones": ["alpha"], "place": "x", "altitude_m": True}, "not a number"),
        ({"order": "dispatch"}, "incident: not a text"),
        ({"order": "incident add", "place": "x", "kind": "riot"}, "kind: not known"),
        ({"order": "hold", "drones": ["alpha"], "yes": True}, "unknown key 'yes'"),
        ([], "no JSON object"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(wanted: object, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(wanted)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_told(body: bytes) -> None:
    for reader in (lambda sent: read_wanted(sent, FLEET), read_choice, read_login):
        with pytest.raises(InputError, match="JSON"):
            reader(body)


def test_drones_are_named_once_in_the_order_of_the_fleet() -> None:
    wanted = read_wanted(b'{"order": "hold", "drones": ["bravo", "alpha", "bravo"]}', FLEET)
    assert (wanted.name, wanted.drones, wanted.is_ending) == (OrderName.HOLD, FLEET, True)
