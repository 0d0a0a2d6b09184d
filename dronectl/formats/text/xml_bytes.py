"""XML in any encoding that programs write, made one that expat knows.

Expat knows UTF-8, UTF-16, Latin-1 and ASCII, and asks Python for others, which knows them by other names than browsers
and Windows do (windows-874 is cp874), and for one byte a character only. Encodings that are more than tables, and can
be slow or surprising (idna, UTF-7), are nobody's.
"""

from __future__ import annotations

import codecs
import re
from xml.parsers import expat

from dronectl.errors import InputError

_DECLARATION = re.compile(
    rb"""^<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,40})["'][^>]{0,100}\?>"""
)
_OF_EXPAT = {"utf-8": "UTF-8", "iso8859-1": "ISO-8859-1", "ascii": "US-ASCII"}
_WIDE = ("utf-16", "utf-32")
"""No declaration can be read that is written in these: .NET names UTF-16 in files that are UTF-8."""
_ALIASES = {
    "windows-874": "cp874",
    "dos-874": "cp874",
    "x-windows-874": "cp874",
    "ms874": "cp874",
    "x-mac-roman": "mac-roman",
    "windows-31j": "cp932",
    "ms932": "cp932",
    "x-sjis": "shift_jis",
    "windows-949": "cp949",
    "windows-936": "gbk",
    "x-gbk": "gbk",
    "iso-8859-8-i": "iso8859-8",
}
_TABLES = re.compile(
    r"cp(437|720|737|775|8\d\d|9[345]\d|125\d)|iso8859-\d+|tis-620|koi8-[rtu]|mac-\w+|gb2312|gbk|gb18030|big5(hkscs)?"
    r"|shift_jis(_2004|x0213)?|euc_(jp|kr)|johab|hp-roman8"
)


def encoding_of(name: str) -> str | None:
    """Python's name of an encoding that a file names; None for those that are not read."""
    try:
        known = codecs.lookup(_ALIASES.get(name.lower(), name)).name
    except LookupError:
        return None
    if known in _WIDE:
        return "utf-8"
    return known if known in _OF_EXPAT or _TABLES.fullmatch(known) else None


def for_expat(data: bytes, *, source: str) -> tuple[bytes, str | None]:
    """The document, and the encoding that expat is to be told; None: it is to see for itself. A byte order mark is
    right whatever the declaration says.

    Raises:
        InputError: an encoding that nobody knows, or bytes that are none of it.
    """
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :], "UTF-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data, "UTF-16"
    declared = _DECLARATION.match(data)
    name = declared[1].decode("ascii") if declared else "UTF-8"
    encoding = encoding_of(name)
    if encoding is None:
        raise InputError(f"{source}:1: cannot be decoded: unknown encoding: {name}", hint="save it again as UTF-8")
    if declared is None and b"\0" in data[:4]:  # UTF-16 without a mark
        return data, None
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, at) + 1
        raise InputError(f"{source}:{line}: byte {at} is no {name}", hint="save it again as UTF-8") from error
    return (data, _OF_EXPAT[encoding]) if encoding in _OF_EXPAT else (text.encode("utf-8"), "UTF-8")


def parse_whole(parser: expat.XMLParserType, data: bytes, source: str) -> None:
    """
    Raises:
        InputError: it is no XML, or in an encoding that nobody knows; with the line.
    """
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InputError(
            f"{source}:{error.lineno}:{error.offset + 1}: no XML: {expat.ErrorString(error.code)}"
        ) from error
    except (LookupError, ValueError) as error:
        raise InputError(f"{source}:1: cannot be decoded: {error}") from error
