"""What is recorded where, and what a file looks like that is not there."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from repository import REPOSITORY

from dronectl.model.site import Site
from dronectl.ops.recordings.catalogue import FleetContext, refresh
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


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_recording_that_goes_while_it_is_looked_at_is_told_and_looked_at_again(tmp_path: Path) -> None:
    (tmp_path / "gone.tlog").symlink_to(tmp_path / "card" / "gone.tlog")
    for _ in range(2):
        catalogue, looked = refresh(tmp_path, FleetContext({}), processes=1, progress=lambda _done, _all: None)
        assert (looked.read, looked.unchanged, looked.gone) == (1, 0, 0)
        ((path, why),) = catalogue.damaged()
        assert path == "gone.tlog"
        assert why == "no such file"


def test_zones_are_drawn_unless_they_shall_not_be(site: Site) -> None:
    assert ExportSettings(".kml", site=site).document((), (), ()).zones is site.zones
    assert ExportSettings(".kml", site=site, draw_zones=False).document((), (), ()).zones is None
    assert ExportSettings(".kml").document((), (), ()).zones is None
