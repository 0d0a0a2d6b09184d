"""What the lock of a file promises: one at a time, and free again with its holder's end."""

from __future__ import annotations

from pathlib import Path

from dronectl.storage.file_lock import lock_file


def test_a_lock_is_one_opener_s_until_it_closes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    with path.open("ab") as second:
        with path.open("ab") as first:
            assert lock_file(first)
            assert not lock_file(second)
        assert lock_file(second, wait=True)
