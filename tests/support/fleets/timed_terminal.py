"""What a command writes on its terminal, line by line, and when."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A line on the terminal, and when by our clock; None: outside of any event loop."""

    loop_s: float | None
    text: str


class Terminal(io.TextIOWrapper):
    """Takes what a command writes there, and notes when."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), "utf-8", write_through=True)
        self.lines: list[Said] = []
        self._rest = ""

    def write(self, text: str, /) -> int:
        try:
            now_s: float | None = asyncio.get_running_loop().time()
        except RuntimeError:
            now_s = None
        *whole, self._rest = (self._rest + text).split("\n")
        self.lines += [Said(now_s, line.rstrip()) for line in whole]
        return super().write(text)
