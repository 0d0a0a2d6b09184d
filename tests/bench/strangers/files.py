"""Time and memory of real commands that read files made unsound (tests/support/strangers).

    python tests/bench/strangers/files.py [INPUTS] [FIRST_SEED]

Bounds: 2 s of CPU and 500 MB, exit 0 or 2 (3 for a check of a plan). What breaks one is listed with its seed.

Processes are forked from one that has read the sound file of each kind, and so imported what its readers need: that
takes longer than most inputs do (POSIX only). One of them reads a batch of inputs; where one of these breaks a bound,
or ends the process, each of the batch gets a process of its own, so that its time and memory are its own. A line on
stderr every thousand inputs says how far it is.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))

from strangers.mutations import mutated
from strangers.real_commands import Desk, Kind

MOST_CPU_S, MOST_MB = 2.0, 500.0
INPUTS = 2_000
LONGEST_S = 60
"""A process that takes so much CPU is ended."""
BATCH = 40
"""Each kind of file twice."""


@dataclass(frozen=True, slots=True)
class Read:
    """The worst exit code, CPU seconds, peak memory and the words of a fault."""

    name: str
    seed: int
    code: int
    cpu_s: float
    mb: float
    said: str

    @property
    def is_broken(self) -> bool:
        return self.code not in (0, 2, 3) or self.cpu_s > MOST_CPU_S or self.mb > MOST_MB


def main() -> int:
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else INPUTS
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    began_s = time.monotonic()
    found: dict[str, list[Read]] = defaultdict(list)
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for kind in desk.kinds:
            desk.try_file(kind, kind.sound)
        gc.collect()
        gc.freeze()
        for begin in range(first, first + inputs, BATCH):
            for read in _read(desk, range(begin, min(begin + BATCH, first + inputs))):
                found[read.name].append(read)
                if read.is_broken:
                    broken += 1
                    words = f"exit {read.code}, {read.cpu_s:.1f} s, {read.mb:.0f} MB: {read.said}"
                    print(f"{read.name} seed {read.seed}: {words}", flush=True)
            if (begin - first) % 1_000 == 0:
                print(f"{begin - first} of {inputs}, {broken} broken", file=sys.stderr, flush=True)
    _print(found)
    print(f"{inputs} inputs in {time.monotonic() - began_s:.0f} s, {broken} outside of the bounds")
    return 1 if broken else 0


def _print(found: Mapping[str, Sequence[Read]]) -> None:
    print(f"{'kind':<28}{'inputs':>8}{'read':>8}{'refused':>9}{'else':>6}{'most CPU s':>12}{'most MB':>9}")
    for name, reads in sorted(found.items()):
        exits = Counter(one.code for one in reads)
        read, refused = exits[0] + exits[3], exits[2]
        most_s, most_mb = max(one.cpu_s for one in reads), max(one.mb for one in reads)
        figures = f"{len(reads):>8}{read:>8}{refused:>9}{len(reads) - read - refused:>6}{most_s:>12.2f}{most_mb:>9.0f}"
        print(f"{name:<28}{figures}")


def _read(desk: Desk, seeds: range) -> list[Read]:
    batch = _apart(desk, seeds)
    if len(batch) == len(seeds) and not any(read.is_broken for read in batch):
        return batch
    alone = [_apart(desk, [seed]) or [_ended(desk, seed)] for seed in seeds]
    return [read for (read,) in alone]


def _ended(desk: Desk, seed: int) -> Read:
    return Read(_name(desk, seed), seed, 255, LONGEST_S, 0.0, "the process was ended")


def _name(desk: Desk, seed: int) -> str:
    kind = _kind(desk, seed)
    return kind.place or kind.suffix


def _kind(desk: Desk, seed: int) -> Kind:
    return desk.kinds[seed % len(desk.kinds)]


def _apart(desk: Desk, seeds: Sequence[int]) -> list[Read]:
    """What a process of its own reads; less than was asked for where that ended it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_S, LONGEST_S))
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            for seed in seeds:
                pipe.write(json.dumps(_tried(desk, seed)) + "\n")
                pipe.flush()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        lines = [json.loads(line) for line in told]
    _, _, used = os.wait4(child, 0)
    mb = used.ru_maxrss / (1024.0 if sys.platform == "linux" else 1024.0 * 1024.0)
    return [
        Read(_name(desk, seed), seed, code, cpu_s, mb, said)
        for seed, (code, cpu_s, said) in zip(seeds, lines, strict=False)
    ]


def _tried(desk: Desk, seed: int) -> tuple[int, float, str]:
    kind = _kind(desk, seed)
    data = mutated(kind.sound, seed)
    began_s = time.process_time()
    worst, said = 0, ""
    for words, code, text in desk.try_file(kind, data):
        allowed = (0, 2, 3) if words[:2] == ("plan", "check") else (0, 2)
        if code not in allowed or code > worst:
            worst, said = (code, text) if code in allowed else (max(code, 100), text)
    return worst, time.process_time() - began_s, said.strip().replace("\n", " | ")[-300:]


if __name__ == "__main__":
    sys.exit(main())
