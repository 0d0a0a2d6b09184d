"""A program in the place of ``arducopter``: the built-in copter, told by SITL's own command line.

``stand_in(path)`` writes it. It answers on the port of its instance; its time runs as SIM_SPEEDUP says.
"""

from __future__ import annotations

import sys
from pathlib import Path

from repository import REPOSITORY

PROGRAM = """#!{python}
import asyncio, sys
sys.path.insert(0, {repository!r})
from dronectl.model.geo import GeoPoint
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.firmware import FIRMWARES
from dronectl.sim.vehicle.parameter_file import read_parameter_file
from dronectl.sim.vehicle.settings import VehicleSettings
from pathlib import Path

told = dict(zip(sys.argv, sys.argv[1:]))
lat, lon, amsl, heading = map(float, told["--home"].split(","))
parameters = {{**read_parameter_file(Path(told["--defaults"])), "SIM_SPEEDUP": float(told["--speedup"])}}
port = 5760 + 10 * int(told["-I"])
vehicle = VehicleSettings(
    "stand-in", int(told["--sysid"]), GeoPoint(lat, lon), amsl, heading_deg=heading, port=port, serial1_port=port + 2,
    firmware=FIRMWARES[{release!r}], parameters=parameters,
)

async def keep_pace(fleet):
    parameters = fleet.vehicles[vehicle.name].copter.parameters
    while True:
        fleet.speedup = parameters["SIM_SPEEDUP"]
        await asyncio.sleep(0.02)

async def serve():
    async with SimFleet([vehicle]) as fleet:
        await asyncio.gather(fleet.run_forever(), keep_pace(fleet))

asyncio.run(serve())
"""


def stand_in(path: Path, *, release: str = "4.7") -> Path:
    """The program at ``path``."""
    text = PROGRAM.format(python=sys.executable, repository=str(REPOSITORY), release=release)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path
