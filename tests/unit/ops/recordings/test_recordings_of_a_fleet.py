"""What is recorded where, and what a file looks like that is not there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from repository import REPOSITORY

from dronectl.model.site import Site
from dronectl.ops.recordings.export_settings import ExportSettings
from dronectl.ops.recordings.record import Recorder
from dronectl.site.workspace import load_site


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(REPOSITORY)


def test_each_drone_has_its_recording_or_all_have_one(tmp_path: Path) -> None:
    fleet = cast(Any, SimpleNamespace())
    own = {name: tmp_path / f"{name}.tlog" for name in ("bravo", "alpha")}
    assert Recorder(fleet, own).paths == tuple(own.values())
    common = tmp_path / "all.tlog"
    assert Recorder(fleet, {"alpha": common, "bravo": common}).paths == (common,)


def test_zones_are_drawn_unless_they_shall_not_be(site: Site) -> None:
    assert ExportSettings(".kml", site=site).document((), (), ()).zones is site.zones
    assert ExportSettings(".kml", site=site, draw_zones=False).document((), (), ()).zones is None
    assert ExportSettings(".kml").document((), (), ()).zones is None
