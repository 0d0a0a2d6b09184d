"""Writes the pages of docs/reference that come from the code: ``python docs/generate.py``.

Commands come from click, rules and patterns from their lists, and the keys of each file from its reader, which is run
over a table that writes down what it is asked for. ``key_meanings.toml`` beside this file says what each key is for.
``tests/docs/test_generated_pages.py`` holds the pages in the repository to what this makes.
"""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click

from dronectl import api, errors
from dronectl.checks.registry import RULES
from dronectl.cli.main import COMMANDS, cli
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.feature_kind import FeatureKind
from dronectl.model.plan.pattern import Pattern
from dronectl.ops.alarms.alarm_table import RULES as ALARMS
from dronectl.planning.registry import PATTERN_LAYOUTS
from dronectl.sim.vehicle import settings as fleet_settings
from dronectl.site.config import read_config
from dronectl.site.exercises.rehearsal_settings import read_rehearsal_settings
from dronectl.site.geojson_file import RawFeature
from dronectl.site.patrols.known_names import Known
from dronectl.site.patrols.mission_files import read_patrol
from dronectl.site.table import Problems, Table
from dronectl.site.zones import read_zones

DOCS = Path(__file__).parent
REPOSITORY = DOCS.parent
NOTE = "<!-- Made by docs/generate.py from the code: change the code, or docs/key_meanings.toml, and run it again. -->"

Row = tuple[str, str]
"""What a key may be, and what stands without it."""
Keys = dict[str, dict[str, Row]]
"""Rows by key, by table, in the order in which the reader asks."""


class Meanings:
    """What each key is for, from key_meanings.toml: how a page begins, and by page and table each key."""

    def __init__(self) -> None:
        words: dict[str, Any] = tomllib.loads((DOCS / "key_meanings.toml").read_text(encoding="utf-8"))
        self.intro: Mapping[str, str] = words.pop("intro")
        self._left = {
            (page, t, key): said for page, of in words.items() for t, rows in of.items() for key, said in rows.items()
        }

    def take(self, page: str, table: str, key: str) -> str:
        try:
            return self._left.pop((page, table, key))
        except KeyError:
            raise SystemExit(f"docs/key_meanings.toml: [{page}.'{table}'] does not say what {key} is for") from None

    def finish(self) -> None:
        if self._left:
            raise SystemExit(f"docs/key_meanings.toml: no reader asks for {', '.join(map(str, self._left))}")


TITLES = {
    "commands": "Commands",
    "rules": "Rules",
    "alarms": "Alarms",
    "exit-codes": "Exit codes",
    "settings": "dronectl.toml",
    "features": "Features of geofences/",
    "missions": "Mission files",
    "patterns": "Patterns",
    "simulated-fleet": "sim/fleet.toml",
    "rehearsal": "sim/rehearsal.toml",
    "python": "Python",
}

FEATURE_PROPERTIES = REPOSITORY / "dronectl" / "site" / "feature_properties.json"
"""What ``dronectl zones properties`` tells: the package has no docs/."""

OFTEN = 10
"""An option that so many commands have in the same words is told once."""


def pages() -> dict[str, str]:
    """Each page's text by its name in docs/reference."""
    meanings = Meanings()
    made = {
        "commands": _commands(),
        "rules": _rules(),
        "alarms": _alarms(),
        "exit-codes": _exit_codes(),
        "settings": _key_tables("settings", workspace_keys(), meanings),
        "features": _key_tables("features", feature_keys(), meanings),
        "missions": _key_tables("missions", mission_keys(), meanings),
        "patterns": _patterns(meanings),
        "python": _python(),
        "simulated-fleet": _key_tables("simulated-fleet", fleet_keys(), meanings),
        "rehearsal": _key_tables("rehearsal", rehearsal_keys(), meanings),
    }
    meanings.finish()
    return {f"{name}.md": _page(TITLES[name], meanings.intro[name], body) for name, body in made.items()}


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", NOTE, *(part.strip("\n") for part in parts)]) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# -- keys of files ------------------------------------------------------------------------------------------------


class _AnyValue(dict[str, object]):
    """Has every key; none of its values is right."""

    def __missing__(self, key: str) -> object:
        return ""


class _Asked(Table):
    """A table that writes down what a reader asks for, and answers whatever lets it go on.

    With ``has`` it says that every key is there, without it that none is: a reader asks for some keys only then.
    """

    __slots__ = ("answers", "is_there", "seen")

    def __init__(self, seen: Keys, label: str, *, has: bool, answers: Mapping[str, str] | None = None) -> None:
        super().__init__(_AnyValue(), Problems(), lambda _key: "", label)
        self.seen, self.is_there, self.answers = seen, has, answers or {}

    def _note(self, key: str, may_be: str, default: object, *, needed: bool = False) -> None:
        """The first that is heard of a key stays."""
        without = _shown(default) if default is not None else "needed" if needed and key not in self._asked else ""
        self.seen.setdefault(self.label, {}).setdefault(key, (may_be, without))

    def report(self, key: str, message: str) -> None:
        """Nothing is wrong with a file that is not there."""

    def reject(self, key: str, allowed: str) -> None:
        self._note(key, allowed, None)

    def has(self, key: str) -> bool:
        self._ask(key)
        return self.is_there

    def text(
        self, key: str, *, default: str | None = None, pattern: object = None, allowed: str = "", is_shown: bool = True
    ) -> str:
        self._note(key, allowed or "a text", default, needed=True)
        return default or ""

    def number(self, key: str, low: float, high: float, *, default: float | None = None) -> float:
        self._note(key, f"{low:g} to {high:g}", default, needed=True)
        return low if default is None else default

    def optional_number(self, key: str, low: float, high: float) -> float | None:
        self._note(key, f"{low:g} to {high:g}", None)
        return low

    def integer(self, key: str, low: int, high: int, *, default: int | None = None) -> int:
        self._note(key, f"{low} to {high}, whole", default, needed=True)
        return low if default is None else default

    def boolean(self, key: str, *, default: bool | None = None) -> bool:
        self._note(key, "`true` or `false`", default, needed=True)
        return bool(default)

    def choice(self, key: str, kind: type[Any], *, default: Any = None) -> Any:
        if key in self.answers:
            return kind(self.answers[key])
        self._note(key, _words_of(kind), default, needed=True)
        return default or next(iter(kind))

    def names(self, key: str, *, required: bool = False, known: Iterable[str] | None = None) -> tuple[str, ...]:
        words = _words_of(known) if isinstance(known, type) else "names"
        self._note(key, f"a list: {words}", None, needed=required)
        return ()

    def day(self, key: str) -> date:
        self._note(key, "a date as `2026-01-31`", None, needed=True)
        return date.min

    def point(self, key: str) -> GeoPoint:
        self._note(key, "`{ lat_deg = …, lon_deg = … }`", None, needed=True)
        return GeoPoint(0.0, 0.0)

    def table(self, key: str, *, required: bool = True) -> Table:
        return _Asked(self.seen, f"[{self._dotted(key)}]", has=self.is_there)

    def tables(self, key: str) -> list[Table]:
        return [_Asked(self.seen, f"[[{self._dotted(key)}]]", has=self.is_there)]


class _Shapeless(RawFeature):
    """A feature that writes down which geometry its reader wants."""

    __slots__ = ()

    def _coordinates(self, wanted: str) -> None:
        assert isinstance(self.properties, _Asked)
        self.properties.seen.setdefault(self.properties.label, {})["geometry"] = (f"a {wanted}", "needed")


def workspace_keys() -> Keys:
    """Of dronectl.toml."""
    seen: Keys = {}
    for has in (True, False):
        with patch("dronectl.site.config.read_toml", return_value=_Asked(seen, "", has=has)):
            read_config("", file="", problems=Problems())
    return seen


def feature_keys() -> Keys:
    """Of the features in geofences/, by kind; the keys that all have stand first, under an empty name."""
    by_kind: Keys = {}
    for kind in FeatureKind:
        asked = _Asked(by_kind, f"kind = {kind}", has=True, answers={"kind": kind})
        list(read_zones([_Shapeless(asked, None, "", None)], frozenset()).features)
    common = [key for key in next(iter(by_kind.values())) if all(key in rows for rows in by_kind.values())]
    common.remove("geometry")
    first = next(iter(by_kind.values()))
    shared: Keys = {
        "every feature": {"kind": (_words_of(FeatureKind), "needed"), **{key: first[key] for key in common}}
    }
    return shared | {name: {k: row for k, row in rows.items() if k not in common} for name, rows in by_kind.items()}


def feature_properties() -> str:
    """The table of features without the marks of Markdown, for :data:`FEATURE_PROPERTIES`."""
    meanings = tomllib.loads((DOCS / "key_meanings.toml").read_text(encoding="utf-8"))["features"]
    tables = {
        table.removeprefix("kind = "): [
            {"key": key, "may_be": _plain(may_be), "without": _plain(without), "is": _plain(meanings[table][key])}
            for key, (may_be, without) in rows.items()
        ]
        for table, rows in feature_keys().items()
    }
    return json.dumps(tables, ensure_ascii=False, indent=1) + "\n"


def _plain(markdown: str) -> str:
    """Links to other pages stand in sentences of their own; these go."""
    return re.sub(r"\s*\[[^]]*\]\([^)]*\)\.?", "", markdown).replace("`", "")


def mission_keys() -> Keys:
    """Of missions/*.toml, without the tables of the patterns."""
    patterns = {f"[{pattern}]" for pattern in Pattern}
    return {name: rows for name, rows in _asked_by_missions(Pattern.CORRIDOR).items() if name not in patterns}


def pattern_keys(pattern: Pattern) -> Mapping[str, Row]:
    """Of the table of one pattern."""
    return _asked_by_missions(pattern)[f"[{pattern}]"]


def _asked_by_missions(pattern: Pattern) -> Keys:
    seen: Keys = {"": {"pattern": (_words_of(Pattern), "needed")}}
    known = Known(frozenset(), frozenset(), frozenset())
    for has in (True, False):
        root = _Asked(seen, "", has=has, answers={"pattern": pattern})
        with patch("dronectl.site.patrols.mission_files.read_toml", return_value=root):
            read_patrol("", patrol_id="", file="", known=known, problems=Problems())
    return seen


def fleet_keys() -> Keys:
    """Of sim/fleet.toml."""
    one = fleet_settings
    defaults = {f.name: f.default for kind in (one.FleetSettings, one.VehicleSettings) for f in fields(kind)}
    del defaults["home_amsl_m"]  # the site's
    tables = {"": one._FLEET_KEYS, "[vehicle] and [drone.NAME]": one._VEHICLE_KEYS}
    rows = {name: {key: _fleet_row(key, defaults.get(key)) for key in keys} for name, keys in tables.items()}
    values = {"[wind]": one.Wind, "[link]": one.LinkFaults, "[drone.NAME.faults]": one.VehicleFaults}
    return rows | {name: {f.name: _fleet_row(f.name, f.default) for f in fields(kind)} for name, kind in values.items()}


def rehearsal_keys() -> Keys:
    """Of sim/rehearsal.toml; its parameters have ArduPilot's names."""
    seen: Keys = {}
    for has in (True, False):
        with patch("dronectl.site.exercises.rehearsal_settings.read_toml", return_value=_Asked(seen, "", has=has)):
            read_rehearsal_settings("", file="", problems=Problems())
    return seen


def _fleet_row(key: str, default: object) -> Row:
    if key in fleet_settings._CHOICES:
        return _words_of(fleet_settings._CHOICES[key]), ""
    if isinstance(default, str):
        return "a text", ""
    may_be, _ = fleet_settings._ALLOWED.get(key, ("a number" if key in fleet_settings._SIGNED else "0 or more", None))
    return may_be, _shown(default) if isinstance(default, int | float) and default != 1e9 else ""


def _key_table(page: str, table: str, rows: Mapping[str, Row], meanings: Meanings) -> str:
    return _table(
        ("key", "may be", "without it", "is"),
        ((f"`{key}`", *row, meanings.take(page, table, key)) for key, row in rows.items()),
    )


def _words_of(words: Iterable[str] | None) -> str:
    return ", ".join(f"`{word}`" for word in words or ())


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, int | float) else f"`{value}`"


# -- pages --------------------------------------------------------------------------------------------------------


def _key_tables(page: str, keys: Keys, meanings: Meanings) -> str:
    return "\n\n".join(
        (f"## {_heading(table)}\n\n" if table else "") + _key_table(page, table, rows, meanings)
        for table, rows in keys.items()
    )


def _heading(table: str) -> str:
    return f"`{table}`" if table[0] == "[" or "=" in table else table.capitalize()


def _patterns(meanings: Meanings) -> str:
    overview = _table(
        ("pattern", "flies", "laid out by"),
        ((f"[`{one}`](#{one})", one.summary, f"`{_file_of(PATTERN_LAYOUTS[one])}`") for one in Pattern),
    )
    return "\n\n".join([overview, *(_pattern(one, meanings) for one in Pattern)])


def _pattern(pattern: Pattern, meanings: Meanings) -> str:
    needs = " `zones` must be given." if pattern.needs_zones else ""
    mission = _shortest_mission(pattern)
    return "\n\n".join(
        [
            f"## {pattern}",
            f"{pattern.summary[0].upper()}{pattern.summary[1:]}.{needs}",
            _key_table("patterns", f"[{pattern}]", pattern_keys(pattern), meanings),
            f"`missions/{mission.name}`:",
            f"```toml\n{mission.read_text(encoding='utf-8').strip()}\n```",
        ]
    )


def _shortest_mission(pattern: Pattern) -> Path:
    """Of the workspace: there is one of every pattern."""
    texts = {path: path.read_text(encoding="utf-8") for path in (REPOSITORY / "missions").glob("*.toml")}
    own = [path for path, text in texts.items() if tomllib.loads(text)["pattern"] == pattern]
    return min(own, key=lambda path: (len(texts[path]), path.name))


def _file_of(function: Callable[..., object]) -> str:
    return f"{function.__module__.replace('.', '/')}.py"


def _rules() -> str:
    overview = _table(
        ("rule", "is", "file"),
        ((f"[`{r.id}`](#{r.id})", r.title, f"`{_file_of(r.find)}`") for r in RULES),
    )
    parts = [f"## {r.id}\n\n{r.title}.\n\n" + "\n".join(f"* *{h}*: {text}" for h, text in r.chapters()) for r in RULES]
    return "\n\n".join([overview, *parts])


def _alarms() -> str:
    rows = (
        (f"`{one.kind}`", str(one.severity), one.template, f"{one.raise_after_s:g}", f"{one.clear_after_s:g}")
        for one in ALARMS
    )
    head = ("alarm", "is", "says", "raised after s", "cleared after s")
    return _table(head, rows)


def _exit_codes() -> str:
    kinds = [errors.DronectlError, *_below(errors.DronectlError)]
    rows = ((f"{one.exit_code}", f"`{one.kind}`", (one.__doc__ or "").split(";")[0].rstrip(".")) for one in kinds)
    ordered = sorted(dict.fromkeys(rows), key=lambda row: int(row[0]))
    return _table(("exit code", "`kind`", "means"), ordered)


def _below(kind: type[errors.DronectlError]) -> list[type[errors.DronectlError]]:
    return [
        one for child in kind.__subclasses__() if child.__module__ == errors.__name__ for one in (child, *_below(child))
    ]


def _python() -> str:
    functions = [(name, getattr(api, name)) for name in api.__all__ if inspect.isfunction(getattr(api, name))]
    types = [(name, getattr(api, name)) for name in api.__all__ if inspect.isclass(getattr(api, name))]
    told = ((f"`{name}`", _first_line(kind), f"`{kind.__module__}`") for name, kind in types)
    parts = [f"## {name}\n\n```python\n{_signature(one)}\n```\n\n{_marked_up(one)}" for name, one in functions]
    return "\n\n".join([_marked_up(api), *parts, "## Types", _table(("type", "is", "from"), told)])


def _signature(function: Callable[..., object]) -> str:
    """As it is written."""
    source = inspect.getsource(function)
    return source[source.index("def ") + len("def ") : source.index('"""')].rstrip().removesuffix(":")


def _first_line(thing: object) -> str:
    return _in_markdown((inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " "))


def _marked_up(thing: object) -> str:
    """A docstring as Markdown: its examples as code."""
    parts = (_in_markdown(part) for part in (inspect.getdoc(thing) or "").split("\n\n"))
    return "\n\n".join(f"```pycon\n{inspect.cleandoc(p)}\n```" if ">>>" in p else p for p in parts)


def _in_markdown(text: str) -> str:
    text = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", text).replace("``", "`")
    return re.sub(r"^Raises:\n\s+", "Raises: ", text)


# -- commands -----------------------------------------------------------------------------------------------------


def _commands() -> str:
    root = click.Context(cli, info_name="dronectl")
    told = [(name, command, context) for name, command, context in _all_commands(root)]
    common = _common_options(told)
    parts = [_command(name, command, context, common) for name, command, context in told]
    index = _table(("command", "does"), ((f"`{name}`", line) for name, (_, line) in COMMANDS.items()))
    shared = "## Options that many commands have\n\n" + _table(("option", "is"), common.items())
    return "\n\n".join([index, shared, *parts])


def _all_commands(root: click.Context) -> Iterable[tuple[str, click.Command, click.Context]]:
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=root)
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield name, command, context
        if not isinstance(command, click.Group):
            continue
        for child in command.list_commands(context):
            below = command.get_command(context, child)
            assert below is not None
            yield f"{name} {child}", below, click.Context(below, info_name=child, parent=context)


def _options(command: click.Command) -> list[tuple[str, str]]:
    """Names and words of the options, in words of our own: click's differ from release to release."""
    options = (param for param in command.params if isinstance(param, click.Option) and not param.hidden)
    return [(f"`{' '.join([', '.join(one.opts), _value(one)]).strip()}`", _option_words(one)) for one in options]


def _value(option: click.Option) -> str:
    if option.is_flag or option.count:
        return ""
    kind = option.type
    if option.metavar:
        return option.metavar
    if isinstance(kind, click.Choice):
        return "|".join(map(str, kind.choices))
    names = {click.Path: "PATH", click.DateTime: "YYYY-MM-DD", click.types.StringParamType: "TEXT"}
    return names.get(type(kind), "NUMBER")


def _option_words(option: click.Option) -> str:
    words = [(option.help or "").strip()]
    if isinstance(option.type, click.IntRange | click.FloatRange):
        low, high = option.type.min, option.type.max
        words.append(f"From {low:g}." if high is None else f"{low:g} to {high:g}.")
    if option.required:
        words.append("Must be given.")
    elif option.show_default and not option.is_flag:
        words.append(f"Default: {option.default}.")
    return " ".join(word for word in words if word)


def _argument(argument: click.Argument) -> str:
    name = argument.metavar or (argument.name or "").upper()
    if argument.nargs != 1 and not name.endswith("]"):
        name = name.removesuffix("...").removesuffix("…") + "…"
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _common_options(told: Iterable[tuple[str, click.Command, click.Context]]) -> dict[str, str]:
    every = [option for _, command, context in told for option in _options(command)]
    return {name: text for name, text in dict.fromkeys(every) if every.count((name, text)) >= OFTEN}


def _command(name: str, command: click.Command, context: click.Context, common: Mapping[str, str]) -> str:
    arguments = [_argument(one) for one in command.params if isinstance(one, click.Argument)]
    usage = " ".join(["dronectl", name, *arguments, "[OPTIONS]"])
    parts = [f"## {name}", f"```\n{usage}\n```", inspect.cleandoc(command.help or "").replace("\b\n", "")]
    options = _options(command)
    own = [(option, text) for option, text in options if common.get(option) != text]
    if own:
        parts.append(_table(("option", "is"), own))
    shared = [option for option, text in options if common.get(option) == text]
    if shared:
        parts.append("Also: " + ", ".join(shared))
    return "\n\n".join(part for part in parts if part)


def main() -> None:
    folder = DOCS / "reference"
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    FEATURE_PROPERTIES.write_text(feature_properties(), encoding="utf-8")


if __name__ == "__main__":
    main()
