"""The tables [[checklist]] of dronectl.toml."""

from __future__ import annotations

from dronectl.model.checklist import ChecklistItem, Every
from dronectl.site.table import ID_PATTERN, ID_WORDS, Table


def read_checklist(tables: list[Table]) -> tuple[ChecklistItem, ...]:
    """The items, in the order of the file."""
    items = []
    for table in tables:
        item = ChecklistItem(
            id=table.text("id", pattern=ID_PATTERN, allowed=ID_WORDS),
            text=table.text("text"),
            every=table.choice("every", Every, default=Every.FLIGHT),
        )
        table.finish()
        if table.ok:
            items.append(item)
    return tuple(items)
