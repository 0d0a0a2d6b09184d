"""What the routes of the page ask, without aircraft: rooms that write down what they were asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dronectl.errors import DronectlError, InputError
from dronectl.model.ground.tiles import Tile
from dronectl.web.orders import LoggedIn


class QuietTiles:
    """One picture, one damaged place, and names."""

    def document(self) -> list[dict[str, Any]]:
        return [{"number": 0, "name": "streets", "problem": None}]

    async def picture(self, number: int, zoom: int, x: int, y: int, theme: str) -> Tile | None:
        if (number, zoom) == (0, 9):
            raise InputError("maps/x.pmtiles: a tile is damaged")
        return Tile(f"{number}/{zoom}/{x}/{y}/{theme}".encode(), "image/svg+xml") if number == 0 else None

    async def names(self, number: int, zoom: int, x: int, y: int) -> Tile | None:
        return Tile(b"[]", "application/json")


class QuietRoom:
    """The page."""

    tiles = QuietTiles()

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def picture(self) -> bytes:
        return b'{"clock": "12:00:00 UTC+7", "drones": []}'

    async def changed(self, after: int) -> int:
        return after + 1

    ground: Mapping[str, Any] = {"name": "ร้อยเอ็ด"}

    def trails(self) -> Mapping[str, Any]:
        return {"alpha": [[16.0, 103.6]]}

    def take_webhook(self, body: bytes, signature: str | None) -> int:
        self.asked.append((body, signature))
        return 200 if signature == "good" else 401

    async def take_report(self, body: bytes, token: str) -> tuple[int, Mapping[str, Any]]:
        self.asked.append((body, token))
        return 201, {"number": "1201-01"}


class QuietOrders:
    """Its orders. ``error``: what each wish meets. The cookie ``good`` is somebody's."""

    def __init__(self, error: DronectlError | None = None) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self._error = error

    def log_in(self, body: bytes, place: str) -> LoggedIn:
        self.asked.append(("login", body, place))
        return LoggedIn("good", "somchai") if body == b"good" else LoggedIn(wait_s=3.2)

    def log_out(self, who: Any) -> None:
        self.asked.append(("logout", who))

    def who(self, secret: str) -> Any | None:
        return "somchai" if secret == "good" else None

    def person(self, who: Any) -> str:
        return str(who)

    async def offer(self, who: Any, body: bytes) -> Mapping[str, Any]:
        if self._error is not None:
            raise self._error
        self.asked.append(("offer", who, body))
        return {"id": "1"}

    def look(self, who: Any, id_: str) -> Mapping[str, Any]:
        return {"id": id_}

    async def take_back(self, who: Any, id_: str) -> None:
        self.asked.append(("take back", who, id_))

    def confirm(self, who: Any, id_: str, body: bytes) -> Mapping[str, Any]:
        self.asked.append(("confirm", who, id_, body))
        return {"number": 1}

    def see(self, who: Any, body: bytes) -> None:
        self.asked.append(("see", who, body))
