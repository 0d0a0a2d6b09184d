"""Who is proposed where nobody can go: silence is another answer than a no."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from dronectl.errors import NoAnswer, NotReady
from dronectl.ops.dispatch.look import chosen
from dronectl.ops.dispatch.options import Option


def proposal(*states: str) -> Any:
    options = [Option(f"drone{number}", state, "why") for number, state in enumerate(states)]
    return cast(Any, SimpleNamespace(best=None, options=options, cameras=()))


def test_nobody_that_is_heard_is_no_answer_in_time() -> None:
    with pytest.raises(NoAnswer, match="nobody can go: drone0: why; drone1: why"):
        chosen(proposal("unheard", "unheard"))
    with pytest.raises(NotReady):
        chosen(proposal("unheard", "standing"))
