"""One scenario file: ``[[event]]`` and ``[[expect]]``."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from dronectl.errors import InputError, InputErrors
from dronectl.model.geo import GeoPoint
from dronectl.model.scenario import FIGURES, LASTING, ExpectedOrder, Happening, Moment, Order, Scenario, ScenarioEvent
from dronectl.site.table import ID_PATTERN, ID_WORDS, Problems, Table, one_of, shown
from dronectl.site.toml_file import read_toml
from dronectl.storage.reading import read_text

SCENARIOS_FOLDER = Path("sim") / "scenarios"
MOST_EVENTS = 200
_LONGEST_S = 1e6


def load_scenario(root: Path, named: str, drones: Collection[str]) -> Scenario:
    """The scenario ``named`` so in the workspace, or the file at that path.

    Raises:
        InputError: there is none. InputErrors: it is not valid; all problems are listed.
    """
    path = root / SCENARIOS_FOLDER / f"{named}.toml"
    if not path.is_file() and Path(named).suffix == ".toml":
        path = Path(named)
    if not path.is_file():
        there = scenario_names(root)
        hint = f"there are: {', '.join(there)}" if there else f"write one into {SCENARIOS_FOLDER.as_posix()}"
        raise InputError(f"no scenario '{named}'", hint=hint)
    problems = Problems()
    scenario = read_scenario(read_text(path), name=path.stem, file=path.as_posix(), drones=drones, problems=problems)
    if problems.lines:
        raise InputErrors(f"{path}: {len(problems.lines)} problem(s)", problems.lines)
    return scenario


def scenario_names(root: Path) -> list[str]:
    """Those of a workspace."""
    return sorted(path.stem for path in (root / SCENARIOS_FOLDER).glob("*.toml"))


def read_scenario(text: str, *, name: str, file: str, drones: Collection[str], problems: Problems) -> Scenario:
    """
    Raises:
        InputError: it is not TOML.
    """
    root = read_toml(text, file=file, problems=problems)
    tables = root.tables("event")
    if len(tables) > MOST_EVENTS:
        root.report("event", f"found {len(tables)}, allowed at most {MOST_EVENTS}")
    events = [_event(table, number, drones) for number, table in enumerate(tables[:MOST_EVENTS], 1)]
    ids = [event.id for event in events]
    for table, event in zip(tables, events, strict=False):
        if ids.count(event.id) > 1:
            table.reject("id", "another one for each event")
    expected = [_expected(table, ids, drones) for table in root.tables("expect")]
    scenario = Scenario(name, root.text("title"), root.text("brief", default=""), tuple(events), tuple(expected))
    if not tables:
        root.report("event", "found none, allowed at least one [[event]]")
    root.finish()
    return scenario


def _event(table: Table, number: int, drones: Collection[str]) -> ScenarioEvent:
    what = table.choice("what", Happening)
    figures = {
        name: table.number(name, figure.low, figure.high, default=figure.default)
        for name, figure in FIGURES.get(what, {}).items()
    }
    for_s = table.optional_number("for_s", 0.1, _LONGEST_S)
    if for_s is not None and what not in LASTING:
        table.reject("for_s", f"none with {what}, which is over at once")
    text = table.text("text", default="Compass not healthy") if what is Happening.REFUSE_ARM else ""
    event = ScenarioEvent(
        id=table.text("id", default=f"event-{number}", pattern=ID_PATTERN, allowed=ID_WORDS),
        what=what,
        drones=table.names("drones", known=drones),
        moment=_moment(table),
        for_s=for_s,
        figures=figures,
        text=text,
    )
    table.finish()
    return event


def _moment(table: Table) -> Moment:
    keys = ("at_s", "flown_s", "item", "near")
    given = [key for key in keys if table.has(key)]
    if len(given) != 1:
        table.report("", f"found {len(given)} of {', '.join(keys)}, allowed one: when it happens")
        return Moment(at_s=0.0)
    (key,) = given
    if key == "item":
        return Moment(item=table.integer("item", 1, 100_000))
    if key == "near":
        near = table.table("near")
        lat_deg, lon_deg = near.number("lat_deg", -90.0, 90.0), near.number("lon_deg", -180.0, 180.0)
        moment = Moment(place=GeoPoint(lat_deg, lon_deg), within_m=near.number("within_m", 1.0, 5_000.0, default=30.0))
        near.finish()
        return moment
    seconds = table.number(key, 0.0, _LONGEST_S)
    return Moment(at_s=seconds) if key == "at_s" else Moment(flown_s=seconds)


def _expected(table: Table, ids: Collection[str], drones: Collection[str]) -> ExpectedOrder:
    names = table.names("orders", required=True, known=[str(order) for order in Order])
    after, drone = table.text("after"), table.text("drone")
    if after and after not in ids:
        table.report("after", f"found {shown(after)}, allowed the id of an event: {one_of(sorted(ids), near=after)}")
    if drone and drone not in drones:
        table.report("drone", f"found {shown(drone)}, allowed {one_of(sorted(drones), near=drone)}")
    expected = ExpectedOrder(
        orders=tuple(Order(name) for name in names if name in {*Order}),
        drone=drone,
        after=after,
        within_s=table.number("within_s", 1.0, 3_600.0),
        points=table.integer("points", 1, 1_000, default=10),
    )
    table.finish()
    return expected
