"""The vehicle's own log of a flight is a DataFlash log that our reader takes whole, and says what was flown."""

from __future__ import annotations

import numpy as np
import pytest

from dronectl.formats.recordings.dataflash.tables import BinaryLog
from dronectl.formats.recordings.dataflash.tracks import tracks_of
from dronectl.model.geo import GeoPoint
from dronectl.model.track.track import EventKind, PositionSource
from dronectl.sim.services.flight_log import FlightLog
from dronectl.sim.services.ftp_files import VehicleFiles
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.settings import VehicleSettings, Wind

BOOT_S = 1_780_000_000.0


@pytest.fixture
def flown() -> VehicleFiles:
    settings = VehicleSettings(name="a", system_id=7, home=GeoPoint(16.05, 103.65), home_amsl_m=145.0, port=0)
    copter = Copter(settings, wind=Wind(), seed=1, boot_unix_s=BOOT_S)
    files = VehicleFiles(lambda: copter.parameters)
    modes = [4]
    log = FlightLog(copter, files, lambda: modes[0], lambda: True)
    copter.outbox.on_text = log.on_text
    for flight in range(2):
        copter.set_home_here()
        copter.is_armed = True
        for tick in range(200):
            copter.now_s = round(copter.now_s + 0.05, 6)
            copter.airframe.north_m, copter.airframe.up_m = tick * 0.5, 20.0
            copter.airframe.v_north_m_s = 10.0
            modes[0] = 4 if tick < 100 else 6
            if tick == 150:
                copter.outbox.text(6, "Reached command #3")
                for number in range(300):
                    copter.outbox.text(6, f"{number} เตือน: โดรนออกนอกเขตลาดตระเวน")
            log.step()
        copter.is_armed = False
        for _ in range(420):
            copter.now_s = round(copter.now_s + 0.05, 6)
            log.step()
        assert len(files.card) == flight + 1
    return files


def test_a_flight_is_read_back_as_it_was_flown(flown: VehicleFiles) -> None:
    assert list(flown.card) == ["logs/00000001.BIN", "logs/00000002.BIN"]
    content = np.frombuffer(bytes(flown.card["logs/00000001.BIN"]), np.uint8)
    log = BinaryLog(content)
    assert (log.skipped_bytes, log.partial_tail) == (0, False)
    (track,) = tracks_of(log, source=PositionSource.EKF, names={7: "alpha"}, stem="x").tracks
    assert (track.name, track.system_id, track.clock_is_utc) == ("alpha", 7, True)
    assert 98 <= len(track) <= 101
    assert track.relative_altitude_m.max() == pytest.approx(20.0)
    assert track.amsl_altitude_m.max() == pytest.approx(165.0)
    assert np.nanmax(track.ground_speed_m_s) == pytest.approx(10.0)
    assert abs(track.time_utc[0].astype(np.int64) / 1e6 - BOOT_S) < 0.2
    told = [(event.kind, event.text) for event in track.events]
    assert (EventKind.WAYPOINT, "waypoint 3") in told
    assert [text for kind, text in told if kind is EventKind.MODE] == ["GUIDED", "RTL"]
    long_texts = [text for _, text in told if "เตือน" in text]
    assert long_texts == [f"{number} เตือน: โดรนออกนอกเขตลาดตระเวน" for number in range(300)]
    assert flown.modified_s["logs/00000001.BIN"] == int(BOOT_S) + 24
