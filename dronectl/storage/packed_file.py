"""Files packed by gzip, unpacked into memory within limits: what a small file claims is not believed."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np

from dronectl.errors import InputError
from dronectl.storage.mapped_file import Bytes
from dronectl.storage.reading import unreadable

LARGEST_BYTES = 256 * 1024 * 1024
_WIDEST = 200
"""Recordings swell to three times their packed size, at best to thirty times; more is made to fill a memory."""
_COUNTS_FROM_BYTES = 16 * 1024 * 1024
_PIECE = 1 << 20


def unpack(path: Path) -> Bytes:
    """The content of a gzip file.

    Raises:
        InputError: damaged, cut, empty, or larger than is allowed.
    """
    content = bytearray()
    try:
        packed = path.stat().st_size
        with gzip.open(path) as file:
            while piece := file.read(_PIECE):
                content += piece
                _refuse_bomb(len(content), packed, path)
    except EOFError:
        hint = "'gzip -dc' gives what there is of it"
        raise InputError(f"{path}: the gzip file is cut", hint=hint) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path}: damaged gzip file: {error}", hint="copy it again") from error
    except OSError as error:
        raise unreadable(path, error) from error
    if not content:
        raise InputError(f"{path}: the gzip file holds nothing")
    return np.frombuffer(content, np.uint8)


def _refuse_bomb(size: int, packed: int, path: Path) -> None:
    if size > LARGEST_BYTES:
        raise InputError(f"{path}: unpacks to more than {LARGEST_BYTES >> 20} MB", hint="unpack it with 'gzip -d'")
    if size > max(_COUNTS_FROM_BYTES, _WIDEST * packed):
        raise InputError(f"{path}: unpacks to more than {_WIDEST} times its size, as no recording does")
