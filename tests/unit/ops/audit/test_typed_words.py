"""Commands are kept as they were typed, and no secret with them."""

from __future__ import annotations

import pytest

from dronectl.ops.audit.words import typed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("hold", "--drone", "alpha"), "dronectl hold --drone alpha"),
        (("fly", "แผน เช้า"), "dronectl fly 'แผน เช้า'"),
        (("x", "--token", "abc", "-v"), "dronectl x --token … -v"),
        (("x", "--api-key=abc"), "dronectl x '--api-key=…'"),
        (("x", "--token-file", "t.txt"), "dronectl x --token-file t.txt"),
        (("x", "--broker", "mqtts://me:secret@host/"), "dronectl x --broker 'mqtts://…@host/'"),
        (("x", "ab" * 32), "dronectl x …"),
    ],
)
def test_secrets_are_left_out(arguments: tuple[str, ...], words: str) -> None:
    assert typed(arguments) == words
