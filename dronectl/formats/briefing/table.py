"""Tables of a briefing sheet."""

from __future__ import annotations

from collections.abc import Iterable

from dronectl.formats.text.xml_text import escaped


def row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{escaped(cell)}</td>' for cell in cells)}</tr>"


def table(heads: Iterable[str], rows: Iterable[str], look: str = "plain-table") -> str:
    """``heads`` are our own words with ``<br>``; rows are finished."""
    head = "".join(f"<th>{one}</th>" for one in heads)
    return f'<table class="{look}"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
