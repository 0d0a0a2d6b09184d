"""dronectl, which sends itself a signal in the middle of its work: where, nobody outside could hit so exactly.

    python killed_program.py '{"folder": …, "begins": …, "signal": 9, "touch": 3, "cpu_s": null, "told": …}' WORDS…

``begins``: the module whose import is where work begins and start-up ends. ``touch``: the signal comes before the file
system is changed beneath ``folder`` for the so many-th time since then; ``cpu_s``: after so many seconds of CPU since
then. A program that comes to its end writes how many there were to the file ``told``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink"}


class Watch:
    """Counts what the program does; as a hook it is asked before each thing."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self._wanted = wanted
        self._folder = wanted["folder"]
        self._main = threading.main_thread()
        self._in_hook = threading.local()
        self.began_cpu_s: float | None = None
        self.touches = 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "import":
            if self.began_cpu_s is None and arguments[0] == self._wanted["begins"]:
                self._begin()
        elif self.began_cpu_s is not None and (event == "open" or event in _CHANGES):
            if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITES):
                return
            if self._is_beneath(arguments[0]):
                self.touches += 1
                if self.touches == self._wanted["touch"]:
                    self._send()

    def cpu_s(self) -> float:
        return 0.0 if self.began_cpu_s is None else time.process_time() - self.began_cpu_s

    def _begin(self) -> None:
        self.began_cpu_s = time.process_time()
        if self._wanted["cpu_s"] is not None:
            threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        while self.cpu_s() < self._wanted["cpu_s"]:
            time.sleep(0.0005)
        self._send()

    def _send(self) -> None:
        os.kill(os.getpid(), self._wanted["signal"])

    def _is_beneath(self, path: object) -> bool:
        try:
            return isinstance(path, str | os.PathLike) and Path(path).absolute().is_relative_to(self._folder)
        except (TypeError, ValueError, OSError):
            return False


def main() -> int:
    wanted = json.loads(sys.argv[1])
    watch = Watch(wanted)
    sys.addaudithook(watch)
    sys.argv[1:] = sys.argv[2:]
    from dronectl.__main__ import main as dronectl

    sys.path.append(str(Path(__file__).parents[1]))
    from by_day import by_day

    with by_day():  # as the test itself, whatever the hour
        code = dronectl()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Path(wanted["told"]).write_text(json.dumps({"touches": watch.touches, "cpu_s": watch.cpu_s()}), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
