"""Orders by the page, from the browser's wish to what the simulated aircraft does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest
from page_of_orders import SENT, Page, page_of
from running_fleet import copy_workspace
from virtual_network import run_virtually
from waiting import until

from dronectl.ops.orders import orders
from dronectl.ops.serving.access.people import PEOPLE_FILE, remove_person

pytestmark = pytest.mark.xdist_group("page of orders")


Does = Callable[[Page], Coroutine[object, object, None]]
OnPage = Callable[[Does], None]


@pytest.fixture
def on_page(tmp_path: Path) -> OnPage:
    """Runs what somebody does on the page."""
    root = copy_workspace(tmp_path)

    def run(does: Does) -> None:
        async def main() -> None:
            async with page_of(root) as page:
                await does(page)

        run_virtually(main(), limit_s=3_600.0)

    return run


async def airborne(page: Page, *names: str) -> None:
    """In GUIDED, at thirty metres."""
    await asyncio.sleep(30.0)
    for name in names:
        vehicle = page.fleet.vehicles[name]
        await orders.takeoff(vehicle, 30.0)
        await until(lambda vehicle=vehicle: (vehicle.state.relative_altitude_m or 0.0) > 29.0)


def test_hold_says_what_it_does_and_is_given_once(on_page: OnPage) -> None:
    async def does(page: Page) -> None:
        await airborne(page, "alpha", "bravo")
        somchai = await page.person()
        question = await somchai.asked(order="hold", drones=["bravo", "alpha"])
        assert question["text"] == "hold: alpha, bravo. Go?"
        assert page.fleet.vehicles["alpha"].state.mode == "GUIDED", "a question orders nothing"
        number = await somchai.confirmed(question)
        told = await somchai.ended(number)
        assert {one["name"]: page.fleet.vehicles[one["name"]].state.mode for one in told["drones"]} == {
            "alpha": "BRAKE",
            "bravo": "BRAKE",
        }
        again = await somchai.post(f"/api/orders/{question['id']}")
        assert again.status_code == 400
        assert "nothing was ordered" in again.text
        lines = [line for line in page.audit() if line["order"] == "hold"]
        assert {(line["by"], line["from"]) for line in lines if line["event"] == "intent"} == {
            ("somchai", "192.168.1.5")
        }
        assert sorted(line["drone"] for line in lines if line["event"] == "outcome") == ["alpha", "bravo"]

    on_page(does)


def test_nobody_and_nothing_holds_up_an_order_that_ends_a_flight(on_page: OnPage) -> None:
    """Another person's question stands open, a drone is on its way, one is never heard: hold goes out, and first."""

    async def does(page: Page) -> None:
        await airborne(page, "alpha", "bravo")
        somchai, malee = await page.person(), await page.person("malee", "192.168.1.6")
        flies = await somchai.asked(order="goto", drones=["alpha"], place="16.0571,103.6521")
        number = await somchai.confirmed(flies)
        await somchai.asked(order="look", drones=["bravo"], place="gold_shop_2")
        await until(lambda: (page.fleet.vehicles["alpha"].state.ground_speed_m_s or 0.0) > 2.0)
        began_s = asyncio.get_running_loop().time()
        question = await malee.asked(order="hold", drones=["alpha", "bravo", "charlie"])
        assert asyncio.get_running_loop().time() == began_s, "asked at once"
        held = await malee.confirmed(question)
        await until(lambda: page.fleet.vehicles["alpha"].state.mode == "BRAKE")
        assert asyncio.get_running_loop().time() - began_s < 1.5, "a heartbeat"
        told = await malee.ended(held)
        assert told["by"] == "malee"
        left = await somchai.ended(number, stage="failed")
        assert "BRAKE" in left["drones"][0]["words"]

    on_page(does)


def test_a_place_is_flown_to_once_the_way_is_proved(on_page: OnPage) -> None:
    async def does(page: Page) -> None:
        await airborne(page, "alpha")
        somchai = await page.person()
        question = await somchai.asked(order="goto", drones=["alpha"], place="16.0571,103.6521", altitude_m=40)
        assert question["text"] == "fly to 16.0571000,103.6521000 at 40 m: alpha. Go?"
        assert any("breaks no rule" in words or "around over" in words for words in question["told"])
        told = await somchai.ended(await somchai.confirmed(question))
        assert told["drones"][0]["words"]
        refused = await somchai.post("/api/orders", {"order": "goto", "drones": ["alpha"], "place": "16.20,103.65"})
        assert refused.status_code == 409
        assert refused.json()["error"]["kind"] == "rule"
        high = await somchai.post(
            "/api/orders", {"order": "goto", "drones": ["alpha"], "place": "16.0571,103.6521", "altitude_m": 900}
        )
        assert high.status_code == 400

    on_page(does)


def test_of_two_confirmed_in_the_same_second_the_second_is_held_against_the_first(on_page: OnPage) -> None:
    """Each alone was lawful when its question was answered."""

    async def does(page: Page) -> None:
        await airborne(page, "alpha", "bravo")
        somchai, malee = await page.person(), await page.person("malee", "192.168.1.6")
        place = {"order": "goto", "place": "16.0571,103.6521", "altitude_m": 40}
        first = await somchai.asked(drones=["alpha"], **place)
        second = await malee.asked(drones=["bravo"], **place)
        numbers = [await somchai.confirmed(first), await malee.confirmed(second)]
        await until(lambda: all(one.state.mode == "GUIDED" for one in page.fleet.vehicles.values() if one.state.armed))
        stages: dict[str, str] = {}
        while len(stages) < 2 or "going" in stages.values():
            await asyncio.sleep(0.5)
            told = (await somchai.get("/api/picture")).json()["orders"]
            drones = [drone for one in told if one["number"] in numbers for drone in one["drones"]]
            stages = {drone["name"]: drone["stage"] for drone in drones}
        assert sorted(stages.values()) == ["done", "failed"]
        (words,) = [drone["words"] for drone in drones if drone["stage"] == "failed"]
        assert " m from " in words
        assert "on the way ahead" in words

    on_page(does)


def test_an_answer_is_void_when_the_drone_is_otherwise_by_then(on_page: OnPage) -> None:
    async def does(page: Page) -> None:
        await airborne(page, "alpha")
        alpha = page.fleet.vehicles["alpha"]
        somchai = await page.person()
        flies = await somchai.asked(order="goto", drones=["alpha"], place="16.0571,103.6521")
        lands = await somchai.asked(order="land", drones=["alpha"])
        await orders.hold(alpha)
        shown = (await somchai.get(f"/api/orders/{flies['id']}")).json()
        assert shown["changed"] == ["alpha was in GUIDED, armed, and is in BRAKE, armed"]
        for question in (flies, lands):
            told = await somchai.ended(await somchai.confirmed(question), stage="failed")
            assert "is in BRAKE, armed" in told["drones"][0]["words"]
        assert alpha.state.mode == "BRAKE"

    on_page(does)


def test_an_answer_counts_for_who_was_asked_and_for_a_while(on_page: OnPage) -> None:
    async def does(page: Page) -> None:
        await airborne(page, "alpha")
        somchai, malee = await page.person(), await page.person("malee")
        question = await somchai.asked(order="rtl", drones=["alpha"])
        assert (await malee.post(f"/api/orders/{question['id']}")).status_code == 400, "another one's question"
        assert (await malee.get(f"/api/orders/{question['id']}")).status_code == 400
        await asyncio.sleep(31.0)
        assert (await somchai.post(f"/api/orders/{question['id']}")).status_code == 400, "too old"
        taken_back = await somchai.asked(order="rtl", drones=["alpha"])
        await somchai.client.request("DELETE", f"/api/orders/{taken_back['id']}", headers=SENT, content="{}")
        assert (await somchai.post(f"/api/orders/{taken_back['id']}")).status_code == 400
        assert (await somchai.post("/api/orders/nothing-like-that")).status_code == 400
        assert page.fleet.vehicles["alpha"].state.mode == "GUIDED"

    on_page(does)


def test_who_lost_the_token_orders_nothing_more(on_page: OnPage) -> None:
    async def does(page: Page) -> None:
        await airborne(page, "alpha")
        somchai, malee = await page.person(), await page.person("malee")
        question = await somchai.asked(order="rtl", drones=["alpha"])
        remove_person(page.root / PEOPLE_FILE, "somchai")
        assert (await somchai.post(f"/api/orders/{question['id']}")).status_code == 401
        assert (await somchai.get("/api/me")).json() == {"person": None}
        await malee.post("/api/logout")
        assert (await malee.post("/api/orders", {"order": "rtl", "drones": ["alpha"]})).status_code == 401
        assert page.fleet.vehicles["alpha"].state.mode == "GUIDED"
        logged = [(line["order"], line.get("by")) for line in page.audit() if line["event"] == "intent"]
        assert logged == [("page login", "somchai"), ("page login", "malee"), ("page logout", "malee")]

    on_page(does)


def test_an_incident_is_written_down_and_a_drone_sent_to_it(on_page: OnPage) -> None:
    async def does(page: Page) -> None:
        await asyncio.sleep(40.0)
        somchai = await page.person()
        report = {"order": "incident add", "place": "ร้านทอง 2", "kind": "fight", "words": "two men"}
        question = await somchai.asked(**report)
        assert [one["key"] for one in question["choices"]] == ["new"]
        written = await somchai.ended(await somchai.confirmed(question, "new"))
        again = await somchai.asked(**report)
        assert len(again["choices"]) == 2, "it may be the same"
        assert (await somchai.post(f"/api/orders/{again['id']}", {"choice": "x"})).status_code == 400
        twice = await somchai.ended(await somchai.confirmed(again, again["choices"][1]["key"]))
        assert "2 reports" in twice["drones"][0]["words"]
        number = written["drones"][0]["words"].partition(":")[0]
        sends = await somchai.asked(order="dispatch", incident=number, stay_min=0.5)
        best = sends["choices"][0]["key"]
        assert sends["text"].startswith("send a drone to ")
        assert f": {best}. Go?" in sends["text"]
        assert not any(vehicle.state.armed for vehicle in page.fleet.vehicles.values())
        told = await somchai.ended(await somchai.confirmed(sends, best))
        assert " s after the word" in told["drones"][0]["words"]
        closes = await somchai.asked(order="incident close", incident=number, words="over")
        await somchai.ended(await somchai.confirmed(closes))
        assert (await somchai.post("/api/orders", {"order": "incident close", "incident": number})).status_code == 400
        by = {line["order"]: line["by"] for line in page.audit() if line["event"] == "intent"}
        assert {by[name] for name in ("incident add", "dispatch", "incident close")} == {"somchai"}

    on_page(does)
