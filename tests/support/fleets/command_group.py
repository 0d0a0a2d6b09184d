"""A group of commands as a test types it, with what it said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dronectl.cli.main import run


class CommandGroup:
    """``dronectl GROUP …`` in the workspace at ``root``."""

    def __init__(self, name: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._name = name
        self._root = root
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: object) -> int:
        self._capsys.readouterr()
        code = run([self._name, *map(str, arguments), "--workspace", str(self._root)])
        self.out, self.err = self._capsys.readouterr()
        return code

    def document(self, *arguments: object) -> Any:
        self(*arguments, "--json")
        return json.loads(self.out)
