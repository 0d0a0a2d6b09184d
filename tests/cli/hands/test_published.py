"""``watch`` tells the broker of dronectl.toml of the fleet, or does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mosquitto import Broker, Onlooker, broker, needs_mosquitto
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run

pytestmark = [needs_mosquitto, pytest.mark.xdist_group("mosquitto")]

WATCH = ["watch", "--duration", "15", "--drone", "alpha"]


@pytest.fixture
def mosquitto(tmp_path: Path, root: Path) -> Iterator[Broker]:
    """Whom the workspace tells."""
    folder = tmp_path / "broker"
    folder.mkdir()
    with broker(folder) as one:
        with (root / "dronectl.toml").open("a", encoding="utf-8") as file:
            where = 'country = "th"\nprovince = "roi-et"\nstation = "mueang"\n'
            file.write(f'\n[mqtt]\nhost = "127.0.0.1"\nport = {one.port}\n{where}')
        yield one


def test_watch_tells_positions_and_states_and_says_offline_when_it_ends(
    mosquitto: Broker, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with virtual_fleet_behind(root), Onlooker(mosquitto.port) as onlooker:
        assert run([*WATCH, "--workspace", str(root)]) == 0
        onlooker.wait_for("v1/th/roi-et/mueang/_station/status", state="offline", reason="dronectl ended")
        places = onlooker.bodies("v1/th/roi-et/mueang/alpha/position")
        assert len(places) >= 5
        assert places[-1]["lat_deg"] == pytest.approx(16.0531, abs=1e-3)
        state = onlooker.bodies("v1/th/roi-et/mueang/alpha/status")[-1]
        assert (state["drone"], state["armed"], state["phase"]) == ("alpha", False, "standing")
        assert onlooker.bodies("bravo/position") == []
    assert "dropped" not in capsys.readouterr().out


def test_nothing_is_told_where_it_is_not_wanted_or_a_broker_is_away(
    mosquitto: Broker, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with virtual_fleet_behind(root):
        with Onlooker(mosquitto.port) as onlooker:
            assert run([*WATCH, "--no-publish", "--workspace", str(root)]) == 0
            assert onlooker.heard == []
        mosquitto.stop()
        assert run([*WATCH, "--workspace", str(root)]) == 0, "the fleet is watched all the same"
        mosquitto.start()
        with Onlooker(mosquitto.port) as onlooker:
            assert run(["watch", "--duration", "1", "--drone", "alpha", "--workspace", str(root)]) == 0
            onlooker.wait_for("_station/status", state="offline", reason="dronectl ended")
            assert len(onlooker.bodies("alpha/position")) >= 5, "what was kept meanwhile"
