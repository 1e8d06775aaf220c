"""A room in this process, on a real socket: a guest with a real connection waits in it for whoever joins."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import socketio
from aiohttp import web

from robotclient.tracks import PacketTrack
from scripts.lab.mesh import Mesh, joined
from wire.signaling import CLIENT_EVENTS, Directed, Source

GUEST = "guest"
PING = 1
"""Seconds; so long a task of the server outlives its connection."""


class RoomGuest(Mesh):
    """Who waits in the room."""

    def __init__(self, relay: Callable[[Directed], Awaitable[bool]]) -> None:
        super().__init__(GUEST)
        self.sound: PacketTrack | None = None
        """What the guest says on his newest connection."""
        self._relay = relay

    async def send(self, message: Directed) -> bool:
        """To the newcomer."""
        return await self._relay(message)

    def outgoing(self, participant: str) -> dict[Source, PacketTrack]:
        """Fresh tracks, of which only the newest sound is kept."""
        tracks = super().outgoing(participant)
        self.sound = tracks[Source.MICROPHONE]
        return tracks


class CallRoom:
    """The server's part and the guest's: whoever joins is told of the guest, and offers."""

    def __init__(self) -> None:
        self.url = ""
        self._sid = ""
        self._joins = 0
        self._server: Any = socketio.AsyncServer(async_mode="aiohttp", async_handlers=False, ping_interval=PING)
        self._server.on("*", self._take)
        self.guest = RoomGuest(self._send)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["CallRoom"]:
        """Answer on a free port of the loopback interface."""
        app = web.Application()
        self._server.attach(app)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await self.guest.peers.close()
            await self._server.shutdown()
            await runner.cleanup()

    async def _take(self, event: str, sid: str, data: dict[str, Any]) -> dict[str, Any]:
        if event == "join":
            self._sid = sid
            self._joins += 1
            return joined(self.newcomer, GUEST).model_dump(mode="json", exclude_none=True)
        message = CLIENT_EVENTS[event].model_validate(data)
        if isinstance(message, Directed):
            await self.guest.peers.receive(message.model_copy(update={"to": None, "sender": self.newcomer}))
        elif event == "leave":
            await self.guest.peers.drop(self.newcomer)
        return {}

    @property
    def newcomer(self) -> str:
        """Who joined last."""
        return f"robot-{self._joins}"

    async def _send(self, message: Directed) -> bool:
        stamped = message.model_copy(update={"to": None, "sender": GUEST})
        data = stamped.model_dump(mode="json", by_alias=True, exclude_none=True)
        await self._server.emit(type(message).__name__.lower(), data, to=self._sid)
        return True
