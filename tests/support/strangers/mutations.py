"""Sound files made unsound: by bytes, by words, by lines, inside an archive and around it. Seeded."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

_NASTY = tuple(
    word.encode("utf-8", "surrogatepass")
    for word in (
        "\0", "NaN", "-Infinity", "1e999", "-1", "0", "9" * 400, "4294967296", "1e-400", "true",
        "null", '""', "{}", "[]", "[" * 300,
        "<![CDATA[", "]]>", "&#0;", "&lol;", "<!DOCTYPE x>", "<?xml version='1.1'?>", "../../../x", "C:\\x",
        "\x1b[2J\x1b]0;t\x07",
        "\u202e", "\\ud800", "\ud800", "๑๒๓", "١٢", "1_000", "\ufeff", " " * 2000, "\r", "\t\t\t", "\u2028", ",,,,",
        "-0",
        "0x10", "5001",
        "5100", "16", "177", "65535", "90.0000001", "180.0000001", "1.7976931348623157e308",
        "EPSG:99999", "windows-874", "utf-16",
    )
)  # fmt: skip
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_TOKEN = re.compile(rb"[A-Za-z_]+|\"[^\"]{0,40}\"|<[^<>]{0,40}>")


def mutated(sound: bytes, seed: int) -> bytes:
    """One file of a stranger, made of a sound one; the same for the same seed."""
    chance = random.Random(seed)
    data = sound
    if data.startswith(b"PK") and chance.random() < 0.6:
        data = _inside(data, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        data = chance.choice(_MUTATIONS)(data, chance)
    return data


def _inside(archive: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        members = {name: old.read(name) for name in old.namelist()}
    chosen = chance.choice(sorted(members))
    members[chosen] = chance.choice(_MUTATIONS)(members[chosen], chance)
    if chance.random() < 0.2:
        members[chance.choice(("../x.kml", "/etc/x.kml", "a\0b.kml", ".", "__MACOSX/._doc.kml"))] = members[chosen]
    made = io.BytesIO()
    packing = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(made, "w", packing) as new:
        for name, content in members.items():
            new.writestr(name, content)
    return made.getvalue()


def _at(data: bytes, chance: random.Random) -> int:
    return chance.randrange(len(data) + 1)


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    begin = _at(data, chance)
    return begin, min(len(data), begin + chance.choice((1, 2, 8, 64, 512)))


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 8))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: _at(data, chance)]


def _without(data: bytes, chance: random.Random) -> bytes:
    begin, end = _span(data, chance)
    return data[:begin] + data[end:]


def _twice(data: bytes, chance: random.Random) -> bytes:
    begin, end = _span(data, chance)
    return data[:end] + data[begin:end] * chance.choice((1, 2, 50)) + data[end:]


def _noise(data: bytes, chance: random.Random) -> bytes:
    at = _at(data, chance)
    return data[:at] + chance.randbytes(chance.choice((1, 4, 100))) + data[at:]


def _nasty(data: bytes, chance: random.Random) -> bytes:
    at = _at(data, chance)
    return data[:at] + chance.choice(_NASTY) + data[at:]


def _replaced(pattern: re.Pattern[bytes]) -> Callable[[bytes, random.Random], bytes]:
    def replace(data: bytes, chance: random.Random) -> bytes:
        found = list(pattern.finditer(data[:200_000]))
        if not found:
            return _nasty(data, chance)
        one = chance.choice(found)
        return data[: one.start()] + chance.choice(_NASTY) + data[one.end() :]

    return replace


def _lines_moved(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return _twice(data, chance)
    chosen, other = chance.sample(range(len(lines)), 2)
    lines[chosen], lines[other] = lines[other], lines[chosen]
    return b"".join(lines)


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _cut, _without, _twice, _noise, _nasty, _nasty,
    _replaced(_NUMBER), _replaced(_NUMBER), _replaced(_TOKEN), _lines_moved,
)  # fmt: skip
