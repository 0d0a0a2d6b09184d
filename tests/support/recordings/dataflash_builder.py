"""DataFlash logs for tests, packed with struct by an independent hand; the same log as .bin and as .log."""

from __future__ import annotations

import struct
from pathlib import Path

CODES = {"Q": "Q", "q": "q", "I": "I", "i": "i", "H": "H", "h": "h", "B": "B", "b": "b", "f": "f", "d": "d", "M": "B"}
CODES |= {"L": "i", "c": "h", "C": "H", "e": "i", "E": "I", "n": "4s", "N": "16s", "Z": "64s", "g": "e", "a": "64s"}
SCALES = {"L": 1e7, "c": 100, "C": 100, "e": 100, "E": 100}
FMT = (128, "FMT", "BBnNZ", "Type,Length,Name,Format,Columns")
GPS_WEEK, GPS_MS = 2446, 91_789_600  # 2026-11-23T01:29:31.600 UTC with 18 leap seconds


class DataFlashBuilder:
    """Messages are defined when first used; values are given in natural units (degrees, metres)."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.lines: list[str] = []
        self._known: dict[str, tuple[int, str]] = {}
        self.define(*FMT)

    def define(self, type_id: int, name: str, letters: str, columns: str) -> DataFlashBuilder:
        size = 3 + struct.calcsize("<" + "".join(CODES[letter] for letter in letters))
        self._known[name] = (type_id, letters)
        body = struct.pack("<BB4s16s64s", type_id, size, name.encode(), letters.encode(), columns.encode())
        self.data += b"\xa3\x95\x80" + body
        self.lines.append(f"FMT, {type_id}, {size}, {name}, {letters}, {columns}")
        return self

    def add(self, name: str, *values: object) -> DataFlashBuilder:
        type_id, letters = self._known[name]
        packed: list[object] = []
        for letter, value in zip(letters, values, strict=True):
            if isinstance(value, str):
                packed.append(value.encode())
            else:
                packed.append(round(value * SCALES[letter]) if letter in SCALES else value)  # type: ignore[operator]
        codes = "<" + "".join(CODES[letter] for letter in letters)
        self.data += b"\xa3\x95" + bytes([type_id]) + struct.pack(codes, *packed)
        words = [
            value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value) for value in values
        ]
        self.lines.append(", ".join([name, *words]))
        return self

    def flight(self, start_us: int, samples: int, *, gps: bool = True, is_47: bool = False) -> DataFlashBuilder:
        """Armed, ``samples`` positions 100 ms apart, disarmed; home is at 148 m. By ArduCopter 4.5 or 4.7."""
        if "POS" not in self._known:
            self.define(10, "POS", "QLLfff", "TimeUS,Lat,Lng,Alt,RelHomeAlt,RelOriginAlt")
            self.define(
                11, "GPS", "QBBIHBcLLeffffB", "TimeUS,I,Status,GMS,GWk,NSats,HDop,Lat,Lng,Alt,Spd,GCrs,VZ,Yaw,U"
            )
            self.define(12, "ARM", "QBI", "TimeUS,ArmState,ArmChecks")
            if "MSG" not in self._known:
                self.define(13, "MSG", *(("QBBZ", "TimeUS,ID,Seq,Message") if is_47 else ("QZ", "TimeUS,Message")))
            self.define(14, "MODE", "QMBB", "TimeUS,Mode,ModeNum,Rsn")
            self.define(15, "ORGN", "QBLLe", "TimeUS,Type,Lat,Lng,Alt")
            self.define(16, "PARM", "QNff", "TimeUS,Name,Value,Default")
            self.add("PARM", 1, "MAV_SYSID" if is_47 else "SYSID_THISMAV", 3.0, 1.0)
            if is_47:
                self.add("MSG", 2, 1, 0, "ArduCopter V4.7.0 (1122cafe)")
            else:
                self.add("MSG", 2, "ArduCopter V4.5.6 (7ce11b41)")
        self.add("ORGN", start_us, 1, 16.05, 103.65, 148.0)
        if gps:
            self.add("GPS", start_us, 0, 1, 5_000, 0, 4, 9.9, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1)
        self.add("MODE", start_us, 3, 3, 2).add("ARM", start_us, 1, 0)
        for k in range(samples):
            at_us = start_us + k * 100_000
            self.add("POS", at_us, 16.05 + k * 1e-5, 103.65, 150.0 + k, 2.0 + k, 2.0 + k)
            if gps:
                ms = GPS_MS + (at_us // 1000)
                self.add(
                    "GPS",
                    at_us,
                    0,
                    3,
                    ms,
                    GPS_WEEK,
                    12,
                    0.8,
                    16.05 + k * 1e-5,
                    103.65,
                    150.5 + k,
                    5.0,
                    90.0,
                    *[0.0] * 2,
                    1,
                )
        return self.add("ARM", start_us + samples * 100_000, 0, 0)

    def save(self, folder: Path, name: str = "flight.bin") -> Path:
        path = folder / name
        path.write_bytes(bytes(self.data) if path.suffix != ".log" else self._text())
        return path

    def _text(self) -> bytes:
        return ("\r\n".join(self.lines) + "\r\n").encode("utf-8", "surrogateescape")
