"""Fetching the official SITL: against a server on this computer that cuts, lies, and knows what it has."""

from __future__ import annotations

import hashlib
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dronectl.cli.main import run
from dronectl.errors import InputError, NoAnswer
from dronectl.sim.ardupilot import binary
from dronectl.sim.ardupilot.install import Wanted, install
from dronectl.sim.vehicle.firmware import FIRMWARES

PROGRAM = b"\x7fELF" + bytes(range(256)) * 2_000
FOLDER = "SITL_x86_64_linux_gnu"


class FirmwareServer:
    """As ArduPilot's: folders a release, byte ranges. ``cut_at``: each answer ends after so many bytes, as a
    connection that falls does."""

    def __init__(self) -> None:
        self.files = {
            f"/Copter/{release}/{FOLDER}/arducopter": PROGRAM
            for release in ("stable", "stable-4.6.2", "stable-4.6.10", "stable-4.5.7")
        }
        self.files[f"/Copter/stable/{FOLDER}/firmware-version.txt"] = b"4.7.1-FIRMWARE_VERSION_TYPE_OFFICIAL"
        links = "".join(f'<a href="/Copter/stable-{n}">stable-{n}</a>' for n in ("4.5.7", "4.6.2", "4.6.10"))
        self.files["/Copter/"] = links.encode()
        self.cut_at: int | None = None
        self.tag = '"one"'
        self.sent: list[tuple[str, int]] = []
        """Which path, and from which byte on."""

    @contextmanager
    def serve(self) -> Iterator[str]:
        about = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                about.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        data = self.files.get(to.path)
        if data is None:
            to.send_error(404)
            return
        asked, same = to.headers.get("Range"), to.headers.get("If-Range")
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked and same == self.tag else 0
        if asked and first >= len(data):
            to.send_error(416)
            return
        self.sent.append((to.path, first))
        to.send_response(206 if first else 200)
        to.send_header("Content-Length", str(len(data) - first))
        to.send_header("ETag", self.tag)
        to.end_headers()
        until = len(data) if self.cut_at is None or not to.path.endswith("arducopter") else first + self.cut_at
        to.wfile.write(data[first:until])
        to.close_connection = True


@pytest.fixture(autouse=True)
def own_computer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("DRONECTL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "")
    for name in ("", "_4_5", "_4_6", "_4_7"):
        monkeypatch.delenv(f"DRONECTL_ARDUCOPTER{name}", raising=False)


@pytest.fixture
def firmware() -> Iterator[tuple[FirmwareServer, str]]:
    server = FirmwareServer()
    with server.serve() as url:
        yield server, url


def test_the_newest_of_a_series_is_fetched_found_and_not_fetched_twice(firmware: tuple[FirmwareServer, str]) -> None:
    server, url = firmware
    told: list[tuple[int, int | None]] = []
    one, is_new = install(Wanted("4.6", server=url), lambda done, whole: told.append((done, whole)))
    assert (one.version, is_new) == ("4.6.10", True), "4.6.10 is newer than 4.6.2"
    assert told[-1] == (len(PROGRAM), len(PROGRAM))
    assert one.sha256 == hashlib.sha256(PROGRAM).hexdigest()
    assert binary.find_binary(FIRMWARES["4.6"]) == one.path
    assert binary.find_binary() == one.path
    before = len(server.sent)
    assert install(Wanted("4.6.10", server=url)) == (one, False)
    assert len(server.sent) == before, "nothing is asked for what is there"
    with pytest.raises(InputError, match=r"SITL 4\.5 was not found"):
        binary.find_binary(FIRMWARES["4.5"])


def test_stable_is_the_release_that_the_server_says(firmware: tuple[FirmwareServer, str]) -> None:
    one, _ = install(Wanted(server=firmware[1]))
    assert one.version == "4.7.1"
    assert binary.find_binary(FIRMWARES["4.7"]) == one.path


def test_a_connection_that_falls_is_taken_up_where_it_fell(firmware: tuple[FirmwareServer, str]) -> None:
    server, url = firmware
    server.cut_at = 200_000
    one, _ = install(Wanted("4.5.7", server=url))
    assert one.path.read_bytes() == PROGRAM
    assert [first for _, first in server.sent] == [0, 200_000, 400_000]


def test_what_was_fetched_stays_for_the_next_time(firmware: tuple[FirmwareServer, str]) -> None:
    server, url = firmware
    server.cut_at = 50_000
    with pytest.raises(NoAnswer, match="the connection fell"):
        install(Wanted("4.5.7", server=url))
    assert binary.installed() == []
    server.cut_at = None
    one, _ = install(Wanted("4.5.7", server=url))
    assert server.sent[-1][1] == 200_000, "four tries of 50,000"
    assert one.path.read_bytes() == PROGRAM


def test_a_part_of_another_file_is_not_gone_on_with(firmware: tuple[FirmwareServer, str]) -> None:
    server, url = firmware
    server.cut_at = 50_000
    with pytest.raises(NoAnswer):
        install(Wanted("4.5.7", server=url))
    server.cut_at, server.tag = None, '"two"'
    server.files[f"/Copter/stable-4.5.7/{FOLDER}/arducopter"] = b"\x7fELF" + b"other" * 100_000
    one, _ = install(Wanted("4.5.7", server=url))
    assert one.path.read_bytes() == b"\x7fELF" + b"other" * 100_000


def test_a_part_that_was_whole_already_is_proved_anew(firmware: tuple[FirmwareServer, str], tmp_path: Path) -> None:
    _, url = firmware
    home = tmp_path / "cache" / "ardupilot" / "copter-4.5.7"
    home.mkdir(parents=True)
    (home / "arducopter.part").write_bytes(PROGRAM)
    (home / "arducopter.part.tag").write_text('"one"', encoding="ascii")
    one, _ = install(Wanted("4.5.7", server=url))
    assert one.path.read_bytes() == PROGRAM


@pytest.mark.parametrize("version", ["4.4.0", "4.4"])
def test_a_release_that_the_server_has_not(firmware: tuple[FirmwareServer, str], version: str) -> None:
    with pytest.raises(InputError, match=r"4\.4"):
        install(Wanted(version, server=firmware[1]))


def test_another_checksum_installs_nothing(firmware: tuple[FirmwareServer, str], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its SHA-256 is"):
        install(Wanted("4.5.7", sha256="0" * 64, server=firmware[1]))
    assert list((tmp_path / "cache").rglob("arducopter*")) == []


def test_what_is_no_program_installs_nothing(firmware: tuple[FirmwareServer, str]) -> None:
    server, url = firmware
    server.files[f"/Copter/stable-4.5.7/{FOLDER}/arducopter"] = b"<html>moved</html>"
    with pytest.raises(InputError, match="it is no program"):
        install(Wanted("4.5.7", server=url))


def test_a_program_that_was_changed_is_not_run(firmware: tuple[FirmwareServer, str]) -> None:
    one, _ = install(Wanted("4.5.7", server=firmware[1]))
    one.path.write_bytes(PROGRAM + b"!")
    with pytest.raises(InputError, match="its SHA-256 is another"):
        binary.find_binary()
    again, is_new = install(Wanted("4.5.7", again=True, server=firmware[1]))
    assert is_new
    assert binary.find_binary() == again.path


def test_without_a_network_it_says_what_to_do() -> None:
    with pytest.raises(NoAnswer, match="cannot be reached: Connection refused") as error:
        install(Wanted("4.5.7", server="http://127.0.0.1:1"))
    assert "--binary" in (error.value.hint or "")


def test_a_computer_without_an_official_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    with pytest.raises(InputError, match="no official ArduPilot SITL for Darwin"):
        install(Wanted("4.5.7", server="http://127.0.0.1:1"))


def test_the_command_tells_what_it_did(
    firmware: tuple[FirmwareServer, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sim", "install", "4.6", "--server", firmware[1]]) == 0
    assert "ArduCopter 4.6.10 installed" in capsys.readouterr().out
    assert run(["sim", "install", "four", "--server", firmware[1]]) == 2
    assert run(["sim", "install", "--server", "http://127.0.0.1:1"]) == 4
