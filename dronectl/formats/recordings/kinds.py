"""Files that lie among recordings and are none that this program reads: told for what they are."""

from __future__ import annotations

from dronectl.errors import InputError

GZIP = b"\x1f\x8b"
_ULOG = b"ULog\x01\x12\x35"

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (
        _ULOG,
        "a ULog of PX4 (.ulg)",
        "dronectl reads what ArduPilot and ground stations write: give the .tlog of the same flight",
    ),
    (b"PK\x03\x04", "a ZIP archive", "unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it"),
    (b"BZh", "packed by bzip2", "unpack it, or pack it by gzip"),
    (b"\xfd7zXZ\x00", "packed by xz", "unpack it, or pack it by gzip"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd", "unpack it, or pack it by gzip"),
    (b"SQLite format 3\x00", "an SQLite database", ""),
    (b"#ROSBAG", "a ROS bag", "export its MAVLink or positions by ROS"),
    (b"H Product:Blackbox", "a Betaflight blackbox log", ""),
    (b"\xd4\xc3\xb2\xa1", "captured network packets (pcap)", "extract the MAVLink stream, then give it with --start"),
    (b"\x0a\x0d\x0d\x0a", "captured network packets (pcapng)", "extract the MAVLink stream, then give it with --start"),
    (b"MATLAB 5.0", "a MATLAB file", "give the .bin that it was made from"),
    (b"<?xml", "XML", "recordings are .tlog, .bin and .log"),
    (b"QGC WPL", "a mission", "'dronectl mission' commands take it"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself", "run 'git lfs pull'"),
    (b"\x89HDF", "an HDF5 file", ""),
)


def refuse_other_kinds(head: bytes, name: str) -> None:
    """
    Raises:
        InputError: a file that begins so is of another kind.
    """
    for magic, what, hint in _KINDS:
        if head.startswith(magic):
            raise InputError(f"{name}: {what}, which is no recording that dronectl reads", hint=hint)
