"""A herd comes in by turns: after a restart all robots of a house are back at once, and each join costs the database.

If all were let in together, all would wait longer than they have patience for, come again, and nobody would ever be in.
So a few are on their way in at a time; the others are told when to come again, the later the more they are.
"""

import asyncio
import random
import time
from collections import deque
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.busy import busy
from server.sockets import PATH

MOST: Final = 24
"""Connections on their way in at a time."""
FIRST_WORDS: Final = 3
"""What the server says to who enters: Engine.IO's OPEN, Socket.IO's CONNECT, the answer to `join`. Then he is in."""
LONGEST: Final = 10.0
"""Seconds for which one may be on his way: who only connects, and asks for nothing, stands in nobody's way then."""
PER_SECOND: Final = 40
"""So many come in, on two cores that the robots' own processes share."""
REMEMBERED: Final = 10.0
"""Seconds; who was told so long ago to come again has come, or will not."""


class Entrance:
    """ASGI middleware for new WebSocket connections to the rooms."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._entering = 0
        self._turned_away: deque[float] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection or request."""
        if scope["type"] != "websocket" or not scope["path"].startswith(PATH):
            await self._app(scope, receive, send)
        elif self._entering < MOST:
            await self._let_in(scope, receive, send)
        else:
            await busy("Many come at once", self._retry_seconds(time.monotonic()))(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._entering += 1
        left = FIRST_WORDS

        def heard(words: int) -> None:
            nonlocal left
            if left > 0:
                left -= words
                self._entering -= left <= 0

        async def say(message: Message) -> None:
            await send(message)
            heard(message["type"] == "websocket.send")

        timer = asyncio.get_running_loop().call_later(LONGEST, heard, FIRST_WORDS)
        try:
            await self._app(scope, receive, say)
        finally:
            timer.cancel()
            heard(FIRST_WORDS)

    def _retry_seconds(self, now: float) -> int:
        """Some time within that in which all who were turned away can come in."""
        while self._turned_away and now - self._turned_away[0] > REMEMBERED:
            self._turned_away.popleft()
        self._turned_away.append(now)
        return 1 + random.randint(0, len(self._turned_away) // PER_SECOND)  # noqa: S311
