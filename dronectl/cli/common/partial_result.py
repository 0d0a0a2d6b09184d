"""An order to several drones that does not reach all of them: an error also says which have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dronectl.errors import DronectlError, Interrupted


@contextmanager
def telling_done(done: Sequence[str]) -> Iterator[None]:
    """Within: an error, or Ctrl-C, names the drones that are in ``done`` by then."""
    try:
        yield
    except DronectlError as error:
        error.details["done"] = list(done)
        if done:
            error.message += f"; done: {', '.join(done)}"
        raise
    except KeyboardInterrupt:
        if not done:
            raise
        told = f"stopped by the user; done: {', '.join(done)}"
        raise Interrupted(told, details={"done": list(done)}) from None
