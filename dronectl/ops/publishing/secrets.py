"""Passwords that dronectl.toml names a file or a variable for, and never holds itself."""

from __future__ import annotations

import os
from pathlib import Path

from dronectl.errors import InputError
from dronectl.storage.reading import read_text


def password_of(table: str, variable: str | None, file: str | None, root: Path) -> str | None:
    """Of a table of dronectl.toml; ``root``: the workspace. None: it names none.

    Raises:
        InputError: it is not where dronectl.toml says.
    """
    if variable is not None:
        if (password := os.environ.get(variable)) is None:
            raise InputError(
                f"dronectl.toml: [{table}]: the environment has no {variable}", hint="set it to the password"
            )
        return password
    if file is None:
        return None
    path = root / file
    lines = read_text(path).splitlines()
    if not lines:
        raise InputError(f"{path}: is empty", hint="the password is its first line")
    return lines[0]
