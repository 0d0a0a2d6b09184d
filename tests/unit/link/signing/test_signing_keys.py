"""Keys on disk: private, whole, outside the workspace; timestamps that are never used twice; link ids not shared."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fake_vehicle import drone

from dronectl.errors import InputError, StorageError
from dronectl.link.signing.keys import FOLDER_VARIABLE, KeyStore, keys_folder, open_signing
from dronectl.link.signing.signer import Key

UID = "0123456789abcdef0123456789abcdef0123"
KEY = Key(bytes(range(32)))
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists instead of modes")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyStore:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "keys"))
    return KeyStore(keys_folder())


def stamp_of(store: KeyStore, now: int) -> tuple[int, int]:
    """(link id, timestamp) of one frame of a process that ends in order; ``now`` is what its clock says."""
    link = store.take_link(UID)
    stamp = link.next_stamp(now)
    link.close()
    return link.link_id, stamp


def test_a_key_is_kept_and_forgotten(store: KeyStore) -> None:
    assert store.read(UID) is None
    store.write_pending(UID, KEY)
    assert store.read(UID) is None
    assert store.read_pending(UID) == KEY
    store.promote(UID)
    assert (store.read(UID), store.read_pending(UID)) == (KEY, None)
    store.forget(UID)
    assert store.read(UID) is None


@posix_only
def test_nobody_else_can_read_it(store: KeyStore) -> None:
    before = os.umask(0)
    try:
        store.write(UID, KEY)
    finally:
        os.umask(before)
    assert store.path(UID).stat().st_mode & 0o777 == 0o600
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert list(store.folder.iterdir()) == [store.path(UID)]


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(store: KeyStore, mode: int) -> None:
    store.write(UID, KEY)
    store.path(UID).chmod(mode)
    with pytest.raises(InputError, match=f"others can read this key .mode {mode:o}.") as refusal:
        store.read(UID)
    assert KEY.secret.hex() not in f"{refusal.value} {refusal.value.hint}"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"dronectl signing key\n",
        b"dronectl signing key\n" + b"00" * 32,
        b"dronectl signing key\n" + b"ab" * 31,
        b"ab" * 32,
        b"\xff\xfe\x00" * 5000,
        "dronectl signing key\nกุญแจ".encode(),
    ],
)
def test_what_is_no_key_is_told_and_never_shown(store: KeyStore, content: bytes) -> None:
    store.write(UID, KEY)
    store.path(UID).write_bytes(content)
    with pytest.raises(InputError, match="is no signing key") as refusal:
        store.read(UID)
    assert "abab" not in f"{refusal.value.message} {refusal.value.hint}"


def test_timestamps_rise_over_restarts_even_when_the_clock_went_back(store: KeyStore) -> None:
    link_id, first = stamp_of(store, 5_000_000)
    assert stamp_of(store, 1000) == (link_id, first + 1)


def test_a_crash_costs_half_a_minute_of_timestamps_and_reuses_none(store: KeyStore) -> None:
    link = store.take_link(UID)
    used = link.next_stamp(1000)
    del link  # no close: as after kill -9, the lock is free and the reservation stands
    again = store.take_link(UID)
    assert again.next_stamp(1000) == used + 3_000_000 + 1


def test_two_processes_sign_with_different_link_ids(store: KeyStore) -> None:
    code = (
        "import sys; from pathlib import Path; from dronectl.link.signing.keys import KeyStore\n"
        f"link = KeyStore(Path({str(store.folder)!r})).take_link({UID!r})\n"
        "print(link.link_id, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        theirs = int(other.stdout.readline())
        ours = store.take_link(UID)
        assert ours.link_id != theirs
        other.stdin.close()
        other.wait()
    ours.close()
    assert {store.take_link(UID).link_id} <= {ours.link_id, theirs}


def test_link_ids_stay_within_the_autopilots_memory_and_an_order_goes_out_in_any_case(
    store: KeyStore, caplog: pytest.LogCaptureFixture
) -> None:
    links = [store.take_link(UID) for _ in range(8)]
    assert len({link.link_id for link in links}) == 8
    shared = store.take_link(UID)
    assert shared.link_id in {link.link_id for link in links}
    assert "8 links sign for one drone at once" in caplog.text
    links[3].close()
    assert store.take_link(UID).link_id == links[3].link_id


def test_a_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "a" / "new" / "home")
    assert stamp_of(store, 1_000)[1] == 1_000


def test_a_spoilt_file_of_times_is_told(store: KeyStore) -> None:
    link = store.take_link(UID)
    link.close()
    (store.folder / f"{UID}.link{link.link_id}.time").write_text("yesterday", encoding="utf-8")
    with pytest.raises(InputError, match="is no timestamp"):
        store.take_link(UID)


def test_a_drone_without_a_key_is_not_signed_unless_it_must(store: KeyStore) -> None:
    known = replace(drone("alpha", 1, "tcp://127.0.0.1:1"), uid=UID)
    assert open_signing(known).key is None
    with pytest.raises(InputError, match=r"alpha: dronectl.toml says accept_unsigned = false") as refusal:
        open_signing(replace(known, accept_unsigned=False))
    assert "signing setup --drone alpha" in refusal.value.hint
    with pytest.raises(InputError) as refusal:
        open_signing(replace(known, uid=None, accept_unsigned=False))
    assert "fleet record --drone alpha" in refusal.value.hint
    store.write(UID, KEY)
    assert open_signing(replace(known, accept_unsigned=False)).key == KEY
    assert open_signing(replace(known, uid=None)).key is None


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    store = KeyStore(tmp_path / "file" / "keys")
    with pytest.raises(StorageError):
        store.write(UID, KEY)
    with pytest.raises(StorageError):
        store.take_link(UID)


def test_the_folder_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv("APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME", str(tmp_path))
    assert keys_folder() == tmp_path / "dronectl" / "keys"
