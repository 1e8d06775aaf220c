"""New connections are turned away, with an answer, while hardly any file descriptors are left: calls keep theirs."""

import os
import resource
from http import HTTPStatus
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

RESERVE: Final = 16
"""Descriptors for those who are here already, and for the database and files; beyond it nothing could be answered."""
RETRY_SECONDS: Final = 10


class Crowding:
    """ASGI middleware. Who polls or upgrades within a Socket.IO session that he has goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection or request."""
        if scope["type"] == "lifespan" or b"sid=" in scope["query_string"] or _left() >= RESERVE:
            await self._app(scope, receive, send)
            return
        headers = {"Retry-After": str(RETRY_SECONDS), "Connection": "close"}
        refused = PlainTextResponse("The server is full; try again.", HTTPStatus.SERVICE_UNAVAILABLE, headers)
        await refused(scope, receive, send)


def _left() -> int:
    """How many descriptors may still be opened: the kernel gives out the lowest that is free."""
    try:
        lowest = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return 0
    os.close(lowest)
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - lowest
