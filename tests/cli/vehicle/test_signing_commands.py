"""Signing through the real entry point: set up, seen, carried to another laptop, ended; and keys that show nowhere."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from running_fleet import copy_workspace
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.ops.audit.log import AuditLog, audit_folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_from_set_up_to_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    keys, other = tmp_path / "keys", tmp_path / "other laptop"
    monkeypatch.setenv("DRONECTL_KEYS", str(keys))
    site = tmp_path / "site"
    site.mkdir()
    root = copy_workspace(site)
    where = ["--workspace", str(root), "--drone", "alpha"]
    said = ""

    def document(arguments: list[str], code: int = 0) -> dict[str, object]:
        nonlocal said
        assert run([*arguments, "--json"]) == code, capfd.readouterr()
        out, err = capfd.readouterr()
        said += out + err
        found: dict[str, object] = json.loads(out)
        return found

    def one(arguments: list[str], code: int = 0) -> dict[str, object]:
        drones = document(arguments, code)["drones"]
        assert isinstance(drones, list)
        (only,) = drones
        assert isinstance(only, dict)
        return only

    with virtual_fleet_behind(root, changes={"alpha": {"serial1_port": free_port()}}) as fleet:
        radio = ["--link", f"tcp://127.0.0.1:{fleet.serial1['alpha'].port}"]
        refusal = document(["signing", "setup", "--yes", *where], 2)["error"]
        assert isinstance(refusal, dict)
        assert "fleet record" in str(refusal["hint"])
        document(["fleet", "record", "--yes", *where])
        assert one(["signing", "status", *where])["signs"] is False
        refusal = document(["signing", "setup", *where], 2)["error"]
        assert isinstance(refusal, dict)
        assert "is it a cable, and no radio?" in str(refusal["message"])
        document(["signing", "setup", "--yes", "--workspace", str(root)], 2)

        given = one(["signing", "setup", "--yes", "-v", *where])
        assert (given["with_our_key"], given["unsigned_refused"]) == (True, False)
        seen = one(["signing", "status", "-v", *where, *radio])
        assert (seen["key"], seen["with_our_key"], seen["unsigned_refused"]) == (given["key"], True, True)
        status = one(["fleet", "status", *where, *radio])
        assert status["refused_frames"] == {radio[1]: {"unsigned": 0, "forged": 0, "replayed": 0, "old": 0}}
        document(["param", "get", "FENCE_ENABLE", *where, *radio])

        file = tmp_path / "keys.txt"
        document(["signing", "export", "--yes", "-o", str(file), *where])
        monkeypatch.setenv("DRONECTL_KEYS", str(other))
        seen = one(["signing", "status", *where, *radio])
        assert (seen["signs"], seen["key"]) == (True, None)
        document(["signing", "import", str(file)])
        document(["param", "get", "FENCE_ENABLE", *where, *radio])
        monkeypatch.setenv("DRONECTL_KEYS", str(keys))

        assert one(["signing", "off", "--yes", *where, *radio])["signs"] is False
        # The drone signs no more, and the other laptop still expects it: told, not hidden.
        monkeypatch.setenv("DRONECTL_KEYS", str(other))
        assert "nothing rightly signed came" in str(
            one(["fleet", "status", "--timeout", "1", *where, *radio], 4)["error"]
        )
        text = (root / "dronectl.toml").read_text(encoding="utf-8")
        (root / "dronectl.toml").write_text("[link]\naccept_unsigned = true\n\n" + text, encoding="utf-8")
        document(["param", "get", "FENCE_ENABLE", *where, *radio])
    secrets = [line.split()[-1] for line in file.read_text(encoding="ascii").splitlines()[1:]]
    assert all(len(secret) == 64 and secret not in said for secret in secrets)
    found = list(AuditLog(audit_folder(root)).lines())
    outcomes = [(line["order"], line["result"]) for line in found if line["event"] == "outcome"]
    assert outcomes == [
        ("signing setup", "failed"),
        ("fleet record", "done"),
        ("signing setup", "done"),
        ("signing off", "done"),
    ]
    assert not any(secret in json.dumps(found) for secret in secrets)
