"""Any file, through the real commands: it is read, or refused in one line; never an unexpected fault.

``tests/bench/strangers/files.py`` does the same for as many files as asked for, and measures time and memory.
"""

from __future__ import annotations

import pytest
from effort import seeds
from strangers.mutations import mutated
from strangers.real_commands import Desk

OF_RULES = 3
"""Only a check of a plan ends with it."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    root = tmp_path_factory.mktemp("strangers") / "desk"
    root.mkdir()
    return Desk(root)


@pytest.mark.parametrize("number", range(20))
def test_it_is_read_or_refused_in_one_line(desk: Desk, number: int) -> None:
    kind = desk.kinds[number]
    for _, code, said in desk.try_file(kind, kind.sound):
        assert code in (0, OF_RULES), said
    for seed in seeds(6):
        for words, code, said in desk.try_file(kind, mutated(kind.sound, seed)):
            allowed = (0, 2, OF_RULES) if words[:2] == ("plan", "check") else (0, 2)
            assert code in allowed, f"seed {seed}: {' '.join(words)}\n{said}"
            assert (code != 0) == ("error: " in said), f"seed {seed}: {said}"
            assert "\x1b" not in said


def test_every_kind_is_tried(desk: Desk) -> None:
    assert len(desk.kinds) == 20


def test_nothing_is_written_outside(desk: Desk) -> None:
    assert [path.name for path in desk.root.parent.iterdir()] == [desk.root.name]
