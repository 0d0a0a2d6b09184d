"""The pictures of ``watch`` in the documentation are what it shows."""

from __future__ import annotations

import sys

import pytest
from captured_watch import SIZES, CapturedWatch, drawn, image, text_of


@pytest.mark.skipif(sys.platform != "linux", reason="the last digits of a flight differ from computer to computer")
@pytest.mark.parametrize("size", SIZES)
def test_the_capture_in_the_docs_is_what_is_shown(watch: CapturedWatch, size: tuple[int, int]) -> None:
    stored = image(size).read_text(encoding="utf-8")
    found = text_of(drawn(watch.lines(size), size[0]))
    assert found == text_of(stored), "python tests/support/fleets/captured_watch.py draws it anew"
    assert len(found) > 300
