"""``dronectl signing``: MAVLink 2 signing, so that a drone obeys and is heard by those who have its key only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.confirm import confirm, yes_option
from dronectl.cli.common.out import echo
from dronectl.errors import DronectlError

if TYPE_CHECKING:
    from dronectl.link.signing.keys import KeyStore
    from dronectl.model.fleet import Drone
    from dronectl.ops.identity.signing import SigningReport


@click.group()
def signing() -> None:
    """MAVLink 2 signing: a drone with a key obeys only what is signed with it, and only it is listened to.

    Keys lie outside the workspace (DRONECTL_KEYS, else the user's configuration folder), readable for their owner only.
    """


@signing.command()
@click.option("--timeout", "timeout_s", type=click.FloatRange(min=0.5), default=5.0, show_default=True, help="Seconds.")
@command_options(drones=True, links=True)
def status(app: App, timeout_s: float) -> None:
    """Which drones sign, and whether with the keys that are here. Exits 4 when one does not answer."""
    from dronectl.cli.common.event_view import EventView
    from dronectl.errors import NoAnswer
    from dronectl.ops.common import event_loop
    from dronectl.ops.identity.signing import signing_status

    drones, store = app.drones(), _store()
    with EventView(app) as view:
        reports = event_loop.run(signing_status(drones, store, timeout_s=timeout_s, listener=view))
    silent = [report.error for report in reports if report.error is not None]
    if app.json:
        app.print_json({"keys": str(store.folder), "drones": [report.as_json() for report in reports]})
        click.get_current_context().exit(4 if silent else 0)
    _table(app, reports)
    echo(f"keys are in {store.folder}", err=True)
    if silent:
        raise NoAnswer("; ".join(silent), hint="is it powered, and is the link right? See 'dronectl doctor'")


@signing.command()
@yes_option
@click.option(
    "--trusted",
    multiple=True,
    metavar="NAME",
    help="Send this drone's key over its link although it is a network or a radio; may be repeated.",
)
@command_options(drones=True, links=True)
def setup(app: App, yes: bool, trusted: tuple[str, ...]) -> None:
    """Give drones a new key each and prove it: over USB, or within this computer.

    The key goes to the drone in clear, so it is sent over no network and no radio unless you vouch for it by name.
    The drone must be disarmed.
    """
    from dronectl.errors import InputError
    from dronectl.ops.common import event_loop
    from dronectl.ops.identity.signing import set_up_signing

    drones, store = _named(app), _store()
    unknown = [name for name in trusted if name not in app.drone_names]
    if unknown:
        raise InputError(f"--trusted {unknown[0]}: is none of the drones named with --drone")
    done: list[SigningReport] = []
    for drone in drones:
        if not yes:
            old = "a new signing key; the old one ends" if drone.uid and store.read(drone.uid) else "a signing key"
            confirm(
                app,
                f"{drone.name} gets {old}, in clear over {' and '.join(drone.links)}: is it a cable, and no radio? Go?",
            )
        with _what_was_done(done), app.audited("signing setup", [drone], {"links": drone.links}) as audited:
            report = event_loop.run(set_up_signing(drone, store, trusted=drone.name in trusted))
            audited.done(drone.name, f"signs with key {report.key}")
        _tell(app, report, done, f"signs with key {report.key}; {_unsigned_words(report)}")
    _tell_all(app, done)


@signing.command()
@yes_option
@command_options(drones=True, links=True)
def off(app: App, yes: bool) -> None:
    """Make drones stop signing, and forget their keys. Everybody can command them from then on."""
    from dronectl.ops.common import event_loop
    from dronectl.ops.identity.signing import end_signing

    drones, store = _named(app), _store()
    names = ", ".join(drone.name for drone in drones)
    if not yes:
        confirm(app, f"{names}: stop signing, so that everybody can command it. Go?")
    done: list[SigningReport] = []
    for drone in drones:
        with _what_was_done(done), app.audited("signing off", [drone], {"links": drone.links}):
            report = event_loop.run(end_signing(drone, store))
        _tell(app, report, done, "signs no more; its key is forgotten here")
    _tell_all(app, done)


@signing.command()
@yes_option
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The file; never overwritten.")
@command_options(drones=True)
def export(app: App, yes: bool, output: Path) -> None:
    """Write drones' keys into a file for another laptop. Who has the file commands the drones: carry it by hand."""
    from dronectl.ops.identity.signing_transfer import export_keys

    drones = app.drones()
    names = ", ".join(drone.name for drone in drones)
    if not yes:
        confirm(app, f"write the signing keys of {names} into {output}. Go?")
    _tell_keys(app, export_keys(drones, _store(), output), f"written to {output}")
    echo(f"import it on the other laptop, then delete {output}", err=True)


@signing.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Also where this computer has another key for the drone.")
@command_options(workspace=False)
def import_(app: App, file: Path, replace: bool) -> None:
    """Take over the keys of a file that 'signing export' wrote."""
    from dronectl.ops.identity.signing_transfer import import_keys, others_could_read

    was_open = others_could_read(file)
    _tell_keys(app, import_keys(file, _store(), replace=replace), "imported")
    open_words = "others could read it: " if was_open else ""
    echo(f"{file}: {open_words}delete it now", err=True)


def _store() -> KeyStore:
    from dronectl.link.signing.keys import KeyStore, keys_folder

    return KeyStore(keys_folder())


def _named(app: App) -> tuple[Drone, ...]:
    from dronectl.errors import InputError

    if not app.drone_names:
        raise InputError("name the drones", hint="--drone NAME; may be repeated")
    return app.drones()


@contextmanager
def _what_was_done(done: Sequence[SigningReport]) -> Iterator[None]:
    """An error says which drones were through before it."""
    try:
        yield
    except DronectlError as error:
        error.details["done"] = [report.drone for report in done]
        raise


def _tell(app: App, report: SigningReport, done: list[SigningReport], words: str) -> None:
    done.append(report)
    if not app.json:
        echo(f"{report.drone}: {words}")


def _tell_all(app: App, done: Sequence[SigningReport]) -> None:
    if app.json:
        app.print_json({"drones": [report.as_json() for report in done]})


def _tell_keys(app: App, fingerprints: dict[str, str], words: str) -> None:
    if app.json:
        app.print_json({"drones": [{"name": name, "key": key} for name, key in fingerprints.items()]})
        return
    for name, fingerprint in fingerprints.items():
        echo(f"{name}: key {fingerprint} {words}")


def _unsigned_words(report: SigningReport) -> str:
    if report.unsigned_refused is None:
        return "-"
    return "refuses unsigned orders" if report.unsigned_refused else "on this link it obeys unsigned orders too"


def _table(app: App, reports: Sequence[SigningReport]) -> None:
    from dronectl.cli.common.tables import new_table

    table = new_table()
    for heading in ("drone", "key here", "the drone", "unsigned orders", "frames refused"):
        table.add_column(heading)
    for report in reports:
        says = {None: "-", True: "signs with another key", False: "does not sign"}[report.signs]
        if report.with_our_key:
            says = "signs with this key"
        elif report.signs and report.key is None:
            says = "signs; no key here"
        if report.error is not None:
            says = "no answer"
        kinds: dict[str, int] = {}
        for counts in (report.refused or {}).values():
            for kind, count in counts.items():
                kinds[kind] = kinds.get(kind, 0) + count
        wrong = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
        orders = {None: "-", True: "refused", False: "obeyed on this link"}[report.unsigned_refused]
        here = f"{report.key or '-'}{' (set-up not finished)' if report.pending else ''}"
        table.add_row(report.drone, here, says, orders, wrong or "-")
    app.out().print(table)
