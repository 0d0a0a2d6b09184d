"""Why a vehicle is not heard, as exactly as its links can tell."""

from __future__ import annotations

import asyncio

from dronectl.errors import DronectlError, IdentityError, NoAnswer
from dronectl.link.vehicle_paths import VehiclePaths
from dronectl.model.ardupilot.vehicle_settings import Setting, setting_name


def why_silent(name: str, system_id: int, paths: VehiclePaths, timeout_s: float, refused: str = "") -> DronectlError:
    """The error for a vehicle that was silent for ``timeout_s``: what its links are like, and who else is there.

    ``refused``: what was wrong with the signatures of frames that did come."""
    if paths.several and not refused:
        return _on_all(name, system_id, paths, timeout_s)
    link = paths.all[0].link
    if not link.endpoint.is_up:
        is_anothers = link.endpoint.owner is None
        return NoAnswer(
            f"{name}: no link to {link.url}: {link.endpoint.down_reason}",
            hint="'dronectl station status' tells whose each link is"
            if is_anothers
            else "is the drone (or 'dronectl sim start') on, and is the link in dronectl.toml right?",
        )
    heard = link.autopilots - {system_id}
    unknown_systems = sorted(heard - link.members.keys())
    if unknown_systems:
        listed = ", ".join(map(str, unknown_systems))
        return IdentityError(
            f"{name}: system {system_id} does not answer on {link.url}; heard there: system {listed}",
            hint=f"correct system_id or link in dronectl.toml, or the aircraft's {setting_name(Setting.SYSTEM_ID)}",
            details={"heard": unknown_systems},
        )
    if refused:
        return NoAnswer(
            f"{name}: nothing rightly signed came from system {system_id} on {link.url}: {refused}",
            hint=f"'dronectl signing status --drone {name}' says what this drone does",
        )
    others = f" (others do: system {', '.join(map(str, sorted(heard)))})" if heard else ""
    return NoAnswer(
        f"{name}: no heartbeat from system {system_id} on {link.url} for {timeout_s:g} s{others}",
        hint="is the drone on, and is its telemetry radio linked?",
    )


def _on_all(name: str, system_id: int, paths: VehiclePaths, timeout_s: float) -> DronectlError:
    now_s = asyncio.get_running_loop().time()
    said: list[str] = []
    for path in paths.all:
        others = sorted(path.link.autopilots - {system_id})
        reason = f"heard there: system {', '.join(map(str, others))}" if others else "nothing heard"
        if not path.link.endpoint.is_up:
            reason = path.link.endpoint.down_reason
        elif path.is_heard(now_s):
            reason = "heard, but not proven to be this aircraft"
        said.append(f"{path.url}: {reason}")
    text = f"{name}: no heartbeat from system {system_id} for {timeout_s:g} s ({'; '.join(said)})"
    return NoAnswer(text, hint="is the drone on, and are its links and system_id in dronectl.toml right?")
