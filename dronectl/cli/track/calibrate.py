"""``dronectl track calibrate``: powers, speeds and capacities by one's own flights, for dronectl.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.track.files import SOME_FAILED, count, files_argument, note, of_workspace, report_failures
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.analysis.calibration.drone_calibration import DroneCalibration
    from dronectl.analysis.calibration.proposal import Proposal
    from dronectl.model.fleet import Drone
    from dronectl.ops.recordings.calibration import Calibrations

    Proposals = Sequence[tuple[DroneCalibration, Sequence[Proposal]]]


@click.command()
@files_argument
@click.option(
    "--battery",
    metavar="NAME",
    help="Which battery flew, if these are the flights of one: its name in the book. Default: the drone's.",
)
@click.option("--cells", type=click.IntRange(1, 14), metavar="N", help="Cells in series. Default: by the voltage.")
@click.option(
    "--chemistry",
    type=click.Choice(["lithium-polymer", "lithium-ion"]),
    help="Of the batteries. Default: lithium-polymer, unless their voltages clearly are not.",
)
@click.option("--write", is_flag=True, help="Write what is proposed into dronectl.toml, and the flights into the book.")
@command_options()
def calibrate(
    app: App, files: tuple[Path, ...], battery: str | None, cells: int | None, chemistry: str | None, write: bool
) -> int:
    """What the aircraft in each FILE really draw, how fast they go, and what their batteries hold.

    Shown beside what dronectl.toml says, with what it should say. A value that the flights do not tell is left as it
    stands, and why is told.
    """
    from dronectl.analysis.calibration.proposal import proposals
    from dronectl.ops.recordings import calibration

    root = app.root() if write else None
    fleet: Sequence[Drone] = of_workspace(app, app.drones) or ()
    found = calibration.calibrate(files, fleet, cells=cells, curve=chemistry)
    by_id = {drone.system_id: drone for drone in fleet}
    told = [(one, proposals(one, by_id.get(one.system_id))) for one in found.drones]
    if not told and not found.failures:
        raise InputError(
            f"no flight with a battery monitor in {count(len(files), 'file')}",
            hint="a power module is needed, set up as the battery monitor, and BATTERY_STATUS or BAT in the recording",
        )
    if battery is not None and len(told) > 1:
        names = ", ".join(one.name for one, _ in told)
        raise InputError(f"--battery {battery}: these are flights of {names}", hint="one battery flies one drone")
    if not app.json and told:
        _print(app, told)
    written = _write(root, told, battery) if root is not None and told else {}
    if app.json:
        app.print_json(_document(told, found, written, battery))
    else:
        _tell_rest(found, told, written)
    return SOME_FAILED if found.failures else 0


def _write(root: Path, told: Proposals, battery: str | None) -> dict[str, object]:
    """Into dronectl.toml and the book; what was written.

    Raises:
        InputError: dronectl.toml cannot be edited safely: nothing is written.
    """
    from dronectl.ops.recordings.battery_book import entries_of, read_book, with_flights, write_book
    from dronectl.site.calibration_record import with_values
    from dronectl.storage.files import write_atomic

    values: dict[str, dict[str, float]] = {}
    for one, proposed in told:
        own = {each.key: each.proposed for each in proposed if each.proposed is not None}
        if own:
            values[one.name] = own
    path = root / "dronectl.toml"
    edited = with_values(path.read_bytes().decode("utf-8"), values)
    entries = [entry for one, _ in told for entry in entries_of(one, battery or one.name)]
    book, new = with_flights(read_book(root), entries)
    if values:
        write_atomic(path, edited)
    if new:
        write_book(root, book)
    return {"dronectl_toml": values, "book_flights": new}


def _print(app: App, told: Proposals) -> None:
    from dronectl.cli.common.tables import new_table

    table = new_table()
    table.add_column("drone", no_wrap=True)
    table.add_column("key of dronectl.toml", no_wrap=True)
    for heading in ("stands", "flown", "±", "proposed"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    for one, proposed in told:
        shown = one.name
        for each in proposed:
            flown = each.flown
            table.add_row(
                shown,
                each.key,
                "" if each.stands is None else f"{each.stands:g}",
                "" if flown is None else _number(flown.value),
                "" if flown is None else _number(flown.plus_minus),
                "" if each.proposed is None else f"{each.proposed:g}",
                each.why_not or ("as it stands" if each.proposed is None and each.stands is not None else ""),
            )
            shown = ""
    app.out().print(table)


def _tell_rest(found: Calibrations, told: Proposals, written: Mapping[str, object]) -> None:
    for one, _ in told:
        echo(f"{one.name}: {count(one.flights, 'flight')}, {one.air_s / 60.0:.0f} min in the air{_foretold(one)}")
        if one.wear is not None:
            sure = "" if one.wear.is_certain else ", which may be chance"
            echo(
                f"{one.name}: its battery has {100.0 * one.wear.kept_share:.1f} ± {100.0 * one.wear.plus_minus:.1f} % "
                f"of what it held in its first flights{sure}"
            )
    for path in found.untold:
        note(f"{path}: no battery monitor")
    report_failures(dict(found.failures))
    if written:
        values = written["dronectl_toml"]
        assert isinstance(values, dict)
        changed = sum(len(own) for own in values.values())
        echo(f"dronectl.toml: {count(changed, 'value')} written; the book: {written['book_flights']} new", err=True)
    elif any(each.proposed is not None for _, proposed in told for each in proposed):
        echo("nothing was written: --write does it", err=True)


def _foretold(one: DroneCalibration) -> str:
    if not one.off_pct:
        return ""
    middle = one.off_pct[len(one.off_pct) // 2]
    return f"; each flight's energy, foretold by the others: {middle:.1f} % off, at most {one.off_pct[-1]:.1f} %"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100.0 else f"{value:.2f}" if value < 10.0 else f"{value:.1f}"


def _document(
    told: Proposals, found: Calibrations, written: Mapping[str, object], battery: str | None
) -> dict[str, object]:
    return {
        "drones": [
            {
                "name": one.name,
                "system_id": one.system_id,
                "battery": battery or one.name,
                "flights": one.flights,
                "air_s": one.air_s,
                "values": [
                    {
                        "key": each.key,
                        "stands": each.stands,
                        "flown": None if each.flown is None else each.flown.value,
                        "plus_minus": None if each.flown is None else each.flown.plus_minus,
                        "seen_s": None if each.flown is None else each.flown.seen_s,
                        "proposed": each.proposed,
                        "why_not": each.why_not or None,
                    }
                    for each in proposed
                ],
                "energy_off_pct": list(one.off_pct),
                "wear": None
                if one.wear is None
                else {
                    "kept_pct": 100.0 * one.wear.kept_share,
                    "plus_minus_pct": 100.0 * one.wear.plus_minus,
                    "flights": one.wear.flights,
                    "certain": one.wear.is_certain,
                },
            }
            for one, proposed in told
        ],
        "written": dict(written) or None,
        "failures": [{"path": str(path), "message": error.message} for path, error in found.failures.items()],
    }
