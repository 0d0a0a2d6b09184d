"""Pieces of a file on their way to the disk, counted, and digested if asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Tally:
    """Gives ``pieces`` on. ``size`` is how many bytes went by so far."""

    def __init__(self, pieces: Iterable[bytes], *, digests: bool) -> None:
        self._pieces, self._digest, self.size = pieces, None, 0
        if digests:
            import hashlib  # takes longer to import than a short recording to read

            self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size += len(piece)
            if self._digest is not None:
                self._digest.update(piece)
            yield piece

    def sha256(self) -> str:
        """Of what went by, in hex digits. Only if ``digests`` was asked for."""
        assert self._digest is not None
        return self._digest.hexdigest()
