"""What can be changed in the modules of a room, each change a likely mistake; and a sample of it all."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).parents[3]
ROOMS = ("checks", "protocol", "link", "formats/recordings", "ops")
MADE = "dialect_tables.py"
"""Numbers written by a program; one test holds them against their source, so they would only flatter the figure."""


@dataclass(frozen=True)
class Change:
    """One thing that can be done to a node of a syntax tree."""

    kind: str
    text: str
    apply: Callable[[], None]


@dataclass(frozen=True)
class Place:
    line: int
    statement: int | None
    """The line of the innermost statement in a function; None for what is run at import."""
    function: str | None
    """Qualified name of the outermost function."""
    changes: list[Change]


SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitAnd,
}  # fmt: skip
REMOVABLE = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break, ast.Delete)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def places(tree: ast.Module) -> list[Place]:
    """Every place of a module, in an order that depends on nothing but its text."""
    return list(_places(tree, None, None, ""))


def _places(node: ast.AST, statement: int | None, function: str | None, scope: str) -> Iterator[Place]:
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _left_out(node, name, child):
                continue
            inside, of, within = statement, function, scope
            if isinstance(child, (*FUNCTIONS, ast.ClassDef)):
                within = f"{scope}{child.name}."
            if isinstance(node, FUNCTIONS) and name == "body" and function is None:
                of = scope.rstrip(".")
            if isinstance(child, ast.stmt) and of is not None:
                inside = child.lineno
            if changes := _changes(node, name, child, inside is None):
                yield Place(getattr(child, "lineno", 0), inside, of, changes)
            yield from _places(child, inside, of, within)


def _left_out(parent: ast.AST, field: str, child: ast.AST) -> bool:
    if field in ("annotation", "returns", "decorator_list", "type_params", "bases", "keywords") and not (
        field == "keywords" and isinstance(parent, ast.Call)
    ):
        return True
    if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True  # a docstring
    return isinstance(child, (ast.JoinedStr, ast.Assert, ast.Import, ast.ImportFrom))


def _changes(parent: ast.AST, field: str, node: ast.AST, at_import: bool) -> list[Change]:
    into: list[tuple[str, ast.AST]] = []
    match node:
        case ast.Compare(ops=[op]):
            into += [("comparison swapped", _with(node, ops=[SWAPPED[type(op)]()]))]
            into += [("boundary", _with(node, ops=[BOUNDARY[type(op)]()]))] if type(op) in BOUNDARY else []
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                if type(op) in BOUNDARY:
                    into.append(("boundary", _with(node, ops=[*ops[:at], BOUNDARY[type(op)](), *ops[at + 1 :]])))
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in ARITHMETIC and not _of_text(node, at_import):
            into.append(("arithmetic", _with(node, op=ARITHMETIC[type(op)]())))
        case ast.BoolOp(op=op):
            into.append(("and/or", _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())))
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            into.append(("negation removed", operand))
        case ast.Constant(value=bool(value)):
            into.append(("boolean", ast.Constant(not value)))
        case ast.Constant(value=int() | float() as value):
            others = [value + 1, value - 1, type(value)(0)]
            into += [("constant", ast.Constant(other)) for other in dict.fromkeys(others) if other != value]
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            into.append(("return dropped", ast.Return(ast.Constant(None))))
    if field == "test" and not isinstance(node, (ast.Compare, ast.UnaryOp, ast.Constant)):
        into.append(("condition negated", ast.UnaryOp(ast.Not(), node)))
    if isinstance(node, REMOVABLE) and not at_import and not isinstance(getattr(node, "value", None), ast.Yield):
        into.append(("statement removed", ast.Pass()))
    if isinstance(node, ast.Assign) and not all(isinstance(target, ast.Name | ast.Tuple) for target in node.targets):
        into.append(("statement removed", ast.Pass()))
    return [Change(kind, _text(node, new), _put(parent, field, node, new)) for kind, new in into]


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    return type(node)(**{**{name: getattr(node, name) for name in node._fields}, **fields})


def _of_text(node: ast.BinOp | ast.AugAssign, at_import: bool) -> bool:
    """Texts that are put together; and at import, types that are."""
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    texts = any(isinstance(one, ast.JoinedStr) or isinstance(getattr(one, "value", None), str) for one in sides)
    return texts or (at_import and isinstance(node.op, ast.BitOr) and any(isinstance(one, ast.Name) for one in sides))


def _text(old: ast.AST, new: ast.AST) -> str:
    before, after = (" ".join(ast.unparse(ast.fix_missing_locations(one)).split())[:90] for one in (old, new))
    return f"{before}  →  {after}"


def _put(parent: ast.AST, field: str, old: ast.AST, new: ast.AST) -> Callable[[], None]:
    def put() -> None:
        new_one = ast.copy_location(new, old)
        held = getattr(parent, field)
        if isinstance(held, list):
            held[next(at for at, one in enumerate(held) if one is old)] = new_one
        else:
            setattr(parent, field, new_one)

    return put


@dataclass(frozen=True)
class Mutant:
    path: str
    place: int
    """Its number among the places of its module, and that of the change among those of the place."""
    change: int
    line: int
    statement: int | None
    function: str | None
    kind: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} #{self.place}.{self.change}"

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @property
    def room(self) -> str:
        return next(room for room in ROOMS if self.path.startswith(f"dronectl/{room}/"))

    def code(self) -> CodeType:
        """The module with this change."""
        tree = ast.parse((ROOT / self.path).read_bytes())
        places(tree)[self.place].changes[self.change].apply()
        return compile(ast.fix_missing_locations(tree), str(ROOT / self.path), "exec", dont_inherit=True)


def modules_of(room: str) -> list[str]:
    paths = (path.relative_to(ROOT).as_posix() for path in (ROOT / "dronectl" / room).rglob("*.py"))
    return sorted(path for path in paths if not path.endswith(MADE))


def sample(count: int, seed: int) -> list[Mutant]:
    everywhere: dict[str, list[tuple[str, int, Place]]] = {}
    for room in ROOMS:
        trees = [(path, ast.parse((ROOT / path).read_bytes())) for path in modules_of(room)]
        everywhere[room] = [(path, at, place) for path, tree in trees for at, place in enumerate(places(tree))]
    total = sum(map(len, everywhere.values()))
    drawn = random.Random(seed)
    mutants = []
    for room in ROOMS:
        for path, at, place in drawn.sample(everywhere[room], round(count * len(everywhere[room]) / total)):
            change = drawn.randrange(len(place.changes))
            done = place.changes[change]
            where = (path, at, change, place.line, place.statement, place.function)
            mutants.append(Mutant(*where, done.kind, done.text))
    return mutants


@cache
def importers(path: str) -> set[str]:
    """The modules of the rooms that import a module, or a name of it."""
    module = path.removesuffix(".py").replace("/", ".")
    found = set()
    for room in ROOMS:
        for other in modules_of(room):
            if module in _imports(other):
                found.add(other)
    return found


@cache
def _imports(path: str) -> set[str]:
    named = set()
    for node in ast.walk(ast.parse((ROOT / path).read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return named
