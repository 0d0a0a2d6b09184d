"""What is packed in files of tiles, unpacked within limits: what a small file claims is not believed."""

from __future__ import annotations

import zlib

from dronectl.errors import InputError

MOST_PACKED_BYTES = 8 << 20
"""Of one tile: the largest that people make have a tenth of it."""
MOST_BYTES = 16 << 20


def gunzipped(data: bytes, *, where: str, most_bytes: int = MOST_BYTES) -> bytes:
    """The content of gzip or zlib data.

    Raises:
        InputError: damaged, cut, or more than is allowed.
    """
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        content = unpacker.decompress(data, most_bytes + 1)
    except zlib.error as error:
        raise InputError(f"{where}: damaged: {error}") from error
    if len(content) > most_bytes:
        raise InputError(f"{where}: unpacks to more than {most_bytes >> 20} MB")
    if not unpacker.eof:
        raise InputError(f"{where}: damaged: cut short")
    return content


def is_gzip(data: bytes) -> bool:
    return data[:2] == b"\x1f\x8b"
