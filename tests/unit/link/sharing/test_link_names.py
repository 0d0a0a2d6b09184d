"""Two URLs that want one port are one link between processes; others are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dronectl.link.sharing.link_name import link_name
from dronectl.link.transport.url import parse_link


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("tcp://localhost:5760", "tcp://127.0.0.1:5760", True),
        ("tcp://127.0.0.1:5760", "tcp://127.0.0.1:5761", False),
        ("tcp://Radio:5760", "tcp://radio:5760", True),
        ("udpin://0.0.0.0:14550", "udpin://127.0.0.1:14550", True),
        ("udpin://0.0.0.0:14550", "tcpin://0.0.0.0:14550", False),
        ("udpout://127.0.0.1:14550", "udpin://127.0.0.1:14550", False),
        ("serial:COM7?baud=57600", "serial:com7?baud=115200", True),
        ("serial:COM7", "serial:COM8", False),
    ],
)
def test_names(one: str, other: str, same: bool) -> None:
    assert (link_name(parse_link(one)) == link_name(parse_link(other))) is same


def test_a_serial_port_by_another_name_is_the_same_port(tmp_path: Path) -> None:
    """As /dev/serial/by-id has them."""
    (tmp_path / "ttyUSB0").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyUSB0")
    names = {link_name(parse_link(f"serial://{tmp_path}/{name}")) for name in ("ttyUSB0", "by-id")}
    assert len(names) == 1
