"""``[tak]`` of dronectl.toml."""

from __future__ import annotations

from typing import Any

import pytest

from dronectl.errors import InputErrors
from dronectl.model.tak.settings import TakTransport, Told
from dronectl.site.workspace import load_site, load_tak

TABLE = '[tak]\nurl = "tls://tak.example.org:8089"\ncallsign = "ร้อยเอ็ด"\n'


def test_there_is_none_unless_it_is_said(spoiled: Any) -> None:
    assert load_tak(spoiled.root) is None
    assert load_site(spoiled.root).tak is None


def test_the_server_and_defaults(spoiled: Any) -> None:
    spoiled.edit("dronectl.toml", "[site]", f"{TABLE}\n[site]")
    found = load_tak(spoiled.root)
    assert (found.transport, found.host, found.port) == (TakTransport.TLS, "tak.example.org", 8089)
    assert (found.url, found.callsign) == ("tls://tak.example.org:8089", "ร้อยเอ็ด")
    assert (found.tells, found.officers, found.officers_margin_m, found.rate_hz) == (tuple(Told), True, 15.0, 1.0)
    assert load_site(spoiled.root).tak == found


@pytest.mark.parametrize(
    ("url", "host", "port"), [("tcp://[::1]:8087", "::1", 8087), ("udp://239.2.3.1:6969", "239.2.3.1", 6969)]
)
def test_other_ways(url: str, host: str, port: int, spoiled: Any) -> None:
    spoiled.edit("dronectl.toml", "[site]", f'[tak]\nurl = "{url}"\ncallsign = "R"\ntells = ["drones"]\n\n[site]')
    found = load_tak(spoiled.root)
    assert (found.host, found.port, found.url, found.tells) == (host, port, url, (Told.DRONES,))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("tls://tak.example.org:8089", "https://tak.example.org", "url: found 'https://tak.example.org', allowed tcp"),
        ("tls://tak.example.org:8089", "tcp://tak.example.org:0", "url: found 'tcp://tak.example.org:0', allowed tcp"),
        ("tls://tak.example.org:8089", "tcp://tak.example.org:99999", "url: found"),
        ("tls://tak.example.org:8089", "udp://10.0.0.1:6969", "allowed udp://239.2.3.1:6969, a group's address"),
        ("ร้อยเอ็ด", "<x>", "callsign: found '<x>', allowed a name"),
        ("[tak]", '[tak]\ntells = ["drones", "pilots"]', "tells: found 'pilots', allowed"),
        ("[tak]", '[tak]\npassword = "x"', "password: found an unknown key"),
        ("[tak]", '[tak]\npassword_env = "X"', "client_p12_file: found nothing, allowed a file where there is a pass"),
        ("[tak]", '[tak]\nclient_key_file = "k"', "client_cert_file: found nothing, allowed a file"),
        ("[tak]", '[tak]\nclient_cert_file = "c"\nclient_p12_file = "p"', "client_p12_file: found beside"),
        ("[tak]", '[tak]\ninterface = "10.0.0.1"', "interface: found with another url than udp://"),
        ('url = "tls', 'ca_file = "ca.pem"\nurl = "tcp', "ca_file: found with another url than tls://"),
        ("[tak]", "[tak]\nofficers_margin_m = -1", "officers_margin_m: found -1, allowed a number from 0 to 500"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(old: str, new: str, problem: str, spoiled: Any) -> None:
    spoiled.edit("dronectl.toml", "[site]", f"{TABLE}\n[site]")
    spoiled.edit("dronectl.toml", old, new)
    with pytest.raises(InputErrors) as caught:
        load_tak(spoiled.root)
    assert any(problem in line for line in caught.value.problems), caught.value.problems
