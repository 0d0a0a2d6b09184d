"""Orders that move nothing: whoever logs in is asked, and may answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dronectl.ops.serving.orders.wanted import read_wanted
from dronectl.web.orders import LoggedIn

FLEET = ("alpha", "bravo", "charlie")


class PretendOrders:
    """See :class:`dronectl.web.orders.OrderRoom`."""

    def log_in(self, body: bytes, place: str) -> LoggedIn:
        return LoggedIn("good", "somchai")

    def log_out(self, who: Any) -> None:
        pass

    def who(self, secret: str) -> Any | None:
        return "somchai" if secret == "good" else None

    def person(self, who: Any) -> str:
        return str(who)

    async def offer(self, who: Any, body: bytes) -> Mapping[str, Any]:
        wanted = read_wanted(body, FLEET)
        drones = list(wanted.drones)
        is_dispatch = wanted.name == "dispatch"
        order = "send a drone to ร้านทอง ๒: alpha" if is_dispatch else f"{wanted.name}: {', '.join(drones)}"
        self._offer = {
            "id": "1",
            "order": str(wanted.name),
            "drones": drones,
            "text": f"{order}. Go?",
            "told": ["alpha: WARNING: 12.0 m inside keep-out 'tower' on the straight way home"],
            "choices": [
                {"key": name, "text": f"{name} (standing): there in 126 s, stays 5.0 min, home with 56 %"}
                for name in FLEET
                if is_dispatch
            ],
            "left_s": 30.0,
            "changed": [],
        }
        return self._offer

    def look(self, who: Any, id_: str) -> Mapping[str, Any]:
        return self._offer

    async def take_back(self, who: Any, id_: str) -> None:
        pass

    def confirm(self, who: Any, id_: str, body: bytes) -> Mapping[str, Any]:
        return {"number": 1}

    def see(self, who: Any, body: bytes) -> None:
        pass
