"""A drone is in one hand at a time while items, parameters, logs or files go to or fro, or while it is launched.

The lease is a lock of this computer for each of the drone's links, so it holds between all processes, whoever owns the
link, and ends with the process that has it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from dronectl.errors import NotReady, StorageError
from dronectl.link.sharing.holder import Claim, this_process
from dronectl.link.sharing.link_name import link_name
from dronectl.link.sharing.runtime_folder import runtime_folder
from dronectl.link.transport.url import LinkUrl

log = logging.getLogger(__name__)


def lease_name(url: LinkUrl, system_id: int) -> str:
    """The lock of who has a drone in hand over a link."""
    return f"drone-{link_name(url)}-{system_id}.lock"


class DroneLease:
    """One drone's, in this process. It may be taken again by who has it: all tasks of a process are one hand."""

    def __init__(self, drone: str, system_id: int, links: Sequence[LinkUrl]) -> None:
        self._drone = drone
        self._names = sorted(lease_name(url, system_id) for url in links)
        self._depth = 0
        self._held = ExitStack()

    @contextmanager
    def held(self, for_whom: str = "") -> Iterator[None]:
        """Within: no other hand transfers anything to or from this drone. ``for_whom``: who works through this process.

        Raises:
            NotReady: somebody has it; says who.
        """
        if self._depth == 0:
            self._take(for_whom)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._held.close()

    def _take(self, for_whom: str) -> None:
        try:
            folder = runtime_folder()
        except StorageError as error:
            log.warning("%s: no other command can be kept off it: %s", self._drone, error.message)
            return
        us = this_process()
        if for_whom:
            us = replace(us, command=f"{for_whom} through {us.command}")
        with ExitStack() as taken:
            for name in self._names:
                claim = Claim(folder / name)
                try:
                    is_ours = claim.take(us)
                except OSError as error:
                    log.warning("%s: no other command can be kept off it: %s", self._drone, error)
                    continue
                if not is_ours:
                    raise NotReady(
                        f"{self._drone}: {claim.holder() or 'another dronectl has it'}",
                        hint="wait until that has ended; hold, rtl, land and disarm go through all the same",
                    )
                taken.callback(claim.free)
            self._held = taken.pop_all()
