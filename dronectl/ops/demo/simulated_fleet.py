"""A simulated fleet in a process of its own, on ports of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dronectl.errors import NoAnswer

if TYPE_CHECKING:
    from dronectl.model.site import Site

END_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class SimulatedFleet:
    """How the drones are simulated, in the words of ``sim start``."""

    backend: str = "builtin"
    speedup: float = 20.0
    seed: int = 0
    firmwares: tuple[str, ...] = ()

    def on_free_ports(self, site: Site) -> Site:
        """The same site with free local ports, so that this fleet never meets one that is already there."""
        ports = _free_ports(len(site.drones))
        own = (replace(drone, further_links=(), uid=None, accept_unsigned=None) for drone in site.drones)
        moved = (replace(drone, link=f"tcp://127.0.0.1:{port}") for drone, port in zip(own, ports, strict=True))
        return replace(site, drones=tuple(moved))

    @contextmanager
    def running(self, site: Site) -> Iterator[None]:
        """Within: ``dronectl sim start`` answers on the site's links; it ends with us, however we end.

        Raises:
            NoAnswer: it did not start; with its own words.
        """
        with tempfile.TemporaryFile() as words:
            process = subprocess.Popen(
                self._command(site),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                text=True,
                encoding="utf-8",
                errors="replace",
                # Ctrl-C on the terminal is for us: the drones must live on to come home.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                if process.stdout.readline().strip() != "ready":
                    process.stdin.close()
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(END_WAIT_S)
                    words.seek(0)
                    said = words.read().decode("utf-8", "replace").strip()
                    raise NoAnswer(f"the simulated fleet did not start: {said or 'no reason given'}")
                yield
            finally:
                process.stdin.close()
                try:
                    process.wait(END_WAIT_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                process.stdout.close()

    def _command(self, site: Site) -> list[str]:
        command = [sys.executable, "-m", "dronectl", "sim", "start", "--private", "--workspace", str(site.root)]
        command += ["--backend", self.backend, "--speedup", f"{self.speedup:g}", "--seed", str(self.seed)]
        for firmware in self.firmwares:
            command += ["--firmware", firmware]
        for drone in site.drones:
            command += ["--link", f"{drone.name}={drone.link}"]
        return command


def _free_ports(count: int) -> list[int]:
    """Ports that nobody has."""
    with ExitStack() as probes:
        servers = [probes.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(server.getsockname()[1]) for server in servers]
