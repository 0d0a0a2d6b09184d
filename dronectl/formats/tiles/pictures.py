"""Which kind of picture some bytes are, and how large it says it is: nothing is unpacked."""

from __future__ import annotations

import struct

from dronectl.errors import InputError

MOST_PIXELS = 2048
"""Along a side: people make tiles of 256 to 1024."""

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_WITH_SIZE = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def picture_type(data: bytes, *, where: str) -> str:
    """The media type of a tile.

    Raises:
        InputError: it is no PNG, JPEG or WebP, is damaged, or larger than a tile may be.
    """
    try:
        kind, wide, high = _kind_and_size(data)
    except (struct.error, IndexError, ValueError) as error:
        raise InputError(f"{where}: a tile is no PNG, JPEG or WebP picture, or a damaged one") from error
    if not (0 < wide <= MOST_PIXELS and 0 < high <= MOST_PIXELS):
        raise InputError(f"{where}: a tile of {wide} x {high} pixels, allowed at most {MOST_PIXELS} along a side")
    return kind


def _kind_and_size(data: bytes) -> tuple[str, int, int]:
    if data.startswith(_PNG):
        wide, high = struct.unpack(">II", data[16:24])
        return "image/png", wide, high
    if data.startswith(_JPEG):
        return "image/jpeg", *_jpeg_size(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", *_webp_size(data)
    raise ValueError("none of them")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _WITH_SIZE:
            high, wide = struct.unpack(">HH", data[at + 5 : at + 9])
            return wide, high
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    raise ValueError("no frame")


def _webp_size(data: bytes) -> tuple[int, int]:
    match data[12:16]:
        case b"VP8 ":
            wide, high = struct.unpack("<HH", data[26:30])
            return wide & 0x3FFF, high & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack("<I", data[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        case _:
            raise ValueError("no size")
