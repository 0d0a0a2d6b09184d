from __future__ import annotations

import pytest

from dronectl.errors import InputError
from dronectl.link.transport.url import LinkKind, LinkUrl, parse_link


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("tcp://127.0.0.1:5760", LinkUrl(LinkKind.TCP, "127.0.0.1", 5760)),
        ("TCP://drone.local:5760", LinkUrl(LinkKind.TCP, "drone.local", 5760)),
        ("tcpin://0.0.0.0:5760", LinkUrl(LinkKind.TCP_IN, "0.0.0.0", 5760)),
        ("udpin://[::]:14550", LinkUrl(LinkKind.UDP_IN, "::", 14550)),
        ("udpout://[fe80::1]:14550/", LinkUrl(LinkKind.UDP_OUT, "fe80::1", 14550)),
        (" udpin://0.0.0.0:14550 ", LinkUrl(LinkKind.UDP_IN, "0.0.0.0", 14550)),
        ("serial:///dev/ttyUSB0?baud=115200", LinkUrl(LinkKind.SERIAL, device="/dev/ttyUSB0", baud=115200)),
        ("serial:/dev/cu.usbmodem1", LinkUrl(LinkKind.SERIAL, device="/dev/cu.usbmodem1", baud=57600)),
        ("serial:COM7?baud=57600", LinkUrl(LinkKind.SERIAL, device="COM7", baud=57600)),
        ("serial://com7", LinkUrl(LinkKind.SERIAL, device="COM7")),
        ("serial:///COM12?baud=921600", LinkUrl(LinkKind.SERIAL, device="COM12", baud=921600)),
    ],
)
def test_links_are_read_and_written_again(text: str, link: LinkUrl) -> None:
    assert parse_link(text) == link
    assert parse_link(str(link)) == link


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "names no kind of link"),
        ("127.0.0.1:5760", "'127.0.0.1' is no kind of link"),
        ("http://a:1", "'http' is no kind of link"),
        ("tcp:127.0.0.1:5760", "'//' is missing"),
        ("tcp://127.0.0.1", "no port"),
        ("tcp://:5760", "no host"),
        ("tcp://host:0", "port 0"),
        ("tcp://host:99999", "(?i)port out of range"),
        ("tcp://host:abc", "(?i)port"),
        ("tcp://host:5760/path", "only a host and a port"),
        ("tcp://user@host:5760", "only a host and a port"),
        ("udpin://[::1:14550", "(?i)ipv6"),
        ("serial:", "no serial port"),
        ("serial:///dev/ttyUSB0?baud=fast", "no baud rate"),
        ("serial:COM7?baud=0", "no baud rate"),
        ("serial:COM7?baud=" + "9" * 5000, "no baud rate"),
        ("serial:COM7?parity=even", "unknown option 'parity'"),
        ("serial:COM7?baud", "not baud=NUMBER"),
    ],
)
def test_wrong_links_say_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        parse_link(text)
    assert "tcp://host:port" in caught.value.hint
