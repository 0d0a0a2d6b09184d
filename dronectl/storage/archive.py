"""Files inside zip archives of strangers: found and unpacked within limits, in memory, nothing written to disk.

What macOS and Windows add is no content: ``__MACOSX/``, names that begin with a dot, ``Thumbs.db``. Links, encrypted
members and packings other than Zip's own (stored and deflated) are not read. All that is unpacked of one archive is
counted, so that no number of small members grows without end.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Sequence
from types import TracebackType

from dronectl.errors import InputError

MOST_UNPACKED_BYTES = 64 * 1024 * 1024
MOST_MEMBERS = 10_000
_DIRECTORY_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error)


def is_archive(data: bytes) -> bool:
    """By its first bytes, whatever it is called."""
    return data.startswith(b"PK")


class Archive:
    """An opened archive; a context manager."""

    def __init__(self, data: bytes, *, source: str) -> None:
        """
        Raises:
            InputError: no zip archive, a broken one, or one with too many members.
        """
        self._source = source
        self._left = MOST_UNPACKED_BYTES
        if data.count(_DIRECTORY_ENTRY) > MOST_MEMBERS:  # before the directory is read, which takes memory
            raise InputError(f"{source}: more than {MOST_MEMBERS} files in this archive")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise self._broken(error) from error

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def names(self, *suffixes: str) -> Sequence[str]:
        """The members that are somebody's content, in the archive's order, each once; by the ends of their names."""
        content = dict.fromkeys(info.filename for info in self._zip.infolist() if _is_content(info))
        return [name for name in content if not suffixes or name.lower().endswith(suffixes)]

    def read(self, name: str) -> bytes:
        """
        Raises:
            InputError: encrypted, a link, packed in another way, broken, or larger than what may still be unpacked.
        """
        where = f"{self._source}: {name}"
        info = self._zip.getinfo(name)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InputError(f"{where}: is a link", hint="pack the file itself")
        if info.flag_bits & _ENCRYPTED:
            raise InputError(f"{where}: is encrypted", hint="pack it again without a password")
        if info.compress_type not in _PACKINGS:
            raise InputError(f"{where}: is packed in another way than Zip's own", hint="pack it again as a plain .zip")
        try:
            with self._zip.open(info) as file:
                data = file.read(self._left + 1)
        except _BROKEN as error:
            raise self._broken(error) from error
        if len(data) > self._left:
            raise InputError(f"{self._source}: unpacks to more than {MOST_UNPACKED_BYTES // 1024 // 1024} MB")
        self._left -= len(data)
        return data

    def _broken(self, error: Exception) -> InputError:
        return InputError(f"{self._source}: cannot be unpacked: {error}", hint="pack it again, or give the file itself")


def _is_content(info: zipfile.ZipInfo) -> bool:
    folders_and_name = info.filename.split("/")
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in folders_and_name)
    return not info.is_dir() and not hidden and folders_and_name[-1].lower() != "thumbs.db"
