"""XML of strangers as a small tree: local names, text, attributes, lines; within limits, without a document type."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from dronectl.errors import InputError
from dronectl.formats.text.xml_bytes import for_expat, parse_whole
from dronectl.model.text.plain_text import plain

MOST_ELEMENTS = 500_000
_DEEPEST = 100
_BUFFER_BYTES = 1 << 20
"""A long text comes in few pieces."""


@dataclass(slots=True)
class Element:
    """One element; ``name`` is without its namespace."""

    name: str
    source: str
    line: int
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def where(self) -> str:
        """For messages: ``way.gpx:12``."""
        return f"{self.source}:{self.line}"

    def all(self, name: str) -> Iterator[Element]:
        return (child for child in self.children if child.name == name)

    def child(self, *path: str) -> Element | None:
        """The first child, or the first child's first child, of these names."""
        found: Element | None = self
        for name in path:
            found = None if found is None else next(found.all(name), None)
        return found

    def words(self, *path: str) -> str:
        """The text of :meth:`child` as one plain line; empty where there is none."""
        found = self.child(*path)
        return "" if found is None else plain(found.text.strip())

    def number(self, *path: str) -> float | None:
        """The number in :meth:`child`; None where there is none.

        Raises:
            InputError: it is no finite number.
        """
        found = self.child(*path)
        return None if found is None or not found.text.strip() else number_of(found.text, found.where, found.name)


def number_of(text: str, where: str, name: str) -> float:
    """
    Raises:
        InputError: no finite number.
    """
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in text:
        raise InputError(f"{where}: {name} is {plain(text.strip(), 40)!r}, a number is wanted")
    return number


def read_xml(data: bytes, *, source: str, root: Sequence[str]) -> Element:
    """The root of a document, whose name is one of ``root``.

    Raises:
        InputError: no XML, another root, a document type, too deep or too large; with the line.
    """
    data, encoding = for_expat(data, source=source)
    reader = _Reader(source, encoding, root)
    parse_whole(reader.parser, data, source)
    return reader.found


class _Reader:
    """Expat's handlers."""

    def __init__(self, source: str, encoding: str | None, root: Sequence[str]) -> None:
        self.parser = expat.ParserCreate(encoding, namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.buffer_size = _BUFFER_BYTES
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.found: Element
        self._source = source
        self._root = root
        self._open: list[Element] = []
        self._count = 0

    def _here(self) -> str:
        return f"{self._source}:{self.parser.CurrentLineNumber}"

    def _refuse_doctype(self, *_declaration: object) -> NoReturn:
        raise InputError(f"{self._here()}: found a document type, which no such file has", hint="save it again")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise InputError(f"{self._here()}: more than {MOST_ELEMENTS} elements")
        if len(self._open) >= _DEEPEST:
            raise InputError(f"{self._here()}: nested more than {_DEEPEST} deep")
        made = Element(tag.rpartition(" ")[2], self._source, self.parser.CurrentLineNumber, attributes)
        if self._open:
            self._open[-1].children.append(made)
        elif made.name not in self._root:
            wanted = " or ".join(f"<{name}>" for name in self._root)
            raise InputError(f"{made.where}: found <{plain(made.name, 40)}>, {wanted} is wanted")
        else:
            self.found = made
        self._open.append(made)

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text
