"""The terminals in the documentation are what ``watch``, ``fly`` and ``fleet ready`` show."""

from __future__ import annotations

import sys

import pytest
from captured_watch import CapturedWatch
from captures import captures
from terminal_picture import SIZES, image, text_of


@pytest.mark.skipif(sys.platform != "linux", reason="the last digits of a flight differ from computer to computer")
@pytest.mark.parametrize("size", SIZES)
def test_the_captures_in_the_docs_are_what_is_shown(watch: CapturedWatch, size: tuple[int, int]) -> None:
    for name, svg in captures(watch, size).items():
        found, stored = text_of(svg), text_of(image(name, size).read_text(encoding="utf-8"))
        assert found == stored, f"{name}: python tests/support/fleets/captures.py draws it anew"
        assert len(found) > 300
