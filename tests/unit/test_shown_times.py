"""Times are told by one module, which wants a zone: nobody else makes a text of a moment, or asks what time it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from package_source import READ_BY_ONE, package_trees

FORMATTER = "model/text/shown_time.py"
ALLOWED = {
    ("model/track/track.py", "datetime_as_string"): "columns of recordings, in UTC with Z",
    ("formats/text/fixed_text.py", "datetime_as_string"): "the same, a whole column at once",
}
"""(file, name): why."""

TELLING = {"strftime", "isoformat", "ctime", "asctime", "timetuple", "datetime_as_string", "localtime", "gmtime"}
ASKING = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
ASKING |= {("datetime", "fromtimestamp"), ("datetime", "utcfromtimestamp"), ("date", "fromtimestamp")}
CLOCK_SPEC = re.compile(r"%[YymdHIMSfpjzZ]")


def faults(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, what): every place that makes a text of a time, or takes the present, by itself."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name) if (
                owner,
                name,
            ) in ASKING:
                yield node.lineno, f"{owner}.{name}"
            case ast.Attribute(attr=name) if name in TELLING:
                yield node.lineno, name
            case ast.ImportFrom(module="time", names=names):
                yield from ((node.lineno, one.name) for one in names if one.name in TELLING)
            case ast.FormattedValue(format_spec=ast.JoinedStr() as spec) if CLOCK_SPEC.search(ast.unparse(spec)):
                yield node.lineno, "a format of a clock"
            case ast.Call(func=ast.Attribute(attr="replace"), args=[ast.Constant(value="T"), ast.Constant(value=" ")]):
                yield node.lineno, "a time in ISO 8601 without its T"


@READ_BY_ONE
def test_nobody_else_tells_a_time() -> None:
    found = {
        (path.as_posix(), what): line
        for path, tree in package_trees().items()
        if path.as_posix() != FORMATTER
        for line, what in faults(tree)
    }
    assert found.keys() == ALLOWED.keys(), "use dronectl/model/text/shown_time.py, and give it the site's zone"


@pytest.mark.parametrize(
    "source",
    [
        "f'{moment:%H:%M}'",
        "f'{moment.astimezone(zone):%Y-%m-%d}'",
        "moment.strftime('%H')",
        "time.strftime('%H')",
        "moment.isoformat()",
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "date.today()",
        "from time import localtime",
        "start_utc.replace('T', ' ')[:16]",
    ],
)
def test_the_search_finds(source: str) -> None:
    assert list(faults(ast.parse(source)))


@pytest.mark.parametrize("source", ["f'{share:.0%}'", "f'{count:,}'", "text.replace('T', 't')", "time.monotonic()"])
def test_the_search_lets_pass(source: str) -> None:
    assert not list(faults(ast.parse(source)))
