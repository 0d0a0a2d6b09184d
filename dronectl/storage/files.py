"""Files that are written: text is UTF-8, and each is whole or not there at all."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable
from pathlib import Path

from dronectl.errors import StorageError


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
        target = _target(path)
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


def is_left_over(name: str) -> bool:
    """Whether a file is what a kill left of one that was being written."""
    return name.startswith(".") and name.endswith(".part")


def real_path(path: Path) -> Path:
    """What a path points to in the end, absolute. Links that go round in a circle stay as they are, where
    ``Path.resolve`` would end in a RuntimeError before Python 3.13."""
    return Path(os.path.realpath(path))


def _target(path: Path) -> Path:
    """
    Raises:
        OSError: symbolic links that go round in a circle.
    """
    target = real_path(path)
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return target


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
