"""Files from anyone: found, of a sane size, UTF-8 where they are text, or one clear line that says what is wrong."""

from __future__ import annotations

import stat
from pathlib import Path, PurePosixPath

from dronectl.errors import InputError

MAX_BYTES = 16 * 1024 * 1024
"""Larger than any mission, plan or file of a workspace; guards against a video given by mistake."""


def read_text(path: Path, *, shown_as: str | None = None, max_bytes: int = MAX_BYTES) -> str:
    """The file's text, without a byte order mark, with its own line ends. ``shown_as``: what errors call it.

    Raises:
        InputError: no such file, a folder, a pipe or device, too large, UTF-16, binary, or not UTF-8.
    """
    data = read_bytes(path, shown_as=shown_as, max_bytes=max_bytes)
    return decode(data, source=shown_as or str(path))


def read_bytes(path: Path, *, shown_as: str | None = None, max_bytes: int = MAX_BYTES) -> bytes:
    """The file's bytes; never more of them are read than are allowed.

    Raises:
        InputError: no such file, a folder, a pipe or device, or too large.
    """
    name = shown_as or str(path)
    require_file(path, shown_as=name)
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise unreadable(name, error) from error
    if len(data) > max_bytes:
        raise InputError(f"{name}: larger than {max_bytes // 1024 // 1024} MB")
    return data


def is_out_of(name: str) -> bool:
    """Whether a name that a workspace's file gives leads out of the workspace, on any system."""
    path = PurePosixPath(name)
    return not name or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name


def require_file(path: Path, *, shown_as: str | None = None) -> None:
    """Asked before a file is opened: a pipe that nobody writes to, and many a device, would never answer.

    Raises:
        InputError: no such file, a folder, a pipe, a device or a socket.
    """
    name = shown_as or str(path)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise unreadable(name, error) from error
    if stat.S_ISDIR(mode):
        raise InputError(f"{name}: is a folder, a file is wanted")
    if not stat.S_ISREG(mode):
        raise InputError(f"{name}: is a {_kind(mode)}, a file is wanted", hint="save what it gives in a file first")


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "pipe"
    return "socket" if stat.S_ISSOCK(mode) else "device"


def unreadable(name: str | Path, error: OSError | ValueError) -> InputError:
    """What the system said of a file that was to be read, as an error that names it."""
    if isinstance(error, FileNotFoundError):
        return InputError(f"{name}: no such file")
    return InputError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}")


def decode(data: bytes, *, source: str) -> str:
    """Bytes as UTF-8 text.

    Raises:
        InputError: UTF-16, binary, or not UTF-8.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{source}: is UTF-16 text", hint="save it again as UTF-8")
    if b"\0" in data:
        raise InputError(f"{source}: is a binary file, text is wanted")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: byte {error.start} is not UTF-8 text", hint="save it again as UTF-8") from error
