"""dronectl from Python, for notebooks and scripts: the one module that promises to stay.

What is named here keeps its name and its meaning through all releases of one major version; every other module may
change at any time. The values are the model's own (frozen dataclasses with units in their names), errors are
:class:`~dronectl.errors.DronectlError`. Nothing heavy is imported before it is needed.

    >>> from datetime import date
    >>> from dronectl import api
    >>> site = api.load_site("roi-et")
    >>> plan = api.build_plan(site, "demo", name="monday", day=date(2026, 11, 23))
    >>> api.errors_of(plan.findings)
    []
    >>> folder = api.write_plan(plan, site)
    >>> folder.name
    'monday'

Nothing here moves an aircraft but what a script tells the vehicles of :func:`connect`; uploads that are read back and
flights that are watched are ``dronectl push`` and ``dronectl fly``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dronectl.errors import DronectlError

if TYPE_CHECKING:
    import dronekit
    from numpy.typing import NDArray

    from dronectl.formats.recordings.recording import Recording
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.finding import Finding, Severity
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site
    from dronectl.model.track.track import Track

__all__ = [
    "Drone",
    "DronectlError",
    "Finding",
    "Plan",
    "Recording",
    "Severity",
    "Site",
    "Track",
    "build_plan",
    "check_plan",
    "columns_of",
    "connect",
    "errors_of",
    "load_site",
    "read_plan",
    "read_recording",
    "write_plan",
]

_TYPES = {
    "Drone": "dronectl.model.fleet",
    "Finding": "dronectl.model.plan.finding",
    "Plan": "dronectl.model.plan.plan",
    "Recording": "dronectl.formats.recordings.recording",
    "Severity": "dronectl.model.plan.finding",
    "Site": "dronectl.model.site",
    "Track": "dronectl.model.track.track",
}


def __getattr__(name: str) -> Any:
    """The types, each imported when it is asked for."""
    if name in _TYPES:
        return getattr(import_module(_TYPES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_site(workspace: str | Path | None = None) -> Site:
    """A validated workspace; without a folder the nearest one from here upwards, as the commands find it.

        >>> site = load_site("roi-et")
        >>> [drone.name for drone in site.drones]
        ['alpha', 'bravo', 'charlie']
        >>> site.patrol("demo").id
        'demo'

    Raises:
        InputError: there is none. InputErrors: it is not valid; every problem is listed.
    """
    from dronectl.site.root import find_workspace
    from dronectl.site.workspace import load_site as load

    return load(find_workspace(None if workspace is None else Path(workspace)))


def build_plan(
    site: Site,
    missions: str | Sequence[str],
    *,
    drones: Sequence[str] | None = None,
    name: str | None = None,
    day: date | None = None,
    start: time | None = None,
    allow: Sequence[str] = (),
    by: str | None = None,
    budget_s: float = 1.0,
) -> Plan:
    """A plan of one or several missions, with what the checks find in it: ``dronectl plan build`` without files.

    ``drones``: names of those that fly, the whole fleet without any. ``day`` is the day of the flight (today at the
    site without one), ``start`` when it begins. ``allow`` names rules that ``by`` lets be broken. ``budget_s``: how
    long to search for shorter flights, counted in rounds, so that every computer finds the same.

        >>> plan = build_plan(site, "demo", drones=["alpha"], budget_s=0.1)
        >>> [(drone.name, len(drone.sorties)) for drone in plan.drones]
        [('alpha', 2)]
        >>> plan.coverage_pct > 99
        True

    Raises:
        InputError: no such mission, drone or rule, or the missions cannot be flown.
    """
    from dronectl.ops.plans.building import BuildSettings, build_checked, find_patrol
    from dronectl.ops.plans.overrides import overrides_of

    patrols = [find_patrol(site, mission) for mission in ([missions] if isinstance(missions, str) else missions)]
    settings = BuildSettings(drones, name, overrides_of(allow, by), day, start, budget_s=budget_s)
    return build_checked(site, patrols, settings).plan


def write_plan(plan: Plan, site: Site, folder: str | Path | None = None) -> Path:
    """Writes a plan's folder, with its map for Google Earth, for ``dronectl push``; plans/NAME of the workspace
    without a ``folder``. Returns the folder.

        >>> folder = write_plan(plan, site, "tonight")
        >>> sorted(path.name for path in folder.glob("*.waypoints"))
        ['alpha.waypoints', 'bravo.waypoints', 'charlie.waypoints']

    Raises:
        InputError: the folder holds something else than a plan. StorageError: it cannot be written.
    """
    from dronectl.ops.plans.plan_map import write_plan_with_map

    target = site.root / "plans" / plan.name if folder is None else Path(folder)
    write_plan_with_map(plan, site, target)
    return target


def read_plan(folder: str | Path) -> Plan:
    """A plan as its files say it now, by its folder or the plan.json in it.

        >>> read_plan("roi-et/plans/demo").edited
        ()

    Raises:
        InputError: no plan, or a file of it is missing or cannot be read.
    """
    from dronectl.formats.plans.plan_folder import folder_of
    from dronectl.formats.plans.plan_folder import read_plan as read

    return read(folder_of(Path(folder)) or Path(folder))


def check_plan(plan: Plan, site: Site, *, day: date | None = None) -> tuple[Finding, ...]:
    """What every rule finds in a plan, on the plan's own day unless ``day`` says another.

        >>> later = check_plan(plan, site, day=date(2036, 6, 1))
        >>> sorted({finding.rule for finding in errors_of(later)})
        ['aerodrome', 'notice', 'papers']

    Raises:
        InputError: the plan is not one of this site's.
    """
    from dronectl.checks import check_plan as check
    from dronectl.site.local_time import day_of

    return check(plan, site, day=day or day_of(plan, site))


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Those that forbid the flight: neither warnings nor what is authorised."""
    from dronectl.model.plan.finding import errors_of as errors

    return errors(findings)


def read_recording(
    path: str | Path, *, site: Site | None = None, source: Literal["ekf", "gps", "raw"] = "ekf"
) -> Recording:
    """The flights in a telemetry log or a DataFlash log. With a ``site`` the drones have their names.

        >>> recording = read_recording("flight.tlog")
        >>> recording.format, len(recording.tracks)
        ('tlog', 1)

    Raises:
        InputError: not readable, empty, or no recording at all.
    """
    from dronectl.formats.recordings.recording import read_recording as read
    from dronectl.model.track.track import PositionSource

    names = {drone.system_id: drone.name for drone in site.drones} if site is not None else {}
    return read(Path(path), source=PositionSource(source), names=names)


def columns_of(track: Track, site: Site | None = None) -> dict[str, NDArray[Any]]:
    """A flight as NumPy columns of one length, for ``pandas.DataFrame`` or ``pyarrow.table``. NaN: not known.

    ``time_utc`` (``datetime64[us]``), ``lat_deg`` and ``lon_deg`` are always known. With a ``site`` that has elevation
    files, so is the height above the ground.

        >>> columns = columns_of(recording.tracks[0])
        >>> list(columns)[:4]
        ['time_utc', 'lat_deg', 'lon_deg', 'amsl_altitude_m']
        >>> len({len(column) for column in columns.values()})
        1
    """
    from dronectl.formats.tracks.columns import numbers_of

    places: dict[str, NDArray[Any]] = {
        "time_utc": track.time_utc,
        "lat_deg": track.lat_deg,
        "lon_deg": track.lon_deg,
    }
    numbers = numbers_of(track, None if site is None else site.terrain)
    return places | {number.name: number.values for number in numbers}


@contextmanager
def connect(
    drones: Sequence[Drone], *, rate_hz: int = 4, wait_ready: bool = False, timeout_s: float = 30.0
) -> Iterator[dict[str, dronekit.Vehicle]]:
    """A ``dronekit.Vehicle`` for each drone, by name, over dronectl's links (several on one link, signing, reconnects);
    closed at the end. ``wait_ready``: until parameters, GPS, mode and attitude have come, too.

        >>> with connect(site.drones[:1]) as vehicles:
        ...     vehicles["alpha"].mode.name
        'STABILIZE'

    Uploads with ``vehicle.commands`` work but are not read back.

    Raises:
        InputError: a wrong link. NoAnswer: a drone is silent, or not ready in time.
    """
    from dronectl.link.dronekit_handle import dronekit_fleet

    with dronekit_fleet(
        drones, rate_hz=rate_hz, heartbeat_timeout_s=timeout_s, wait_ready=wait_ready, ready_timeout_s=2 * timeout_s
    ) as vehicles:
        yield vehicles
