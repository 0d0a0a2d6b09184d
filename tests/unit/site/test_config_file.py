"""Every way in which dronectl.toml can be wrong names file, line, place, what was found and what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from dronectl.site.toml_file import key_lines

HOME = "home = { lat_deg = -35.3632620, lon_deg = 149.1652370 } # its"
PAPER = """
[[rules.authorisation]]
authority = "CAAT"
document = "12/345"
valid_from = 2026-01-01
valid_to = 2026-12-31
lifts = ["aerodrome"]
zones = ["field"]
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "system_id = 1",
            "system_id = 300",
            "[[drone]] one: system_id: found 300, allowed a whole number from 1 to 250",
        ),
        ("system_id = 1", "system_id = true", "found true, allowed a whole number"),
        ("system_id = 1", "system_id = 1.0", "found 1.0, allowed a whole number"),
        ("system_id = 1 ", "", "[[drone]] one: system_id: found nothing"),
        ("ceiling_m = 90.0", "ceiling_m = nan", "[rules]: ceiling_m: found nan, allowed a number from 5 to 5000"),
        ("ceiling_m = 90.0", "ceiling_m = true", "ceiling_m: found true, allowed a number"),
        ("ceiling_m = 90.0", "ceiling_m = inf", "ceiling_m: found inf"),
        ("ceiling_m = 90.0", 'ceiling_m = "90"', "ceiling_m: found '90', allowed a number"),
        ("ceiling_m = 90.0", "cieling_m = 90.0", "cieling_m: found an unknown key, allowed ceiling_m (the nearest)"),
        ("ceiling_m = 90.0", "ceiling_m = 1" + "0" * 400, "ceiling_m: found a very large whole number"),
        (
            'time_zone = "Australia/Sydney"',
            'time_zone = "Sydney"',
            "time_zone: found 'Sydney', allowed an IANA time zone",
        ),
        ('time_zone = "Australia/Sydney"', 'time_zone = "../../etc/passwd"', "time_zone: found"),
        ('name = "Example site"', 'name = "  "', "[site]: name: found '  ', allowed a text that is not empty"),
        ('name = "Example site"', r'name = "a\u001b[31m"', "[site]: name: found 'a␛[31m'"),
        (
            "home = { lat_deg = -35.3632620",
            "home = { lat_deg = -95.0",
            "lat_deg: found -95.0, allowed a number from -90 to 90",
        ),
        ("home = { lat_deg = -35.3632620, lon_deg", "home = { lat = 1.0, lon_deg", "lat_deg: found nothing"),
        (
            "home = { lat_deg = -35.3632620, lon_deg = 149.1652370 } # mid",
            "home = 3 #",
            "[site]: home: found 3, allowed a table",
        ),
        ('name = "one"', 'name = "Oné"', "name: found 'Oné', allowed a-z, 0-9"),
        ('name = "one"', 'name = "aux"', "name: found 'aux'"),
        ('name = "one"', 'name = "../evil"', "name: found '../evil'"),
        ('"tcp://127.0.0.1:5760"', '"tcp://127.0.0.1"', "link: found 'tcp://127.0.0.1', allowed udpin://HOST:PORT"),
        ('"tcp://127.0.0.1:5760"', '"tcp://127.0.0.1:99999"', "link: found"),
        ('"tcp://127.0.0.1:5760"', '"http://127.0.0.1:80"', "link: found"),
        ('"#d62728"', '"red"', "colour: found 'red', allowed #rrggbb"),
        ("# uid = ", 'uid = "12" # ', "uid: found '12', allowed 36 lower-case hex digits"),
        (
            "endurance_min = 25.0",
            "endurance_min = 0",
            "[[drone]] one battery: endurance_min: found 0, allowed a number from 1",
        ),
        (
            "endurance_min = 25.0",
            "endurance_min = 25.0\ncharge_min = 0",
            "[[drone]] one battery: charge_min: found 0, allowed a number from 1",
        ),
        (
            "endurance_min = 25.0",
            "endurance_min = 25.0\nhover_power_w = 3",
            "found beside endurance_min, allowed one or the other",
        ),
        (
            "wind_m_s = 5.0",
            "wind_m_s = 9.5",
            "[rules]: wind_m_s: found 9.5, allowed at most 9: drone one has max_airspeed_m_s 10",
        ),
        (
            "# max_airspeed_m_s = 10.0",
            "max_airspeed_m_s = 8.0",
            "max_airspeed_m_s: found 8.0, allowed more than cruise",
        ),
        ("# jerk_m_s3 = 1.0", "jerk_m_s3 = 0", "jerk_m_s3: found 0, allowed a number from 0.1"),
        ("# fast_power_w = 340.0", "fast_power_w = 340.0", "fast_power_w: found beside endurance_min"),
        ("image_width_px = 5472", "image_width_px = -1", "[[drone]] one camera: image_width_px: found -1"),
        ("# stabilised = false", "stabilised = 0", "[[drone]] one camera: stabilised: found 0, allowed true or false"),
        ("[drone.battery]", "[drone.batery]", "batery: found an unknown key, allowed battery (the nearest)"),
        ("[rules]", "[[rules]]", "rules: found [a table of 11 keys], allowed a table"),
        (HOME, "# its", "home: found nothing, allowed { lat_deg"),
        (HOME, HOME.replace("-35.3632620", "-35.4"), "outside the fence boundary, allowed inside"),
        (
            HOME,
            HOME.replace("-35.3632620, lon_deg = 149.1652370", "-35.3616, lon_deg = 149.1670"),
            "inside the keep-out hangar",
        ),
        (
            HOME,
            HOME.replace("-35.3632620, lon_deg = 149.1652370", "-35.3610, lon_deg = 149.1640"),
            "of the obstacle mast",
        ),
        (
            "\n[[drone]]\n",
            PAPER.replace("2026-12-31", "2025-12-31") + "\n[[drone]]\n",
            "valid_to: found 2025-12-31, allowed a day not before",
        ),
        (
            "\n[[drone]]\n",
            PAPER.replace("2026-12-31", '"soon"') + "\n[[drone]]\n",
            "valid_to: found 'soon', allowed a date as 2026-01-31",
        ),
        (
            "\n[[drone]]\n",
            PAPER.replace("2026-12-31", "2026-12-31T10:00:00Z") + "\n[[drone]]\n",
            "allowed a date as 2026-01-31",
        ),
        (
            "\n[[drone]]\n",
            PAPER.replace('"aerodrome"', '"aerodrom"') + "\n[[drone]]\n",
            "lifts: found 'aerodrom', allowed one of aerodrome, autopilot",
        ),
        (
            "\n[[drone]]\n",
            PAPER.replace('"field"', '"feild"') + "\n[[drone]]\n",
            "zones: found 'feild', allowed one of field, hangar (did you mean field?)",
        ),
        (
            "\n[[drone]]\n",
            PAPER + 'kind = "police_duty"\n' + "\n[[drone]]\n",
            "lifts: found 'aerodrome', allowed only keep-out of kind police_duty",
        ),
        (
            "\n[[drone]]\n",
            PAPER.replace('["aerodrome"]', '["hours", "ceiling"]') + 'kind = "emergency"\n' + "\n[[drone]]\n",
            "lifts: found 'ceiling', allowed one of keep-out, hours, daylight, notice of kind emergency",
        ),
        (
            "\n[[drone]]\n",
            PAPER.replace('["aerodrome"]', '["keep-out"]').replace('["field"]', "[]")
            + 'kind = "police_duty"\n'
            + "\n[[drone]]\n",
            "zones: found none, allowed the keep-outs that a paper of kind police_duty opens",
        ),
        (
            "\n[[drone]]\n",
            PAPER.replace("valid_to = 2026", "valid_until = 2025") + "\n[[drone]]\n",
            "valid_until: found 2025-12-31, allowed a day not before valid_from 2026-01-01",
        ),
        (
            "\n[[drone]]\n",
            PAPER + "valid_until = 2026-12-31\n" + "\n[[drone]]\n",
            "valid_to: found 2026-12-31, allowed one of valid_until and valid_to",
        ),
        (
            "\n[[drone]]\n",
            PAPER + 'hours = "9-12"\n' + "\n[[drone]]\n",
            "hours: found '9-12', allowed times of day",
        ),
        (
            "\n[[drone]]\n",
            PAPER.replace('["aerodrome"]', "[]") + "\n[[drone]]\n",
            "lifts: found [], allowed at least one name",
        ),
    ],
)
def test_a_wrong_value_is_named(spoiled: Any, old: str, new: str, expected: str) -> None:
    spoiled.edit("dronectl.toml", old, new)
    problems = spoiled.problems()
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith("dronectl.toml") and "\n" not in problem for problem in problems)


def test_a_problem_names_its_line(spoiled: Any) -> None:
    text = (spoiled.root / "dronectl.toml").read_text(encoding="utf-8")
    line = next(n for n, line in enumerate(text.split("\n"), start=1) if line.startswith("usable_share"))
    spoiled.edit("dronectl.toml", "usable_share = 0.85", "usable_share = 1.85")
    assert spoiled.problem() == (
        f"dronectl.toml:{line}: [[drone]] one battery: usable_share: found 1.85, allowed a number from 0.05 to 1"
    )


def test_syntax_errors_name_line_and_column(spoiled: Any) -> None:
    spoiled.write("dronectl.toml", '[site]\nname = "a\n')
    assert any("not valid TOML" in problem and "line 2, column" in problem for problem in spoiled.problems())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "site: found nothing, allowed a table"),
        (b"\xff\xfe[\x00", "UTF-16"),
        (b"a = " + b"[" * 100_000, "not valid TOML"),
        (b"a = " + b"1" * 10_000, "not valid TOML"),
        (b"# " + b"x" * 16 * 1024 * 1024, "larger than 16 MB"),
        (b"site = 1\nrules = 2\ndrone = 3\naerodrome = 4", "drone: found 3, allowed tables, each under [[drone]]"),
    ],
)
def test_hostile_files_are_refused_in_one_line(spoiled: Any, content: bytes, expected: str) -> None:
    spoiled.write("dronectl.toml", content)
    assert any(expected in problem for problem in spoiled.problems())


def test_two_drones_may_share_a_link_but_neither_name_nor_system_id(spoiled: Any) -> None:
    text = (spoiled.root / "dronectl.toml").read_text(encoding="utf-8")
    second = text[text.index("\n[[drone]]\n") :]
    spoiled.write("dronectl.toml", text + second)
    problems = spoiled.problems()
    assert len(problems) == 2
    assert "name: found 'one', which [[drone]] one has too" in problems[0]
    assert "system_id: found 1" in problems[1]
    good = second.replace('"one"', '"two"').replace("system_id = 1", "system_id = 2")
    spoiled.write("dronectl.toml", text + good)
    assert len(spoiled.load().drones) == 2


def test_a_drone_may_have_several_links_each_right_and_once(spoiled: Any) -> None:
    text = (spoiled.root / "dronectl.toml").read_text(encoding="utf-8")

    def link(value: str) -> None:
        spoiled.write("dronectl.toml", text.replace('"tcp://127.0.0.1:5760"', value))

    link('["serial:///dev/ttyUSB0?baud=57600", "udpin://0.0.0.0:14550"]')
    assert spoiled.load().drones[0].links == ("serial:///dev/ttyUSB0?baud=57600", "udpin://0.0.0.0:14550")
    link('["tcp://127.0.0.1:5760"]')
    assert spoiled.load().drones[0].links == ("tcp://127.0.0.1:5760",)
    for wrong, expected in [
        ("[]", "link: found [], allowed at least one name"),
        ('["tcp://127.0.0.1:5760", "tcp://127.0.0.1:5760"]', "allowed each name once"),
        ('["tcp://127.0.0.1:5760", "pigeon://x:1"]', "link: found 'pigeon://x:1', allowed udpin://"),
        ('["tcp://127.0.0.1:5760", ""]', "link: found an empty name"),
        ('["tcp://127.0.0.1:5760", 7]', "allowed a list of names"),
        ("7", "link: found 7"),
    ]:
        link(wrong)
        (problem,) = spoiled.problems()
        assert expected in problem


def test_identities_and_aerodromes_are_each_given_once(spoiled: Any) -> None:
    strip = (
        '[[aerodrome]]\nid = "X"\nname = "สนามบิน"\nposition = { lat_deg = -35.3, lon_deg = 149.2 }\n'
        'status = "closed"\nsurveyed = true\n'
    )
    text = (spoiled.root / "dronectl.toml").read_text(encoding="utf-8").replace("# uid = ", f'uid = "{"0a" * 18}" # ')
    second = text[text.index("\n[[drone]]\n") :].replace('"one"', '"two"').replace("system_id = 1", "system_id = 2")
    spoiled.write("dronectl.toml", text + second + strip + strip)
    uid, aerodrome = spoiled.problems()
    assert "[[drone]] two: uid: found '0a0a" in uid
    assert "[[aerodrome]] สนามบิน: id: found 'X', which [[aerodrome]] สนามบิน has too" in aerodrome
    spoiled.write("dronectl.toml", text + strip)
    assert spoiled.load().aerodromes[0].status == "closed"


def test_a_battery_by_endurance_and_one_by_energy_are_both_read(spoiled: Any) -> None:
    assert spoiled.load().drones[0].battery.capacity_wh * 60 == pytest.approx(25.0)
    spoiled.edit(
        "dronectl.toml", "endurance_min = 25.0", "capacity_wh = 100.0\nhover_power_w = 300\ncruise_power_w = 280"
    )
    battery = spoiled.load().drones[0].battery
    assert (battery.capacity_wh, battery.hover_power_w, battery.usable_share) == (100.0, 300.0, 0.85)


def test_a_camera_is_on_a_gimbal_unless_it_says_otherwise(spoiled: Any) -> None:
    assert spoiled.load().drones[0].camera.stabilised
    spoiled.edit("dronectl.toml", "# stabilised = false", "stabilised = false")
    assert not spoiled.load().drones[0].camera.stabilised


def test_lines_of_keys_in_arrays_of_tables() -> None:
    text = "[a]\nx = 1\n[[b]]\ny = 1\n[b.c]\nz = 1\n[[b]]\n# y = 1\ny = 2\n[b.c]\nz = 2\n"
    assert key_lines(text) == {
        "a": 1, "a.x": 2, "b.0": 3, "b.0.y": 4, "b.0.c": 5, "b.0.c.z": 6, "b.1": 7, "b.1.y": 9, "b.1.c": 10,
        "b.1.c.z": 11,
    }  # fmt: skip
