"""Time and memory of real commands that read files made unsound (tests/support/strangers).

    python tests/bench/strangers/files.py [INPUTS] [FIRST_SEED]

Each input has a process of its own, forked, so that its time and memory are its own (POSIX only). Bounds: 2 s of CPU
and 500 MB, exit 0 or 2 (3 for a check of a plan). What breaks one is listed with its seed.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))

from strangers.mutations import mutated
from strangers.real_commands import Desk, Kind

MOST_CPU_S, MOST_MB = 2.0, 500.0
INPUTS = 2_000


def main() -> int:
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else INPUTS
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    began_s = time.monotonic()
    exits: dict[str, Counter[int]] = defaultdict(Counter)
    slowest: dict[str, float] = defaultdict(float)
    largest: dict[str, float] = defaultdict(float)
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for seed in range(first, first + inputs):
            kind = desk.kinds[seed % len(desk.kinds)]
            name = kind.place or kind.suffix
            code, cpu_s, mb, said = _apart(desk, kind, seed)
            exits[name][code] += 1
            slowest[name], largest[name] = max(slowest[name], cpu_s), max(largest[name], mb)
            if code not in (0, 2, 3) or cpu_s > MOST_CPU_S or mb > MOST_MB:
                broken += 1
                print(f"{name} seed {seed}: exit {code}, {cpu_s:.1f} s, {mb:.0f} MB: {said}", flush=True)
    print(f"{'kind':<28}{'inputs':>8}{'read':>8}{'refused':>9}{'else':>6}{'most CPU s':>12}{'most MB':>9}")
    for name, counted in sorted(exits.items()):
        read, refused = counted[0] + counted[3], counted[2]
        other = counted.total() - read - refused
        figures = f"{counted.total():>8}{read:>8}{refused:>9}{other:>6}{slowest[name]:>12.2f}{largest[name]:>9.0f}"
        print(f"{name:<28}{figures}")
    print(f"{inputs} inputs in {time.monotonic() - began_s:.0f} s, {broken} outside of the bounds")
    return 1 if broken else 0


def _apart(desk: Desk, kind: Kind, seed: int) -> tuple[int, float, float, str]:
    """The worst exit code, CPU seconds, peak memory in MB and the words of a fault."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
        worst, said = 0, ""
        for words, code, text in desk.try_file(kind, mutated(kind.sound, seed)):
            allowed = (0, 2, 3) if words[:2] == ("plan", "check") else (0, 2)
            if code not in allowed or code > worst:
                worst, said = (code, text) if code in allowed else (max(code, 100), text)
        os.write(writing, said.encode("utf-8", "replace")[-300:])
        os._exit(worst)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    _, status, used = os.wait4(child, 0)
    per_mb = 1024.0 if sys.platform == "linux" else 1024.0 * 1024.0
    code = os.waitstatus_to_exitcode(status)
    return code, used.ru_utime + used.ru_stime, used.ru_maxrss / per_mb, said.strip().replace("\n", " | ")


if __name__ == "__main__":
    sys.exit(main())
