"""uids go into dronectl.toml, and nothing else changes there."""

from __future__ import annotations

import pytest

from dronectl.errors import InputError
from dronectl.site.uid_record import with_uids

UID = "0123456789abcdef" * 2 + "0123"
TEXT = """# ร้อยเอ็ด
[[drone]] # the first
name = "alpha"
system_id = 1 # one
[drone.battery]
capacity_wh = 130.0

[[drone]]
system_id = 2
name = "bravo"
"""


def test_one_line_is_added_below_the_system_id() -> None:
    assert with_uids(TEXT, {"alpha": UID}) == TEXT.replace("# one\n", f'# one\nuid = "{UID}"\n')
    assert with_uids(TEXT, {"bravo": UID}) == TEXT.replace("system_id = 2\n", f'system_id = 2\nuid = "{UID}"\n')
    assert with_uids(TEXT, {}) == TEXT


def test_line_ends_of_windows_stay() -> None:
    text = TEXT.replace("\n", "\r\n")
    assert with_uids(text, {"alpha": UID, "bravo": UID}) == with_uids(TEXT, {"alpha": UID, "bravo": UID}).replace(
        "\n", "\r\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('drone = [{ name = "alpha", system_id = 1 }]\n', id="in one line"),
        pytest.param('[[drone]]\nname = "alpha"\nsystem_id = 1\nnote = """\n[x]\n"""\n', id="a bracket in a text"),
        pytest.param('[[drone]]\nname = "alpha"\nsystem_id = 1\nuid = "ab"\n', id="there is one"),
    ],
)
def test_what_cannot_be_edited_safely_is_left_with_what_to_write(text: str) -> None:
    with pytest.raises(InputError, match="cannot be edited safely") as raised:
        with_uids(text, {"alpha": UID})
    assert f'alpha: uid = "{UID}"' in raised.value.hint
