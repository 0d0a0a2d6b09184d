"""No spoiled input file ends in a traceback: a workspace loads, or names its problems in single printable lines."""

from __future__ import annotations

import json
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from effort import examples
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from dronectl.errors import InputErrors
from dronectl.site.making.workspace import make_workspace
from dronectl.site.workspace import load_site

FILES = ("dronectl.toml", "geofences/example.geojson", "missions/example.toml")

MARKS = ["", "\n", "[", "]", "[[", "{", "}", '"', "'''", "=", ",", ".", "#", "-", "\x00", "\u202e", "ก"]
WORDS = ["null", "true", "nan", "inf", "1e999", "9" * 400, "-35.36", "149.16", "1979-05-27", '"field"', "[site]\n"]
SCRAPS = st.sampled_from([*MARKS, *WORDS, "[drone]\n", "[[drone]]\n"])

NO_LINE = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of characters that no single line of text has: controls, halves of characters, line breaks."""

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def workspace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        make_workspace(Path(folder))
        yield Path(folder)


def loads_or_names_its_problems(root: Path) -> None:
    try:
        load_site(root)
    except InputErrors as error:
        problems = error.problems
    else:
        return
    assert problems
    for problem in problems:
        assert not NO_LINE & {unicodedata.category(character) for character in problem}, repr(problem)
        assert len(problem) < 1500


def with_file(root: Path, file: str, data: bytes) -> None:
    """Load with one file spoiled, and mend it."""
    path = root / file
    kept = path.with_suffix(".kept")
    shutil.copyfile(path, kept)
    try:
        path.write_bytes(data)
        loads_or_names_its_problems(root)
    finally:
        kept.replace(path)


@examples(30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_edits_of_text(workspace: Path, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(FILES))
    text = (workspace / file).read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 30))
        text = text[:start] + data.draw(SCRAPS) + text[end:]
    with_file(workspace, file, text.encode("utf-8"))


@examples(15)
@given(data=st.data())
def test_random_bytes(workspace: Path, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(FILES))
    content = (workspace / file).read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    with_file(workspace, file, content[:cut] + data.draw(st.binary(max_size=40)))


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a JSON document."""
    if path:
        yield path
    if isinstance(node, dict):
        for key in node:
            yield from places(node[key], (*path, key))
    elif isinstance(node, list):
        for index, element in enumerate(node):
            yield from places(element, (*path, index))


@examples(30)
@given(data=st.data())
def test_any_json_value_in_any_place(workspace: Path, data: st.DataObject) -> None:
    file = "geofences/example.geojson"
    document = json.loads((workspace / file).read_text(encoding="utf-8"))
    *way, last = data.draw(st.sampled_from(list(places(document))))
    node = document
    for step in way:
        node = node[step]
    node[last] = data.draw(VALUES)
    with_file(workspace, file, json.dumps(document).encode("utf-8"))


NUMBERS = (
    st.floats(-181, 181)
    | st.floats(149.16, 149.17)
    | st.floats(-35.37, -35.35)
    | st.sampled_from([0.0, -0.0, 180.0, 90.0])
)


@examples(30)
@given(
    ring=st.lists(st.lists(NUMBERS, min_size=2, max_size=2), max_size=9),
    close=st.booleans(),
    kind=st.sampled_from(["zone", "fence"]),
)
@example(ring=[[149.165, -35.363]] * 4, close=True, kind="zone")
@example(ring=[[180.0, 0.0], [-180.0, 0.0], [180.0, 1.0]], close=True, kind="zone")
def test_any_ring(workspace: Path, ring: list[list[float]], close: bool, kind: str) -> None:
    file = "geofences/example.geojson"
    document = json.loads((workspace / file).read_text(encoding="utf-8"))
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]] if close and ring else ring]}
    chosen = {"fence": 0, "zone": 1}[kind]
    document["features"][chosen]["geometry"] = geometry
    with_file(workspace, file, json.dumps(document).encode("utf-8"))
