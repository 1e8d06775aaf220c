"""A room in this process, on a real socket: a guest with a real connection waits in it for whoever joins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import socketio
from aiohttp import web
from aiortc.mediastreams import MediaStreamError

from robotclient.peer import Incoming
from robotclient.peers import Peers
from robotclient.surroundings import Surroundings
from robotclient.tasks import Tasks
from robotclient.tracks import PacketTrack
from wire.signaling import CLIENT_EVENTS, Directed, Joined, Participant, ParticipantKind, Source

GUEST = "guest"
PING = 1
"""Seconds; so long a task of the server outlives its connection."""


class CallRoom:
    """The server's part and the guest's: whoever joins is told of the guest, and offers."""

    def __init__(self) -> None:
        self.url = ""
        self.packets = 0
        """How many packets of sound the guest has got in all."""
        self.errors: list[BaseException] = []
        self.sound: PacketTrack | None = None
        """What the guest says on his newest connection."""
        self._sid = ""
        self._joins = 0
        self._server: Any = socketio.AsyncServer(async_mode="aiohttp", async_handlers=False, ping_interval=PING)
        self._server.on("*", self._take)
        self.guest = Peers(
            Surroundings(
                own_id=GUEST,
                ice_servers=lambda: (),
                send=self._send,
                outgoing=self._outgoing,
                on_track=self._consume,
                on_connected=lambda _participant, _up: None,
                on_board=lambda _participant, _message: None,
                closing=Tasks(self.errors.append),
            )
        )

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
            await self.guest.close()
            await self._server.shutdown()
            await runner.cleanup()

    async def _take(self, event: str, sid: str, data: dict[str, Any]) -> dict[str, Any]:
        if event == "join":
            self._sid = sid
            return self._joined().model_dump(mode="json", exclude_none=True)
        message = CLIENT_EVENTS[event].model_validate(data)
        if isinstance(message, Directed):
            await self.guest.receive(message.model_copy(update={"to": None, "sender": self.newcomer}))
        elif event == "leave":
            await self.guest.drop(self.newcomer)
        return {}

    @property
    def newcomer(self) -> str:
        """Who joined last."""
        return f"robot-{self._joins}"

    def _joined(self) -> Joined:
        self._joins += 1
        now = datetime.now(UTC)
        return Joined(
            participant=self.newcomer,
            secret="s" * 20,
            roster=(Participant(id=GUEST, kind=ParticipantKind.GUEST, name="Guest"),),
            ice_servers=(),
            mode="mesh",
            now=now,
            ends_at=now + timedelta(hours=1),
            title="A visit",
            resumed=False,
        )

    async def _send(self, message: Directed) -> bool:
        stamped = message.model_copy(update={"to": None, "sender": GUEST})
        data = stamped.model_dump(mode="json", by_alias=True, exclude_none=True)
        await self._server.emit(type(message).__name__.lower(), data, to=self._sid)
        return True

    def _outgoing(self, _participant: str) -> dict[Source, PacketTrack]:
        self.sound = PacketTrack("audio", lambda: None)
        return {Source.MICROPHONE: self.sound, Source.CAMERA: PacketTrack("video", lambda: None)}

    async def _consume(self, _participant: str, incoming: Incoming) -> None:
        try:
            while True:
                await incoming.track.recv()
                self.packets += 1
        except MediaStreamError:
            return
