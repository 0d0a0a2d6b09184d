"""Tables of thousands of rows: aligned columns, quickly."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.cli.common.out import put_out
from dronectl.model.text.plain_text import plain


def put_long_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int]) -> None:
    """``right``: columns of numbers. No line is folded."""
    lines = [[plain(cell) for cell in row] for row in (headings, *rows)]
    widths = [[_cells(line[column]) for line in lines] for column in range(len(headings))]
    widest = [max(column) for column in widths]
    shown = []
    for at, line in enumerate(lines):
        parts = []
        for column, cell in enumerate(line):
            space = " " * (widest[column] - widths[column][at])
            parts.append(space + cell if column in right else cell + space)
        shown.append(" " + "   ".join(parts).rstrip())
    shown.insert(1, " " + "─" * (sum(widest) + 3 * (len(widest) - 1)))
    put_out("\n".join(shown) + "\n")


def _cells(text: str) -> int:
    """Columns of a terminal: Thai marks stand above their letters, some letters are two wide."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
