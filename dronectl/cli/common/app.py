"""What every command shares: the common options, the workspace, where output goes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.common.out import console, echo, put_out
from dronectl.errors import InputError
from dronectl.model.text.finite_json import finite
from dronectl.model.text.plain_text import escaped_json

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from dronectl.link.fleet_link import FleetLink
    from dronectl.model.fleet import Drone
    from dronectl.model.site import Site
    from dronectl.ops.audit.trail import AuditedOrder, AuditTrail
    from dronectl.ops.common.events import Listener
    from dronectl.ops.items.logbook import Logbook
    from dronectl.ops.recordings.black_box.box import BlackBox


@dataclass(slots=True)
class App:
    """The common options of one call. Data goes to stdout, everything for the eye to stderr."""

    workspace: Path | None = None
    json: bool = False
    verbose: bool = False
    no_color: bool = False
    links: tuple[str, ...] = ()
    drone_names: tuple[str, ...] = ()
    command: str = ""
    """Its name with that of its group: ``patrol resume``."""
    arguments: tuple[str, ...] = ()
    """The command line as it was typed."""

    def out(self) -> Console:
        """Console for reports (stdout)."""
        return console(stderr=False, no_color=self.no_color)

    def err(self) -> Console:
        """Console for progress, logs and questions (stderr)."""
        return console(stderr=True, no_color=self.no_color)

    def print_json(self, document: object) -> None:
        """The one JSON document of a ``--json`` answer."""
        put_out(as_json(document) + "\n")

    def root(self) -> Path:
        """The workspace's folder.

        Raises:
            InputError: there is none.
        """
        from dronectl.site.root import find_workspace

        return find_workspace(self.workspace)

    def site(self) -> Site:
        """The validated workspace, with ``--link`` applied.

        Raises:
            InputErrors: the workspace is not valid; every problem is listed.
        """
        from dronectl.site.workspace import load_site

        site = load_site(self.root())
        return replace(site, drones=self._relinked(site.drones))

    def site_to_show(self) -> Site:
        """The workspace for names, colours and pictures: no shape in it is measured.

        Raises:
            InputErrors: a file of the workspace is not valid.
        """
        from dronectl.site.workspace import read_site

        return read_site(self.root())

    def zone(self) -> ZoneInfo:
        """The time zone in which the site's times are told, of dronectl.toml alone.

        Raises:
            InputErrors: dronectl.toml is not valid. InputError: there is none.
        """
        from zoneinfo import ZoneInfo

        from dronectl.site.workspace import load_time_zone

        return ZoneInfo(load_time_zone(self.root()))

    def drones(self, site: Site | None = None) -> tuple[Drone, ...]:
        """The drones that ``--drone`` names; the whole fleet without it. Without ``site`` only dronectl.toml is read.

        Raises:
            InputErrors: dronectl.toml is not valid. InputError: no such drone.
        """
        from dronectl.site.workspace import load_drones

        fleet = site.drones if site else self._relinked(load_drones(self.root()))
        known = [drone.name for drone in fleet]
        for name in self.drone_names:
            if name not in known:
                raise InputError(f"no drone '{name}' in dronectl.toml", hint=f"the fleet is: {', '.join(known)}")
        return tuple(drone for drone in fleet if not self.drone_names or drone.name in self.drone_names)

    def one_drone(self, site: Site | None = None) -> Drone:
        """The one drone that ``--drone`` names.

        Raises:
            InputError: none or several; see :meth:`drones`.
        """
        drones = self.drones(site)
        if len(drones) != 1:
            raise InputError("this is about exactly one drone", hint="name it with --drone NAME")
        return drones[0]

    def logbook(self, action: str, details: Mapping[str, object], others: Sequence[str] = ()) -> Logbook:
        """What the command leaves in the workspace's flights/. ``others``: what ``--other-aircraft`` names.

        Raises:
            InputError: no such drone.
        """
        from dronectl.ops.items.logbook import Logbook

        known = [drone.name for drone in self.drones()] if others else []
        for name in others:
            if name not in known:
                raise InputError(f"--other-aircraft {name}: is none of {', '.join(known)}")
        return Logbook(self.root() / "flights", action, details, others)

    def audit_trail(self, say: Callable[[str], None] | None = None) -> AuditTrail:
        """The audit log for all that this command orders, to be used as a context manager. ``say``: tells that it
        cannot be written; on stderr without one.

        Raises:
            InputError: there is no workspace.
        """
        from dronectl.ops.audit.log import AuditLog, audit_folder
        from dronectl.ops.audit.trail import AuditTrail
        from dronectl.ops.audit.words import typed

        log = AuditLog(audit_folder(self.root()))
        return AuditTrail(log, typed(self.arguments), say or functools.partial(echo, err=True))

    @contextmanager
    def audited(
        self, order: str, drones: Iterable[Drone], what: Mapping[str, object] | None = None, *, at_once: bool = False
    ) -> Iterator[AuditedOrder]:
        """Within: this command's one order is given, and told in the audit log; see
        :meth:`dronectl.ops.audit.trail.AuditTrail.order`."""
        names = [drone.name for drone in drones]
        with self.audit_trail() as trail, trail.order(order, names, what or {}, at_once=at_once) as audited:
            yield audited

    def black_box(self, fleet: FleetLink, listener: Listener) -> AbstractAsyncContextManager[BlackBox]:
        """The recorder of everything that an open fleet says and hears, by the workspace's settings.

        Raises:
            InputErrors: dronectl.toml is not valid. InputError: there is none.
        """
        from dronectl.ops.recordings.black_box.box import black_box
        from dronectl.site.workspace import load_recorder

        return black_box(fleet, self.root(), load_recorder(self.root()), listener)

    def _relinked(self, fleet: Sequence[Drone]) -> tuple[Drone, ...]:
        return tuple(self._relink(drone, fleet) for drone in fleet)

    def _relink(self, drone: Drone, fleet: Sequence[Drone]) -> Drone:
        """The drone on the links that ``--link`` gives it by name, else on those given to all, else on its own."""
        for_all: list[str] = []
        for_it: list[str] = []
        for given in self.links:
            name, separator, url = given.partition("=")
            if not separator or ":" in name:
                for_all.append(given)
            elif all(name != known.name for known in fleet):
                raise InputError(f"--link {given}: no drone '{name}' in dronectl.toml")
            elif name == drone.name:
                for_it.append(url)
        links = for_it or for_all or list(drone.links)
        return replace(drone, link=links[0], further_links=tuple(links[1:]))


def as_json(document: object) -> str:
    """One line of JSON. NaN and infinity are no JSON: what is not a finite number becomes null. Words of strangers are
    as they were said, and what a terminal would obey in them is escaped."""
    import json  # not needed for most answers

    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, default=str)
    except ValueError:  # seldom, and looking for it takes longer than writing
        text = json.dumps(finite(document), ensure_ascii=False, allow_nan=False, default=str)
    return escaped_json(text)


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def command_options(
    *, workspace: bool = True, json_: bool = True, drones: bool = False, links: bool = False
) -> Decorator:
    """Adds the common options to a command and hands it an ``App`` as first argument."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(**kwargs: Any) -> Any:
            context = click.get_current_context()
            app = App(
                workspace=kwargs.pop("workspace", None),
                json=kwargs.pop("as_json", False),
                verbose=kwargs.pop("verbose"),
                no_color=kwargs.pop("no_color"),
                links=kwargs.pop("links", ()),
                drone_names=kwargs.pop("drone_names", ()),
                command=context.command_path.removeprefix("dronectl "),
                arguments=context.find_root().obj or (),
            )
            return function(app, **kwargs)

        options: list[Decorator] = []
        if drones:
            options.append(
                click.option(
                    "--drone",
                    "drone_names",
                    multiple=True,
                    metavar="NAME",
                    shell_complete=complete_drones,
                    help="Only this drone; may be repeated. Default: the whole fleet.",
                )
            )
        if links:
            options.append(
                click.option(
                    "--link",
                    "links",
                    multiple=True,
                    metavar="[NAME=]URL",
                    help="Use this link instead of the workspace's, for one drone or for all. Repeated: several links.",
                )
            )
        if workspace:
            options.append(
                click.option(
                    "--workspace",
                    type=click.Path(path_type=Path, file_okay=False),
                    help="The site's folder. Default: the nearest parent folder with dronectl.toml.",
                )
            )
        if json_:
            options.append(click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout."))
        options.append(click.option("-v", "--verbose", is_flag=True, help="Say more; show tracebacks."))
        options.append(click.option("--no-color", is_flag=True, help="No colours."))
        wrapper: Callable[..., Any] = call
        for option in reversed(options):
            wrapper = option(wrapper)
        return wrapper

    return decorate


other_aircraft_option = click.option(
    "--other-aircraft",
    "others",
    multiple=True,
    metavar="NAME",
    shell_complete=lambda ctx, param, incomplete: complete_drones(ctx, param, incomplete),
    help="This drone is another aircraft than the last receipt tells of, and rightly so; may be repeated.",
)


def complete_drones(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Shell completion of drone names; silent when there is no usable workspace."""
    from dronectl.errors import DronectlError

    try:
        fleet = App(workspace=ctx.params.get("workspace")).drones()
    except DronectlError:
        return []
    return [drone.name for drone in fleet if drone.name.startswith(incomplete)]
