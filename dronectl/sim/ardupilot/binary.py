"""Which ``arducopter`` program is run: one that is named, one on the path, or one that was installed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dronectl.errors import InputError
from dronectl.sim.vehicle.firmware import Firmware
from dronectl.storage.files import real_path

BINARY_VARIABLE = "DRONECTL_ARDUCOPTER"
CACHE_VARIABLE = "DRONECTL_CACHE"
PROGRAM = "arducopter"
RECORD = "install.json"


@dataclass(frozen=True, slots=True)
class Installed:
    """A program that ``sim install`` fetched, as its record has it."""

    version: str
    path: Path
    sha256: str
    url: str

    @property
    def number(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.split("."))


def binary_variable(firmware: Firmware | None) -> str:
    """The environment variable that names the program: DRONECTL_ARDUCOPTER, of one release DRONECTL_ARDUCOPTER_4_7."""
    return f"{BINARY_VARIABLE}_{firmware.series.replace('.', '_')}" if firmware else BINARY_VARIABLE


def cache_folder() -> Path:
    """Where programs are kept, of this user: DRONECTL_CACHE, or where the system has such things."""
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "dronectl" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "dronectl"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dronectl"


def installed() -> list[Installed]:
    """All of them, the newest first; what has no whole record is none."""
    found = []
    for record in sorted(cache_folder().glob(f"ardupilot/copter-*/{RECORD}")):
        try:
            told = json.loads(record.read_text(encoding="utf-8"))
            one = Installed(str(told["version"]), record.with_name(PROGRAM), str(told["sha256"]), str(told["url"]))
            found.append((one.number, one))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return [one for _, one in sorted(found, key=lambda pair: pair[0], reverse=True)]


def find_binary(firmware: Firmware | None = None, named: str | None = None) -> Path:
    """The program: ``named``, else by DRONECTL_ARDUCOPTER, on the path, or installed; of one release, one of it.

    Raises:
        InputError: there is none, or an installed one was changed.
    """
    variable = binary_variable(firmware)
    if named is not None:
        return _program(named, f"--binary {named}")
    if by_variable := os.environ.get(variable):
        return _program(by_variable, f"{variable} names '{by_variable}', which")
    if firmware is None and (on_path := shutil.which(PROGRAM)):
        return real_path(Path(on_path))
    for one in installed():
        if firmware is None or one.number[:2] == firmware.version[:2]:
            return _unchanged(one)
    which = f"{firmware.series} " if firmware else ""
    where = f"{variable} is not set" + ("" if firmware else f", no '{PROGRAM}' is on the PATH")
    raise InputError(
        f"ArduPilot SITL {which}was not found: {where}, and none is installed",
        hint=_how_to_get_it(firmware),
    )


def binaries_of(switches: Sequence[str], names: Sequence[str]) -> Mapping[str, str]:
    """What ``--binary [DRONE=]PATH`` names, by drone; one for a drone comes before one for all.

    Raises:
        InputError: no such drone.
    """
    by_name: dict[str, str] = {}
    for switch in sorted(switches, key=lambda one: one.partition("=")[0] in names):
        name, is_one, path = switch.partition("=")
        if is_one and name in names:
            by_name[name] = path
        elif is_one and not Path(switch).exists():
            raise InputError(f"--binary {switch}: no drone '{name}'", hint=f"the fleet is: {', '.join(names)}")
        else:
            by_name.update(dict.fromkeys(names, switch))
    return by_name


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _program(name: str, told: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise InputError(f"ArduPilot SITL was not found: {told} is no program", hint=_how_to_get_it(None))
    return real_path(Path(found))


def _how_to_get_it(firmware: Firmware | None) -> str:
    release = f" {firmware.series}" if firmware else ""
    return (
        f"'dronectl sim install{release}' fetches the official one, or build it "
        f"('./waf configure --board sitl && ./waf copter') and set {binary_variable(firmware)} to the binary"
    )


def _unchanged(one: Installed) -> Path:
    """A program from the net is run only as it came."""
    try:
        is_as_it_came = sha256_of(one.path) == one.sha256
    except OSError as error:
        raise InputError(f"{one.path}: {error.strerror}", hint=f"'dronectl sim install {one.version}'") from error
    if not is_as_it_came:
        raise InputError(
            f"{one.path} is not what was installed: its SHA-256 is another",
            hint=f"'dronectl sim install {one.version} --again' fetches it anew",
        )
    return one.path
