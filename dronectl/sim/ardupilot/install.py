"""The official SITL program of a release, fetched from ArduPilot's firmware server.

The server has a folder a release and platform (``Copter/stable-4.6.3/SITL_x86_64_linux_gnu/arducopter``, and beside it
``firmware-version.txt``) and publishes no checksums: TLS proves the server, the length that the whole came, and the
SHA-256 that is written down (or asked for) that it never changes afterwards.
"""

from __future__ import annotations

import http.client
import json
import platform
import re
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dronectl.errors import DronectlError, InputError, NoAnswer, StorageError
from dronectl.model.text.shown_time import iso_z, now
from dronectl.sim.ardupilot.binary import PROGRAM, RECORD, Installed, cache_folder, installed, sha256_of
from dronectl.storage.files import write_atomic

SERVER = "https://firmware.ardupilot.org"
NEWEST = "stable"
MOST_BYTES = 200_000_000
"""Programs have about 7 MB."""
_TIMEOUT_S = 20.0
_TRIES = 4
_BLOCK_BYTES = 65_536
_PLATFORMS = {
    ("Linux", "x86_64"): "SITL_x86_64_linux_gnu",
    ("Linux", "amd64"): "SITL_x86_64_linux_gnu",
    ("Linux", "armv7l"): "SITL_arm_linux_gnueabihf",
    ("Linux", "aarch64"): "SITL_arm_linux_gnueabihf",
}
_RELEASE = re.compile(r"\d+\.\d+(\.\d+)?")
_FOLDERS = re.compile(r"stable-(\d+\.\d+\.\d+)")
_MAGIC = b"\x7fELF"

Progress = Callable[[int, int | None], None]
"""Bytes that are there, and of how many (None: the server does not say)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``version``: 4.6.3, 4.6 (its newest) or ``stable``. ``sha256``: what it must be; None: whatever comes is kept
    to. ``again``: also where it is installed."""

    version: str = NEWEST
    sha256: str | None = None
    again: bool = False
    server: str = SERVER


def install(wanted: Wanted, progress: Progress = lambda _done, _all: None) -> tuple[Installed, bool]:
    """Fetches it, or finds it installed; with whether it was fetched. What was fetched of it before is not fetched
    again.

    Raises:
        InputError: no such release, no official program for this computer, or another checksum.
        NoAnswer: the server cannot be reached. StorageError: it cannot be kept.
    """
    folder = _folder_of_platform()
    if wanted.version != NEWEST and not _RELEASE.fullmatch(wanted.version):
        raise InputError(f"no release '{wanted.version}'", hint="as in 4.6.3, 4.6 (the newest of these) or stable")
    there = _there(wanted)
    if there is not None and not wanted.again:
        return there, False
    release, base = _resolved(wanted, folder)
    there = _there(Wanted(release, wanted.sha256))
    if there is not None and not wanted.again:
        return there, False
    home = cache_folder() / "ardupilot" / f"copter-{release}"
    part = home / f"{PROGRAM}.part"
    try:
        home.mkdir(parents=True, exist_ok=True)
        url = f"{base}/{PROGRAM}"
        _fetch(url, part, progress)
        return _keep(part, home / PROGRAM, release, url, wanted.sha256), True
    except OSError as error:
        raise StorageError(f"{home}: {error.strerror or error}", hint="check its permissions and the disk") from error


def _there(wanted: Wanted) -> Installed | None:
    for one in installed():
        is_whole = one.path.is_file() and (wanted.sha256 is None or one.sha256 == wanted.sha256.lower())
        if one.version == wanted.version and is_whole:
            return one
    return None


def _folder_of_platform() -> str:
    system, machine = platform.system(), platform.machine()
    folder = _PLATFORMS.get((system, machine))
    if folder is None:
        raise InputError(
            f"there is no official ArduPilot SITL for {system} on {machine}",
            hint="build it ('./waf configure --board sitl && ./waf copter'; on Windows in WSL) and name it by --binary",
        )
    return folder


def _resolved(wanted: Wanted, folder: str) -> tuple[str, str]:
    """Which release is meant, and its folder on the server."""
    if wanted.version == NEWEST:
        base = f"{wanted.server}/Copter/{NEWEST}/{folder}"
        told = _text(f"{base}/firmware-version.txt", "a list of what the server has")
        release = _RELEASE.match(told)
        if release is None or release[1] is None:
            raise InputError(f"{base}/firmware-version.txt names no release", hint="name one: 'sim install 4.6.3'")
        return release[0], base
    if wanted.version.count(".") == 1:
        listed = _text(f"{wanted.server}/Copter/", "its list of releases")
        found = {version for version in _FOLDERS.findall(listed) if version.startswith(f"{wanted.version}.")}
        if not found:
            raise InputError(f"{wanted.server} has no release {wanted.version} of Copter", hint="name another one")
        newest = max(found, key=lambda version: tuple(map(int, version.split("."))))
        return newest, f"{wanted.server}/Copter/stable-{newest}/{folder}"
    return wanted.version, f"{wanted.server}/Copter/stable-{wanted.version}/{folder}"


class _NothingLeft(Exception):
    """The server has nothing behind what was fetched before: that may be whole, or of another file."""


def _text(url: str, what: str) -> str:
    with _opened(urllib.request.Request(url), what) as answer:
        return bytes(answer.read(1_000_000)).decode("utf-8", "replace")


def _fetch(url: str, part: Path, progress: Progress) -> None:
    """All of it into ``part``; a connection that falls is taken up where it fell."""
    for tries_left in reversed(range(_TRIES)):
        try:
            _go_on(url, part, progress)
            return
        except _NothingLeft:
            part.unlink()
        except (http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError) as error:
            if not tries_left:
                raise NoAnswer(
                    f"{url}: the connection fell ({error}) after {part.stat().st_size if part.exists() else 0:,} bytes",
                    hint="run it again: it goes on where it was cut",
                ) from error


def _go_on(url: str, part: Path, progress: Progress) -> None:
    tag = part.with_name(f"{part.name}.tag")
    have = part.stat().st_size if part.exists() and tag.exists() else 0
    request = urllib.request.Request(url)
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", tag.read_text(encoding="ascii", errors="replace").strip())
    with _opened(request, "that program") as answer:
        if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            have = 0
        length = answer.headers.get("Content-Length")
        whole = have + int(length) if length and length.isdigit() else None
        if whole is not None and whole > MOST_BYTES:
            raise InputError(
                f"{url} has {whole:,} bytes: that is no ArduPilot SITL", hint="look at the server's folder"
            )
        same = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        if same and not same.startswith("W/"):
            tag.write_text(same, encoding="ascii", errors="replace")
        with part.open("ab" if have else "wb") as file:
            while block := answer.read(_BLOCK_BYTES):
                file.write(block)
                have += len(block)
                if have > MOST_BYTES:
                    raise InputError(
                        f"{url} does not end: that is no ArduPilot SITL", hint="look at the server's folder"
                    )
                progress(have, whole)
        if whole is not None and have < whole:
            raise http.client.IncompleteRead(b"", whole - have)


def _opened(request: urllib.request.Request, what: str) -> http.client.HTTPResponse:
    try:
        return urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # type: ignore[no-any-return]
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise _NothingLeft from error
        if error.code in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.GONE):
            raise InputError(f"{request.full_url} is not there: the server does not have {what}") from error
        raise NoAnswer(f"{request.full_url}: the server answers {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise _unreachable(request.full_url, error.reason) from error
    except (TimeoutError, ConnectionError) as error:
        raise _unreachable(request.full_url, error) from error


def _unreachable(url: str, why: object) -> DronectlError:
    words = "no such host" if isinstance(why, socket.gaierror) else str(getattr(why, "strerror", None) or why)
    return NoAnswer(
        f"{url} cannot be reached: {words}",
        hint="without a network, copy an 'arducopter' here and name it by --binary or DRONECTL_ARDUCOPTER",
    )


def _keep(part: Path, program: Path, release: str, url: str, must_be: str | None) -> Installed:
    sha256 = sha256_of(part)
    with part.open("rb") as file:
        is_program = file.read(len(_MAGIC)) == _MAGIC
    tag = part.with_name(f"{part.name}.tag")
    if not is_program or (must_be is not None and sha256 != must_be.lower()):
        part.unlink()
        tag.unlink(missing_ok=True)
        what = f"its SHA-256 is {sha256}" if is_program else "it is no program"
        raise InputError(f"{url} is not what was asked for: {what}", hint="nothing was installed")
    part.chmod(0o755)
    part.replace(program)
    tag.unlink(missing_ok=True)
    told = {"version": release, "sha256": sha256, "url": url, "installed_utc": iso_z(now())}
    write_atomic(program.with_name(RECORD), json.dumps(told, indent=1) + "\n")
    return Installed(release, program, sha256, url)
