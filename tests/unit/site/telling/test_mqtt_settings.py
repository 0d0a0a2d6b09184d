"""``[mqtt]`` of dronectl.toml."""

from __future__ import annotations

from typing import Any

import pytest

from dronectl.site.workspace import load_mqtt

TABLE = '[mqtt]\nhost = "broker.example.org"\ncountry = "th"\nprovince = "roi-et"\nstation = "mueang"\n'


def test_there_is_none_unless_it_is_said(spoiled: Any) -> None:
    assert load_mqtt(spoiled.root) is None


def test_topics_ports_and_defaults(spoiled: Any) -> None:
    spoiled.edit("dronectl.toml", "[site]", f"{TABLE}\n[site]")
    found = load_mqtt(spoiled.root)
    assert (found.root, found.port, found.tls, found.rate_hz) == ("v1/th/roi-et/mueang", 1883, False, 1.0)
    spoiled.edit("dronectl.toml", "[mqtt]", "[mqtt]\ntls = true")
    assert load_mqtt(spoiled.root).port == 8883


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"mueang"', '"Mueang/+"', "station: found 'Mueang/+', allowed a-z, 0-9 and '-'"),
        ('host = "broker.example.org"', 'host = "mqtt://x:1"', "host: found 'mqtt://x:1', allowed a name or address"),
        (
            "[mqtt]",
            '[mqtt]\nusername = "m"\npassword_env = "M"',
            "tls: found false, allowed true where a password goes",
        ),
        ("[mqtt]", '[mqtt]\npassword_file = "p"', "username: found nothing, allowed a name where there is a password"),
        ("[mqtt]", '[mqtt]\nca_file = "ca.pem"', "tls: found false, allowed true where there are certificates"),
        ("[mqtt]", '[mqtt]\ntls = true\nclient_key_file = "k"', "client_cert_file: found nothing, allowed a file"),
        ("[mqtt]", "[mqtt]\nrate_hz = 50", "rate_hz: found 50, allowed a number from 0.05 to 2"),
        ("[mqtt]", '[mqtt]\npassword = "x"', "password: found an unknown key"),
    ],
)
def test_what_is_wrong_is_told(spoiled: Any, old: str, new: str, problem: str) -> None:
    spoiled.edit("dronectl.toml", "[site]", f"{TABLE.replace(old, new)}\n[site]")
    assert problem in spoiled.problem()
