"""Reading and writing the workspace's files: text is UTF-8, and a written file is whole or not there at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from dronectl.errors import InputError, StorageError

MAX_TEXT_BYTES = 8_000_000
"""A larger text file is no workspace file but a mistake."""


def write_atomic(path: Path, data: bytes | str | Iterable[bytes]) -> None:
    """Write ``data`` (text as UTF-8, line ends as given; or pieces of it) beside ``path`` and move it into place.

    A crash or a full disk leaves the old file as it was. What a symbolic link points to is replaced, not the link;
    a device (``/dev/stdout``) is written to.

    Raises:
        StorageError: it could not be written.
    """
    whole = data.encode("utf-8") if isinstance(data, str) else data
    pieces = (whole,) if isinstance(whole, bytes) else whole
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            with target.open("wb") as device:
                device.writelines(pieces)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, pieces)
    except OSError as error:
        raise StorageError(
            f"{path}: {error.strerror or error}", hint="check the path, its permissions and the free space"
        ) from error


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    temporary = target.with_name(f".{target.name[:40]}.{os.urandom(4).hex()}.part")
    try:
        with temporary.open("xb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def sync_folder(path: Path) -> None:
    """Makes the names of a folder outlast a power cut, where the system can (Windows cannot, and need not)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_text(path: Path, *, shown_as: str) -> tuple[str, bytes]:
    """The file's text, without a byte order mark and with ``\\n`` line ends, and its bytes.

    Raises:
        InputError: not readable, too large, or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        raise InputError(f"{shown_as}: cannot be read: {error.strerror or error}") from error
    if len(data) > MAX_TEXT_BYTES:
        raise InputError(f"{shown_as}: found more than {MAX_TEXT_BYTES // 1_000_000} MB, allowed less")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{shown_as}: found bytes that are not UTF-8 text at byte {error.start}, allowed UTF-8"
        ) from error
    return text.replace("\r\n", "\n"), data
