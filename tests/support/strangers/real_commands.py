"""Each kind of file that dronectl reads, and the real commands that read it."""

from __future__ import annotations

import contextlib
import io
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from repository import REPOSITORY
from running_fleet import copy_workspace, demo_plan

from dronectl.cli.main import run

_DATA = REPOSITORY / "tests" / "data"
_SOUND = _DATA / "strangers"

Command = Callable[["Desk", Path], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """``name`` is the file's own where that counts; ``place`` where it lies in the workspace."""

    suffix: str
    sound: bytes
    commands: tuple[Command, ...]
    place: str | None = None


class Desk:
    """A workspace of its own with a plan in it, and one mutated file at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        demo_plan(copy_workspace(root))
        self.kinds = _kinds(root)

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code, and what was said on either stream."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = run(list(arguments))
        return code, out.getvalue()

    def try_file(self, kind: Kind, data: bytes) -> list[tuple[Sequence[str], int, str]]:
        """Every command on the file: its words, exit code and what it said; the workspace is as before."""
        path = self.root / (kind.place or f"strange{kind.suffix}")
        kept = path.read_bytes() if path.exists() else None
        path.write_bytes(data)
        made = self.root / "made"
        made.mkdir()
        try:
            found = []
            for command in kind.commands:
                words = command(self, path)
                found.append((words, *self.run(*words)))
            return found
        finally:
            shutil.rmtree(made)
            (self.root / "geofences" / "strange.geojson").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            if kept is not None:
                path.write_bytes(kept)


def _convert(desk: Desk, path: Path) -> Sequence[str]:
    height = ("--altitude", "40") if path.suffix in (".gpx", ".kml", ".csv", ".kmz", ".wpml") else ()
    return ("plan", "convert", str(path), str(desk.root / "made" / "x.plan"), *height)


def _check(desk: Desk, path: Path) -> Sequence[str]:
    return ("plan", "check", str(path), "--drone", "alpha", "--workspace", str(desk.root))


def _import(desk: Desk, path: Path) -> Sequence[str]:
    lines = path.suffix == ".gpx"
    kind = ("--kind", "corridor", "--set", "width_m=20") if lines else ("--kind", "zone", "--set", "category=park")
    kind = (*kind, "--as", "strange")
    return ("zones", "import", str(path), *kind, "--workspace", str(desk.root))


def _info(desk: Desk, path: Path) -> Sequence[str]:
    return ("track", "info", str(path), "--workspace", str(desk.root))


def _export(desk: Desk, path: Path) -> Sequence[str]:
    return ("track", "export", str(path), "-o", str(desk.root / "made" / "x.kml"), "--workspace", str(desk.root))


def _page(desk: Desk, path: Path) -> Sequence[str]:
    return ("track", "export", str(path), "-o", str(desk.root / "made" / "x.html"), "--workspace", str(desk.root))


def _zones_check(desk: Desk, _path: Path) -> Sequence[str]:
    return ("zones", "check", "--workspace", str(desk.root))


def _plan_check(desk: Desk, _path: Path) -> Sequence[str]:
    return ("plan", "check", str(desk.root / "plans" / "demo"), "--workspace", str(desk.root))


def _brief(desk: Desk, _path: Path) -> Sequence[str]:
    return (
        "plan",
        "brief",
        str(desk.root / "plans" / "demo"),
        "-o",
        str(desk.root / "made"),
        "--workspace",
        str(desk.root),
    )


def _kinds(root: Path) -> tuple[Kind, ...]:
    plan = root / "plans" / "demo"
    first = _DATA / "sitl-drone1.tlog"
    return (
        Kind(".kml", _sound("area.kml"), (_import, _convert)),
        Kind(".kmz", _zip({"doc.kml": _sound("area.kml"), "other.kml": _sound("area.kml")}), (_import, _convert)),
        Kind(".geojson", _sound("area.geojson"), (_import,)),
        Kind(".gpx", _sound("route.gpx"), (_import, _convert)),
        Kind(".poly", _sound("area.poly"), (_import,)),
        Kind(".zip", _shapefile(), (_import,)),
        Kind(".waypoints", _sound("patrol.waypoints"), (_convert, _check)),
        Kind(".plan", (plan / "alpha.plan").read_bytes(), (_convert, _check)),
        Kind(".mission", _sound("patrol.mission"), (_convert,)),
        Kind(".txt", _sound("fence.fen"), (_convert,)),
        Kind(".fen", _sound("fence.fen"), (_convert,)),
        Kind(".ral", _sound("rally.ral"), (_convert,)),
        Kind(".csv", _sound("route.csv"), (_convert,)),
        Kind(".wpml", _sound("route.wpml"), (_convert,)),
        Kind(".tlog", first.read_bytes(), (_info, _export, _page)),
        Kind(".bin", (_DATA / "sitl-drone1.bin").read_bytes(), (_info, _export, _page)),
        Kind(".toml", (root / "dronectl.toml").read_bytes(), (_zones_check,), "dronectl.toml"),
        Kind(".geojson", (root / "geofences" / "site.geojson").read_bytes(), (_zones_check,), "geofences/site.geojson"),
        Kind(".toml", (root / "missions" / "demo.toml").read_bytes(), (_zones_check,), "missions/demo.toml"),
        Kind(".json", (plan / "plan.json").read_bytes(), (_plan_check, _brief), "plans/demo/plan.json"),
    )


def _sound(name: str) -> bytes:
    return (_SOUND / name).read_bytes()


def _zip(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def _shapefile() -> bytes:
    import shapefile

    parts = {suffix: io.BytesIO() for suffix in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts) as writer:
        writer.field("name", "C")
        writer.poly([[[103.65, 16.054], [103.65, 16.056], [103.652, 16.056], [103.652, 16.054], [103.65, 16.054]]])
        writer.record("park")
    return _zip({f"zones.{suffix}": part.getvalue() for suffix, part in parts.items()})
