"""Files from anyone: found, of a sane size, UTF-8 where they are text, or one clear line that says what is wrong."""

from __future__ import annotations

from pathlib import Path

from dronectl.errors import InputError

MAX_BYTES = 16 * 1024 * 1024
"""Larger than any mission, plan or file of a workspace; guards against a video given by mistake."""


def read_text(path: Path, *, shown_as: str | None = None, max_bytes: int = MAX_BYTES) -> str:
    """The file's text, without a byte order mark, with its own line ends. ``shown_as``: what errors call it.

    Raises:
        InputError: no such file, a folder, too large, UTF-16, binary, or not UTF-8.
    """
    data = read_bytes(path, shown_as=shown_as, max_bytes=max_bytes)
    return decode(data, source=shown_as or str(path))


def read_bytes(path: Path, *, shown_as: str | None = None, max_bytes: int = MAX_BYTES) -> bytes:
    """The file's bytes; never more of them are read than are allowed.

    Raises:
        InputError: no such file, a folder, or too large.
    """
    name = shown_as or str(path)
    if path.is_dir():
        raise InputError(f"{name}: is a folder, a file is wanted")
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise unreadable(name, error) from error
    if len(data) > max_bytes:
        raise InputError(f"{name}: larger than {max_bytes // 1024 // 1024} MB")
    return data


def unreadable(name: str | Path, error: OSError) -> InputError:
    """What the system said of a file that was to be read, as an error that names it."""
    if isinstance(error, FileNotFoundError):
        return InputError(f"{name}: no such file")
    return InputError(f"{name}: cannot be read: {error.strerror or error}")


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
