"""A sound small workspace that a test spoils in one place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dronectl.errors import InputErrors
from dronectl.model.site import Site
from dronectl.site.making.workspace import make_workspace
from dronectl.site.workspace import load_site


@dataclass(frozen=True)
class Spoiled:
    """The shipped example in a folder of its own."""

    root: Path

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"the example no longer says {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")

    def write(self, file: str, content: str | bytes) -> None:
        data = content.encode("utf-8") if isinstance(content, str) else content
        (self.root / file).write_bytes(data)

    def add_feature(self, geometry: object, **properties: object) -> None:
        """One more feature in a file of its own; only these properties are not given by default."""
        known = {"kind": "zone", "id": "extra", "name": "พื้นที่เพิ่ม", "surveyed": False, "category": "park"}
        wanted = {key: value for key, value in {**known, **properties}.items() if value is not ...}
        feature = {"type": "Feature", "properties": wanted, "geometry": geometry}
        document = {"type": "FeatureCollection", "features": [feature]}
        self.write("geofences/extra.geojson", json.dumps(document))

    def load(self) -> Site:
        return load_site(self.root)

    def problems(self) -> tuple[str, ...]:
        with pytest.raises(InputErrors) as caught:
            load_site(self.root)
        assert caught.value.exit_code == 2
        return caught.value.problems

    def problem(self) -> str:
        (only,) = self.problems()
        return only


@pytest.fixture
def spoiled(tmp_path: Path) -> Spoiled:
    make_workspace(tmp_path)
    return Spoiled(tmp_path)


@pytest.fixture
def square() -> Callable[..., dict[str, Any]]:
    """A square polygon in the example's fence, by its south-west corner and side in degrees."""

    def make(lon_deg: float = 149.1660, lat_deg: float = -35.3640, side_deg: float = 0.001) -> dict[str, Any]:
        east, north = lon_deg + side_deg, lat_deg + side_deg
        ring = [[lon_deg, lat_deg], [east, lat_deg], [east, north], [lon_deg, north], [lon_deg, lat_deg]]
        return {"type": "Polygon", "coordinates": [ring]}

    return make
