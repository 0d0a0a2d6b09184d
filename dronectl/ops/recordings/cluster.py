"""The same work on the machines of a Dask cluster, which see the same files under the same names."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

from dronectl import __version__
from dronectl.errors import InputError, NoAnswer
from dronectl.ops.recordings.worker_pool import Job, Outcome, outcome

J = TypeVar("J", bound=Job)
R = TypeVar("R")

_CONNECT_S = 10
_GIVEN_UP = ("KilledWorker", "CancelledError", "FutureCancelledError")
"""Dask's names for: its workers died of it, or its scheduler went away."""


def on_cluster(
    work: Callable[[J, Any], R], jobs: Sequence[J], common: object, *, address: str
) -> Generator[Outcome[J, R], None, None]:
    """As :func:`dronectl.ops.recordings.worker_pool.on_processes`, by the scheduler at ``address`` (``tcp://host:8786``).

    Closing the iterator cancels what has not begun; what is under way ends by itself.

    Raises:
        InputError: the extra is not installed, no such address, or workers have another dronectl, whose bytes may
            differ. NoAnswer: no scheduler, or it has no worker.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise InputError("--cluster needs Dask", hint="pip install 'dronectl[cluster]'") from error
    if not address.startswith(("tcp://", "tls://")):
        raise InputError(f"--cluster {address}: no address of a scheduler", hint="it is like tcp://host:8786")
    try:
        client = Client(address, timeout=_CONNECT_S, set_as_default=False)
    except OSError as error:  # TimeoutError too
        hint = "start one with 'dask scheduler', and workers with 'dask worker ADDRESS'"
        raise NoAnswer(f"no Dask scheduler answers at {address}", hint=hint) from error
    except ValueError as error:
        raise InputError(f"--cluster {address}: {error}", hint="it is like tcp://host:8786") from error
    with client:
        _refuse_other_versions(client, address)
        shared = client.scatter(common, broadcast=True, hash=False)
        futures = {client.submit(work, job, shared, pure=False): job for job in jobs}
        try:
            for future in as_completed(list(futures), loop=client.loop):
                yield _outcome(futures[future], future)
        finally:
            client.cancel(list(futures))


def installed_version() -> str:
    """Asked of each worker."""
    return __version__


def _refuse_other_versions(client: Any, address: str) -> None:
    if not client.scheduler_info()["workers"]:
        raise NoAnswer(f"the scheduler at {address} has no worker", hint=f"start some with 'dask worker {address}'")
    try:
        versions = client.run(installed_version)
    except ImportError as error:
        hint = "install the same version on each of its machines"
        raise InputError(f"the workers of {address} have no dronectl", hint=hint) from error
    for worker, version in sorted(versions.items()):
        if version != __version__:
            raise InputError(
                f"worker {worker} has dronectl {version}, here is {__version__}: their files could differ",
                hint="install the same version on each of its machines",
            )


def _outcome(job: J, future: Any) -> Outcome[J, Any]:
    error = None if future.status == "finished" else future.exception()
    if type(error).__name__ in _GIVEN_UP:
        return Outcome(job, None, InputError(f"{job.source}: the cluster gave it up: {error}"))
    return outcome(job, error, future)
