"""New connections are turned away, with an answer, while hardly any file descriptors are left: calls keep theirs."""

import os
import resource
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from server.busy import busy

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
        await busy("The server is full", RETRY_SECONDS)(scope, receive, send)


def _left() -> int:
    """How many descriptors may still be opened: the kernel gives out the lowest that is free."""
    try:
        lowest = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return 0
    os.close(lowest)
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - lowest
