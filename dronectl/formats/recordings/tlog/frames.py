"""Walking a telemetry log: 8 bytes of time (µs since 1970, big-endian) and one MAVLink 1 or 2 frame, again and again.

Frame layout and checksum: the MAVLink serialization guide. The walk follows the chain from frame to frame; where the
chain breaks (a cut, inserted bytes, a partial frame) it goes on at the next place that holds a frame whose checksum is
right, so damage costs the frames it touches and invents none.
"""

from __future__ import annotations

import bisect
import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.tlog.layout import PayloadLayout, crc_extra

STAMP_BYTES = 8
_MAGIC_V1 = 0xFE
_MAGIC_V2 = 0xFD
_SIGNED = 0x01
_V1_HEADER = 6
_V2_HEADER = 10
_CRC_BYTES = 2
_SIGNATURE_BYTES = 13
_SEARCH_CHUNK = 1 << 20
_DECODE_CHUNK = 1 << 15
_LAST_STAMP_BYTE_1 = 0x1F
"""The two upper bytes of a stamp are 0 and at most this until the year 2254; other bytes are no stamp."""

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Where the frames of a log lie. ``offset`` is that of the time stamp; the columns run in file order."""

    data: Bytes
    offset: Offsets
    size: Offsets
    """Stamp and frame together."""
    message_id: NDArray[np.int32]
    skipped_bytes: int
    """Bytes that belong to no frame: garbage, or the remains of damaged frames."""
    partial_tail: bool
    """The file ends inside a frame, as after a power cut."""

    def __len__(self) -> int:
        return len(self.offset)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """All good frames of one message. ``fields`` is a structured array with the dialect's names, in wire units."""

    offset: Offsets
    stamp_us: NDArray[np.int64]
    system_id: NDArray[np.uint8]
    component_id: NDArray[np.uint8]
    fields: NDArray[np.void]
    damaged: int
    """Frames of this message whose checksum is wrong."""

    def __len__(self) -> int:
        return len(self.offset)

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Rows:
        """The chosen rows (a mask or indices); themselves when a mask chooses all."""
        if which.dtype == np.bool_ and which.all():
            return self
        return Rows(
            self.offset[which],
            self.stamp_us[which],
            self.system_id[which],
            self.component_id[which],
            _chosen(self.fields, which),
            self.damaged,
        )

    def between(self, begin: int, end: int) -> Rows:
        """Those from one place in the file on and before another."""
        first, after = np.searchsorted(self.offset, (begin, end)).tolist()
        part = slice(first, max(first, after))
        return Rows(
            self.offset[part],
            self.stamp_us[part],
            self.system_id[part],
            self.component_id[part],
            self.fields[part],
            self.damaged,
        )


def walk_frames(data: Bytes) -> Frames:
    """Find every frame of a log. Checksums are tested where the chain is broken; :func:`decode` tests the rest."""
    starts, sizes = _candidates(data)
    whole = _unbroken(data, starts, sizes)
    chosen = _followed(data, starts, sizes) if whole is None else whole
    offset, size = starts[chosen], sizes[chosen]
    end = int(offset[-1] + size[-1]) if len(offset) else 0
    tail = len(data) - end
    partial_tail = bool(len(offset)) and 0 < tail < STAMP_BYTES + _V2_HEADER + 255 + _CRC_BYTES + _SIGNATURE_BYTES
    skipped = len(data) - int(size.sum()) - (tail if partial_tail else 0)
    return Frames(data, offset, size, _message_ids(data, offset), skipped, partial_tail)


def _unbroken(data: Bytes, starts: Offsets, sizes: Offsets) -> NDArray[np.intp] | None:
    """The candidates that follow one another from the first byte on, when they leave none out: then this is the chain.

    None when the chain is broken anywhere.
    """
    if not len(starts) or starts[0] != 0 or not checksum_is_right(data, 0, int(sizes[0])):
        return None
    ends = starts + sizes
    left = np.flatnonzero(~_begins_inside_another(starts, ends))
    last = int(left[-1])
    is_whole = ends[last] == len(data) or checksum_is_right(data, int(starts[last]), int(sizes[last]))
    return left if is_whole and bool((ends[left[:-1]] == starts[left[1:]]).all()) else None


def _begins_inside_another(starts: Offsets, ends: Offsets) -> NDArray[np.bool_]:
    """Which candidates begin inside of one that does not do so itself, the first of them being a frame."""
    inside = np.zeros(len(starts), np.bool_)
    open_ = np.arange(len(starts))
    while len(open_):
        start, end = starts[open_], ends[open_]
        doubtful = np.append(False, start[1:] < np.maximum.accumulate(end)[:-1])
        # What nothing before reaches into is a frame: all that begins in it is none.
        frame = np.maximum.accumulate(np.where(doubtful, 0, np.arange(len(open_))))
        is_inside = doubtful & (start < end[frame])
        inside[open_[is_inside]] = True
        open_ = open_[~is_inside & (doubtful | np.append(doubtful[1:], False))]
    return inside


def _followed(data: Bytes, starts: Offsets, sizes: Offsets) -> NDArray[np.intp]:
    """The candidates of a chain that is broken, found again behind each break by checksums."""
    following = np.searchsorted(starts, starts + sizes)
    ends = starts + sizes
    chained = ends == len(data)
    inside = following < len(starts)
    chained[inside] |= starts[following[inside]] == ends[inside]

    # Most frames are followed by the next candidate: such runs are taken whole.
    run_ends = np.append(np.flatnonzero(~chained | (following != np.arange(1, len(starts) + 1))), len(starts)).tolist()
    first: list[int] = []
    after: list[int] = []
    index, trusted = 0, False
    while index < len(starts):
        if not (trusted and chained[index]) and not checksum_is_right(data, int(starts[index]), int(sizes[index])):
            index, trusted = index + 1, False
            continue
        end = run_ends[bisect.bisect_left(run_ends, index)]
        first.append(index)
        if end == index:
            after.append(index + 1)
            index, trusted = int(following[index]), bool(chained[index])
        else:
            after.append(end)
            index, trusted = end, True
    # One more run is open from each first on, one less from each after on.
    count = len(starts) + 1
    opened = np.bincount(np.array(first, np.int64), minlength=count)
    closed = np.bincount(np.array(after, np.int64), minlength=count)
    return np.flatnonzero(np.cumsum(opened - closed)[:-1] > 0)


def frame_bytes(frames: Frames, index: int) -> tuple[int, bytes]:
    """(stamp in µs, the frame without its stamp) of frame ``index``."""
    start = int(frames.offset[index])
    raw = frames.data[start : start + int(frames.size[index])].tobytes()
    return int.from_bytes(raw[:STAMP_BYTES], "big"), raw[STAMP_BYTES:]


def checksum_is_right(data: Bytes, offset: int, size: int) -> bool:
    """Whether the frame behind the stamp at ``offset`` has the checksum its message asks for.

    Frames of messages that the dialect does not know cannot be tested and count as wrong.
    """
    return frame_is_right(data[offset + STAMP_BYTES : offset + size].tobytes())


def frame_is_right(frame: bytes) -> bool:
    """The same for a frame by itself."""
    if frame[0] == _MAGIC_V1:
        message_id, end = frame[5], _V1_HEADER + frame[1]
    else:
        message_id, end = int.from_bytes(frame[7:10], "little"), _V2_HEADER + frame[1]
    extra = crc_extra(message_id)
    if extra is None:
        return False
    return crc16_mcrf4xx(frame[1:end] + bytes((extra,))) == int.from_bytes(frame[end : end + 2], "little")


def frame_size(data: bytes, at: int) -> int:
    """How long the frame is that would begin there; 0 where none can, or the data end inside it."""
    magic = data[at]
    if magic not in (_MAGIC_V1, _MAGIC_V2) or at + 2 >= len(data):
        return 0
    size = data[at + 1] + _CRC_BYTES + (_V1_HEADER if magic == _MAGIC_V1 else _V2_HEADER)
    if magic == _MAGIC_V2:
        flags = data[at + 2]
        if flags & ~_SIGNED:
            return 0
        size += _SIGNATURE_BYTES * (flags & _SIGNED)
    return size if at + size <= len(data) else 0


def crc16_mcrf4xx(data: bytes) -> int:
    """MAVLink's checksum: polynomial 0x1021 reflected, start 0xFFFF, no final exclusive-or."""
    table = _crc_table_list()
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    return crc


def decode_messages(frames: Frames, layout: PayloadLayout) -> Rows:
    """The good frames of one message as columns. Shortened MAVLink 2 payloads are filled with zeros."""
    chosen = np.flatnonzero(frames.message_id == layout.message_id)
    offsets, sizes = frames.offset[chosen], frames.size[chosen]
    count = len(offsets)
    if 0 < count <= _DECODE_CHUNK:
        return _decode_chunk(frames.data, offsets, sizes, layout)
    stamp_us, fields = np.empty(count, np.int64), np.empty(count, layout.dtype)
    system_id, component_id = np.empty(count, np.uint8), np.empty(count, np.uint8)
    found = 0
    for start in range(0, count, _DECODE_CHUNK):
        chunk = slice(start, start + _DECODE_CHUNK)
        part = _decode_chunk(frames.data, offsets[chunk], sizes[chunk], layout)
        good = slice(found, found + len(part))  # never ahead of the chunk
        offsets[good], stamp_us[good] = part.offset, part.stamp_us
        _bare(fields)[good] = _bare(part.fields)
        system_id[good], component_id[good] = part.system_id, part.component_id
        found += len(part)
    good = slice(found)
    return Rows(offsets[good], stamp_us[good], system_id[good], component_id[good], fields[good], count - found)


def _candidates(data: Bytes) -> tuple[Offsets, Offsets]:
    """(offset, size) of every place that looks like a stamp and a whole frame."""
    last_start = len(data) - (STAMP_BYTES + _V1_HEADER + _CRC_BYTES)
    found: list[Offsets] = []
    for begin in range(0, last_start + 1, _SEARCH_CHUNK):
        end = min(begin + _SEARCH_CHUNK, last_start + 1)
        looks_so = data[begin + STAMP_BYTES : end + STAMP_BYTES] >= _MAGIC_V2
        looks_so &= data[begin:end] == 0
        looks_so &= data[begin + 1 : end + 1] <= _LAST_STAMP_BYTE_1
        starts = np.flatnonzero(looks_so)
        starts += begin
        found.append(starts)
    starts = np.concatenate(found) if found else np.empty(0, np.int64)
    if not len(starts):
        return starts, starts

    # Magic, length of the payload and flags of each frame at once: the file is far larger than the processor's caches.
    begins = _anywhere(data, "<u4")[starts + STAMP_BYTES]
    magic, payload, flags = (begins >> shift & 0xFF for shift in (0, 8, 16))
    is_v2 = magic == _MAGIC_V2
    sizes = STAMP_BYTES + _V1_HEADER + _CRC_BYTES + payload.astype(np.int64)
    sizes += is_v2 * (_V2_HEADER - _V1_HEADER + _SIGNATURE_BYTES * (flags & _SIGNED))
    usable = np.where(is_v2, flags <= _SIGNED, magic == _MAGIC_V1)
    usable &= starts + sizes <= len(data)
    return (starts, sizes) if usable.all() else (starts[usable], sizes[usable])


def _message_ids(data: Bytes, offset: Offsets) -> NDArray[np.int32]:
    at = offset + STAMP_BYTES
    if not len(at):
        return np.empty(0, np.int32)
    # Bytes 6 to 9 of a frame at once: its id is the upper three, or, of MAVLink 1, the byte before them.
    ids: NDArray[np.int32] = (_anywhere(data, "<u4")[np.minimum(at + 6, len(data) - 4)] >> 8).astype(np.int32)
    is_v1 = data[at] == _MAGIC_V1
    ids[is_v1] = data[at[is_v1] + 5]
    return ids


def _anywhere(data: Bytes, dtype: str) -> NDArray[Any]:
    """A value of ``dtype`` at every byte of the file: indexing copies just the wanted ones."""
    width = np.dtype(dtype).itemsize
    return np.ndarray((len(data) - width + 1,), dtype, buffer=data.data, strides=(1,))


def _decode_chunk(data: Bytes, offset: Offsets, size: Offsets, layout: PayloadLayout) -> Rows:
    at = offset + STAMP_BYTES
    is_v2 = data[at] == _MAGIC_V2
    header = np.where(is_v2, _V2_HEADER, _V1_HEADER)
    covered = header + data[at + 1].astype(np.int64)
    width = int((covered + _CRC_BYTES).max())
    frames = _leading_bytes(data, at, width)

    row = np.arange(len(offset))
    wanted = frames[row, covered].astype(np.uint16) | frames[row, covered + 1].astype(np.uint16) << 8
    good = _crc_columns(frames, covered, layout.crc_extra) == wanted

    payload = np.zeros((len(offset), layout.dtype.itemsize), np.uint8)
    copied = min(layout.dtype.itemsize, width)
    for wire_header in (_V1_HEADER, _V2_HEADER):
        these = header == wire_header
        part = frames[these, wire_header : wire_header + copied]
        present = np.arange(part.shape[1]) < (covered[these] - wire_header)[:, None]
        payload[these, : part.shape[1]] = np.where(present, part, 0)

    stamp = _anywhere(data, ">u8")[offset].astype(np.int64)
    sender = np.where(is_v2, 5, 3)
    return Rows(
        offset[good],
        stamp[good],
        frames[row, sender][good],
        frames[row, sender + 1][good],
        _chosen(payload.view(layout.dtype).ravel(), good),
        int(len(offset) - good.sum()),
    )


def _bare(fields: NDArray[np.void]) -> NDArray[np.void]:
    """The same rows as bytes without fields: those NumPy copies one by one."""
    return fields.view(np.dtype((np.void, fields.dtype.itemsize)))


def _chosen(fields: NDArray[np.void], which: NDArray[np.bool_] | NDArray[np.intp]) -> NDArray[np.void]:
    rows: NDArray[np.void] = _bare(fields)[which].view(fields.dtype)
    return rows


def _leading_bytes(data: Bytes, at: Offsets, width: int) -> NDArray[np.uint8]:
    """(n, width) bytes from each place on; behind the end of the file the last byte again."""
    inside = int(np.searchsorted(at, len(data) - width, side="right"))
    bytes_of = np.empty((len(at), width), np.uint8)
    if inside:
        bytes_of[:inside] = _anywhere(data, f"V{width}")[at[:inside]].view(np.uint8).reshape(inside, width)
    bytes_of[inside:] = data[np.minimum(at[inside:, None] + np.arange(width), len(data) - 1)]
    return bytes_of


def _crc_columns(frames: NDArray[np.uint8], covered: NDArray[np.int64], extra: int) -> NDArray[np.uint16]:
    """The checksum of each row over bytes 1 … covered-1 and the message's extra byte: all rows, byte after byte."""
    table = _crc_table()
    columns = np.ascontiguousarray(frames.T)
    shortest = int(covered.min())
    crc = np.full(len(frames), 0xFFFF, np.uint16)
    for column in range(1, int(covered.max())):
        stepped = np.right_shift(crc, 8) ^ table.take(crc.astype(np.uint8) ^ columns[column])
        crc = stepped if column < shortest else np.where(column < covered, stepped, crc)
    result: NDArray[np.uint16] = np.right_shift(crc, 8) ^ table.take(crc.astype(np.uint8) ^ np.uint8(extra))
    return result


@functools.cache
def _crc_table() -> NDArray[np.uint16]:
    crc = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        crc = np.where(crc & 1, (crc >> 1) ^ 0x8408, crc >> 1).astype(np.uint16)
    return crc


@functools.cache
def _crc_table_list() -> list[int]:
    table: list[int] = _crc_table().tolist()
    return table
