"""What ``dronectl fleet ready`` shows, at the four sizes of the documentation: bravo's battery does not suffice, and
nobody has confirmed the checklist."""

from __future__ import annotations

import io
from contextlib import redirect_stderr
from dataclasses import replace

from rich.console import Console
from rich.text import Text
from terminal_picture import folded, standing

from dronectl.cli.main import report
from dronectl.cli.vehicle.readiness_table import print_readiness
from dronectl.errors import NotReady
from dronectl.model.checklist import ChecklistItem
from dronectl.ops.flight.readiness import checklist, clock, daylight, permits, storage, wind
from dronectl.ops.flight.readiness.check import SITE, Readiness, ReadinessCheck, require_go, told

AIRFRAME = ChecklistItem("airframe", "ตรวจใบพัด มอเตอร์ และการล็อกแบตเตอรี่")


def ready_lines(size: tuple[int, int]) -> list[Text]:
    """The table on stdout, and on stderr what it comes to."""
    answers = (_site(), _drone("alpha", 1, 100, 58), _drone("bravo", 2, 54, 72))
    screen = io.StringIO()
    print_readiness(
        Console(
            file=screen, force_terminal=True, color_system="truecolor", width=size[0], height=size[1],
            highlight=False, markup=False, emoji=False,
        ),
        answers,
    )  # fmt: skip
    with redirect_stderr(io.StringIO()) as said:
        try:
            require_go(answers)
        except NotReady as error:
            report(error, wants_json=False, verbose=False)
    lines = [folded(line, size[0]) for line in said.getvalue().splitlines()]
    return standing(screen.getvalue() + "\n".join(lines), size)


def _site() -> Readiness:
    checks = (
        ReadinessCheck(storage.ID, True, "79,601 MB free", "≥ 139 MB free for 2 drone(s), 6 min", storage.ID),
        ReadinessCheck(
            daylight.ID, True, "daylight until 18:13 UTC+7", "sunrise-sunset (rules.daylight), until the landing"
        ),
        ReadinessCheck(daylight.HOURS_ID, True, "its mission names none", "within the mission's hours"),
        ReadinessCheck(
            permits.ID, True, "ตัวอย่าง/EXAMPLE-0001 until 2034-12-31", "valid until the last landing", permits.ID
        ),
        replace(checklist.ask(AIRFRAME, frozenset()), can_be_waived=True),
    )
    return Readiness(SITE, None, checks)


def _drone(name: str, number: int, battery_pct: int, returns_at_m: int) -> Readiness:
    settings = {"FENCE_TYPE": "5", "FENCE_ALT_MAX": "90", "FENCE_ACTION": "1", "RALLY_LIMIT_KM": "0.3"}
    ours = "ground station 255 (this one)"
    checks = (
        ReadinessCheck("on the ground", True, "disarmed", "disarmed"),
        ReadinessCheck("EKF", True, "good", "good"),
        ReadinessCheck("pre-arm", True, "good", "good"),
        ReadinessCheck("GPS", True, "fix 6, 14 satellites", "fix ≥ 3, ≥ 6 satellites"),
        ReadinessCheck("battery", battery_pct >= 60, f"{battery_pct} %", "≥ 60 %"),
        ReadinessCheck("distance from planned home", True, "1.4 m", "≤ 30 m"),
        *(
            ReadinessCheck(f"{kind} on board", True, "equal", "equal to the plan")
            for kind in ("mission", "fence", "rally")
        ),
        *(ReadinessCheck(setting, True, value, value) for setting, value in settings.items()),
        ReadinessCheck("return altitude (RTL_ALT_M)", True, f"{returns_at_m} m", f"{returns_at_m} m"),
        ReadinessCheck("way from where it stands", True, "breaks no rule", "breaks no rule"),
        ReadinessCheck(
            "whose heartbeats its failsafe counts (MAV_GCS_SYSID)", True, ours,
            f"{ours}: 'dronectl control request --drone {name}'",
        ),
        ReadinessCheck(
            clock.ID, True, "this computer's is 0.3 s behind the drone's", "within 10 s of the drone's GPS time"
        ),
        told(
            wind.ID, "not known: the drone does not tell it on the ground; measure or judge it",
            "≤ 5 m/s (rules.wind_m_s)", wind.ID,
        ),
    )  # fmt: skip
    return Readiness(name, number, checks)
