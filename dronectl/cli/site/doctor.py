"""``dronectl doctor``: what is here, so that the next command does not fail for want of it."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.errors import IdentityError, InputError

if TYPE_CHECKING:
    from dronectl.link.fleet_link import Identity
    from dronectl.model.site import Site

PATIENCE_S = 1.0
"""For one link: connecting and hearing the first byte."""
IDENTITY_PATIENCE_S = 2.0
"""For the drones of one link to tell who they are."""

_SITL_VARIABLE = "DRONECTL_ARDUCOPTER"
_MAVLINK_STARTS = frozenset({0xFD, 0xFE})
_PACKAGES = ("click", "dronekit2", "numpy", "pymavlink", "pyproj", "pyserial", "rich", "shapely")


class LinkState(TypedDict):
    """One link of the workspace: whose it is and what was heard there. ``answers`` is None where nobody can ask;
    ``firmware`` is ArduCopter's version by drone, of those that told it; ``identity_errors`` says likewise who is
    another aircraft than the one of that name."""

    link: str
    drones: list[str]
    answers: bool | None
    found: str
    firmware: dict[str, str]
    identity_errors: dict[str, str]


@click.command()
@command_options(links=True)
def doctor(app: App) -> int:
    """Show what is here: versions, serial ports, links that answer, the ArduPilot simulator, workspace errors.

    Ends with exit code 2 when the workspace has errors, with 5 when another aircraft answers than the one recorded. A
    link that does not answer is only shown.
    """
    from dronectl.model.ardupilot.vehicle_settings import firmware_remarks

    workspace, site, errors = _workspace(app)
    links = _links(site) if site else []
    simulator = _simulator()
    if app.json:
        app.print_json(
            {
                "python": platform.python_version(),
                "platform": platform.platform(),
                "packages": dict(_versions()),
                "serial_ports": dict(_serial_ports()),
                "arducopter": simulator,
                "workspace": workspace,
                "links": links,
                "errors": errors,
            }
        )
        return _exit_code(links, errors if workspace else [])
    echo(f"python      {platform.python_version()} on {platform.platform()}")
    echo("packages    " + ", ".join(f"{name} {version or 'MISSING'}" for name, version in _versions()))
    ports = [f"{device} ({description})" for device, description in _serial_ports()]
    echo("serial      " + (", ".join(ports) or "no port"))
    echo(
        "arducopter  "
        + (simulator or f"not found: 'dronectl sim install', or set {_SITL_VARIABLE} (only for --backend ardupilot)")
    )
    echo(f"workspace   {workspace or 'none'}" + (f" · {site.name}" if site else ""))
    for line in errors:
        echo(f"  error: {line}")
    for state in links:
        told = "".join(f", {name} is ArduCopter {version}" for name, version in state["firmware"].items())
        echo(f"link        {state['link']} ({', '.join(state['drones'])}): {state['found']}{told}")
        for doubt in state["identity_errors"].values():
            echo(f"  error: {doubt}")
    for remark in firmware_remarks({name: of for state in links for name, of in state["firmware"].items()}):
        echo(f"firmware    {remark}")
    return _exit_code(links, errors if workspace else [])


def _exit_code(links: Sequence[LinkState], errors: Sequence[str]) -> int:
    if errors:
        return InputError.exit_code
    return IdentityError.exit_code if any(state["identity_errors"] for state in links) else 0


def _workspace(app: App) -> tuple[str | None, Site | None, list[str]]:
    """The workspace's folder, its site when it is sound, and its errors."""
    from dronectl.errors import InputErrors
    from dronectl.site.root import find_workspace

    try:
        root = find_workspace(app.workspace)
    except InputError as error:
        if app.workspace is not None:
            raise
        return None, None, [error.message]
    try:
        return str(root), app.site(), []
    except InputErrors as error:
        return str(root), None, list(error.problems)


def _versions() -> Iterator[tuple[str, str | None]]:
    from importlib.metadata import PackageNotFoundError, version

    from dronectl import __version__

    yield "dronectl", __version__
    for package in _PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            yield package, None


def _serial_ports() -> Iterator[tuple[str, str]]:
    from serial.tools import list_ports

    for port in sorted(list_ports.comports()):
        yield port.device, port.description or ""


def _simulator() -> str | None:
    """The ArduPilot SITL binary that ``sim start --backend ardupilot`` would take."""
    from dronectl.sim.ardupilot.binary import find_binary

    named = os.environ.get(_SITL_VARIABLE)
    try:
        return str(find_binary())
    except InputError:
        return f"{named} ({_SITL_VARIABLE}) cannot be run" if named else None


def _links(site: Site) -> list[LinkState]:
    """Every link of the fleet, asked at the same time."""
    from dronectl.ops.identity.identity import not_the_recorded

    drones_of: dict[str, dict[int, str]] = {}
    recorded = {drone.name: (drone.system_id, drone.uid) for drone in site.drones}
    for drone in site.drones:
        for link in drone.links:
            drones_of.setdefault(link, {})[drone.system_id] = drone.name
    with ThreadPoolExecutor(max_workers=min(16, len(drones_of))) as pool:
        answers = list(pool.map(probe, drones_of, drones_of.values(), repeat(site.drones[0].station.system_id)))
    states: list[LinkState] = []
    for (link, drones), (answers_, found, who) in zip(drones_of.items(), answers, strict=True):
        doubts = {}
        for name, identity in who.items():
            system_id, uid = recorded[name]
            if doubt := not_the_recorded(name, system_id, identity.uid, uid):
                doubts[name] = doubt.message
        firmware = {name: identity.firmware for name, identity in who.items()}
        names = list(drones.values())
        states.append(
            LinkState(link=link, drones=names, answers=answers_, found=found, firmware=firmware, identity_errors=doubts)
        )
    return states


def probe(link: str, drones: Mapping[int, str], station_id: int) -> tuple[bool | None, str, dict[str, Identity]]:
    """Whether MAVLink is heard on a link, in words what was found, and who these drones (by system id) are as far as
    they tell it. Only a TCP server can be asked without harm."""
    scheme, _, _ = link.partition(":")
    if (held := _held(link)) is not None:
        return *held, {}
    if scheme == "serial":
        return *_probe_serial(link), {}
    if scheme == "shared":
        return None, "not asked: a station on another computer, which commands join", {}
    if scheme != "tcp":
        return None, "not asked: the vehicle opens this link when it sends", {}
    url = urlsplit(link)
    deadline_s = time.monotonic() + PATIENCE_S
    try:
        with socket.create_connection((url.hostname or "", url.port or 0), timeout=PATIENCE_S) as connection:
            connection.settimeout(max(0.05, deadline_s - time.monotonic()))
            heard = connection.recv(300)
            is_mavlink = not _MAVLINK_STARTS.isdisjoint(heard)
            who = _identities(connection, drones, station_id) if is_mavlink else {}
    except TimeoutError:
        return False, f"nothing heard in {PATIENCE_S:g} s", {}
    except OSError as error:
        return False, f"no answer: {error.strerror or error}", {}
    if is_mavlink:
        return True, "MAVLink answers", who
    words = "something else than MAVLink answers" if heard else "closed at once: perhaps another program holds it"
    return False, words, {}


def _held(link: str) -> tuple[bool, str] | None:
    """What its owner says of a link that another command has open: there is no second place at the port."""
    from dronectl.errors import DronectlError
    from dronectl.link.sharing.ownership import ownership_of
    from dronectl.link.transport.url import parse_link

    try:
        found = asyncio.run(ownership_of(parse_link(link)))
    except DronectlError:
        return None
    if found.owner is None:
        return None
    return found.is_up, f"{'open' if found.is_up else found.problem}; {found.owner} shares it"


def _identities(connection: socket.socket, drones: Mapping[int, str], station_id: int) -> dict[str, Identity]:
    from dronectl.link.identity_query import ask_identities

    try:
        told = ask_identities(connection, drones.keys(), station_id, IDENTITY_PATIENCE_S)
    except OSError:
        return {}
    return {drones[system_id]: identity for system_id, identity in told.items() if system_id in drones}


def _probe_serial(link: str) -> tuple[bool | None, str]:
    device = re.sub(r"^serial:(//)?", "", link).partition("?")[0]
    present = device in {port for port, _ in _serial_ports()} or Path(device).exists()
    return (None, "the port is there; not asked") if present else (False, "there is no such port")
