"""A legend as a PNG picture: Google Earth shows no SVG on its screen, and a plain installation draws none."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.tracks.colours import LegendEntry, Scale
from dronectl.formats.tracks.legend_letters import HEIGHT, can_draw, drawn

_SCALE = 2
_ROW, _MARGIN, _SWATCH, _GAP = 12, 5, 14, 4
_LONGEST = 60
"""Letters; more than that would hide the map."""
_PAPER, _INK = (255, 255, 255), (20, 20, 20)


def legend_png(scale: Scale) -> bytes:
    """The title, and below it a patch and the words of each class. The same scale gives the same bytes."""
    lines = [_shortened(scale.title), *(_shortened(_words(entry)) for entry in scale.entries)]
    texts = [drawn(line) for line in lines]
    width = _MARGIN * 2 + max([texts[0].shape[1], *(_SWATCH + _GAP + text.shape[1] for text in texts[1:])])
    picture = np.empty((_MARGIN * 2 + _ROW * len(lines), width, 3), np.uint8)
    picture[:] = _PAPER
    for row, text in enumerate(texts):
        top, left = _MARGIN + row * _ROW, _MARGIN
        if row:
            colour = scale.entries[row - 1].colour
            picture[top : top + HEIGHT, left : left + _SWATCH] = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
            left += _SWATCH + _GAP
        picture[top : top + HEIGHT, left : left + text.shape[1]][text] = _INK
    return _png(picture.repeat(_SCALE, axis=0).repeat(_SCALE, axis=1))


def _words(entry: LegendEntry) -> str:
    return entry.label if can_draw(entry.label) else entry.plain


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _png(picture: NDArray[np.uint8]) -> bytes:
    """PNG (W3C, third edition): 8 bits a colour, no filter."""
    height, width, _ = picture.shape
    rows = np.zeros((height, 1 + width * 3), np.uint8)
    rows[:, 1:] = picture.reshape(height, width * 3)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
