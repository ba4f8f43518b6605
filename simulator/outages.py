"""Outages of the outside world: while a platform is down, its doors answer 503 to everybody, and nothing is taken."""

from enum import StrEnum

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Platform(StrEnum):
    """Who may be down."""

    CUSTOMS = "customs"
    BANK = "bank"
    IDENTITY = "identity"


DOORS = {
    Platform.CUSTOMS: "/customs/messages",
    Platform.BANK: "/bank/payments",
    Platform.IDENTITY: "/identity/verify",
}
"""Where a platform takes what is handed in; looking at its books (GET) stays possible."""


class Outages:
    """Who is down now, and how many were turned away."""

    def __init__(self) -> None:
        self.down: set[Platform] = set()
        self.turned_away = 0

    def closes(self, method: str, path: str) -> bool:
        """Whether a door is closed at present."""
        return method == "POST" and any(path == DOORS[platform] for platform in self.down)


class ClosedDoors:
    """Outermost layer: turns away whoever knocks at a platform that is down."""

    def __init__(self, app: ASGIApp, outages: Outages) -> None:
        self._app = app
        self._outages = outages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 503."""
        if scope["type"] == "http" and self._outages.closes(scope["method"], scope["path"]):
            self._outages.turned_away += 1
            told = {"code": "E_UNAVAILABLE", "reason": "the platform is down", "problems": []}
            await JSONResponse(told, 503)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def make_outages(outages: Outages) -> APIRouter:
    """The routes under `/outages`."""
    router = APIRouter(prefix="/outages")

    @router.get("")
    async def show() -> dict[str, object]:
        """Who is down, and how many requests were turned away so far."""
        return {"down": sorted(outages.down), "turned_away": outages.turned_away}

    @router.put("/{platform}")
    async def begin(platform: Platform) -> dict[str, object]:
        """Take a platform down; no body."""
        outages.down.add(platform)
        return await show()

    @router.delete("/{platform}")
    async def end(platform: Platform) -> dict[str, object]:
        """Bring it back; no body."""
        outages.down.discard(platform)
        return await show()

    return router
