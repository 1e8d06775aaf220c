"""The robot's link against the real server, and against servers that misbehave in ways that stop the library."""

import asyncio
import base64
import contextlib
import hashlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
import socketio
from aiohttp import web

from robotclient import signaling as signaling_module
from robotclient.news import InRoom, LinkDown, News, NotAdmitted, Received
from robotclient.signaling import RefusedError, Signaling, SignalingError
from server import schema
from server.database import Database
from tests.server.signaling_rig import Rig, running
from wire.signaling import Chat, ErrorCode, Leave, ParticipantLeft


class Link:
    """A running link and its news, one after the other."""

    def __init__(self, port: int, token: str, room: str) -> None:
        self.news: asyncio.Queue[News] = asyncio.Queue()
        self.signaling = Signaling(f"http://127.0.0.1:{port}", token, room, self.news.put_nowait)

    async def next(self, within: float = 8) -> News:
        async with asyncio.timeout(within):
            return await self.news.get()


@asynccontextmanager
async def link(port: int, token: str, room: str) -> AsyncIterator[Link]:
    made = Link(port, token, room)
    running = asyncio.create_task(made.signaling.run())
    try:
        yield made
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def in_room(made: Link, within: float = 8) -> InRoom:
    while not isinstance(news := await made.next(within), InRoom):
        pass
    return news


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Rig]:
    database = tmp_path / "migrated.db"
    migrated = Database(f"sqlite+aiosqlite:///{database}", 5)
    await schema.upgrade(migrated)
    await migrated.close()
    folder = tmp_path / "server"
    folder.mkdir()
    async with running(database, folder) as rig:
        yield rig


async def test_in_the_room_hears_the_others_and_is_the_same_after_a_restart_of_the_server(server: Rig) -> None:
    visit = await server.book()
    async with link(server.port, visit.token, visit.room) as robot:
        first = await in_room(robot)
        assert not first.joined.resumed
        guest = await server.guest(visit, name="Ana")
        joined = await robot.next()
        assert isinstance(joined, Received)
        await guest.call("chat", {"text": "hola"})
        heard = await robot.next()
        assert isinstance(heard, Received)
        assert isinstance(heard.message, Chat)
        assert heard.message.text == "hola"
        await server.kill()
        assert isinstance(await robot.next(), LinkDown)
        await server.start()
        again = await in_room(robot, within=15)
        assert again.joined.resumed
        assert again.joined.participant == first.joined.participant


async def test_leaving_is_at_once_for_the_others(server: Rig) -> None:
    visit = await server.book()
    async with link(server.port, visit.token, visit.room) as robot:
        await in_room(robot)
        guest = await server.guest(visit)
        await robot.signaling.leave(Leave())
        left = await guest.hear("participant_left")
        assert ParticipantLeft.model_validate(left).reason == "left"


async def test_a_wrong_token_and_a_wrong_room_are_told_and_tried_again(server: Rig) -> None:
    visit = await server.book()
    async with link(server.port, "no-robot.at-all", visit.room) as stranger:
        for _ in range(2):
            refused = await stranger.next()
            assert isinstance(refused, NotAdmitted)
            assert refused.refusal.error is ErrorCode.NOT_AUTHENTICATED
    async with link(server.port, visit.token, "no-such-room") as lost:
        refused = await lost.next()
        assert isinstance(refused, NotAdmitted)
        assert refused.refusal.error is ErrorCode.UNKNOWN_ROOM


async def test_s7_a_second_process_with_the_same_identity_stays_out(server: Rig) -> None:
    visit = await server.book()
    async with link(server.port, visit.token, visit.room) as robot:
        await in_room(robot)
        async with link(server.port, visit.token, visit.room) as copy:
            refused = await copy.next()
            assert isinstance(refused, NotAdmitted)
            assert refused.refusal.error is ErrorCode.ALREADY_CONNECTED
        assert robot.news.empty()


Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "


async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(-1)
    writer.close()


async def upgrades_and_falls_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    key = next(line.split(b": ")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key"))
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    writer.write(UPGRADE + accept + b"\r\n\r\n")
    await reader.read(-1)
    writer.close()


async def test_n4_in_another_network_the_link_is_made_anew_at_once(server: Rig) -> None:
    visit = await server.book()
    async with link(server.port, visit.token, visit.room) as robot:
        first = await in_room(robot)
        robot.signaling.reconnect()
        assert isinstance(await robot.next(), LinkDown)
        again = await in_room(robot)
        assert again.joined.resumed
        assert again.joined.participant == first.joined.participant


@pytest.mark.parametrize("behaviour", [never_answers, upgrades_and_falls_silent])
async def test_n6_n7_a_server_that_hangs_is_given_up_and_the_link_is_back_with_a_healthy_one(
    server: Rig, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    monkeypatch.setattr(signaling_module, "DEADLINE", 0.5)
    monkeypatch.setattr(signaling_module, "LONGEST_PAUSE", 0.3)
    visit = await server.book()
    await server.kill()
    tries = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        tries += 1
        await behaviour(reader, writer)

    listener = socket.create_server(("127.0.0.1", server.port), reuse_port=False)
    hanging = await asyncio.start_server(serve, sock=listener)
    async with link(server.port, visit.token, visit.room) as robot:
        async with asyncio.timeout(10):
            while tries < 3:
                await asyncio.sleep(0.05)
        hanging.close()
        back = time.monotonic()
        await server.start()
        assert (await in_room(robot)).joined.participant
        assert time.monotonic() - back < 20


async def test_n8_a_busy_server_is_left_alone_as_long_as_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signaling_module, "LONGEST_PAUSE", 0.1)
    tries: list[float] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tries.append(time.monotonic())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    busy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with busy, link(busy.sockets[0].getsockname()[1], "token", "room"), asyncio.timeout(60):
        while len(tries) < 3:
            await asyncio.sleep(0.05)
    assert min(later - earlier for earlier, later in pairwise(tries)) >= 2


async def test_a_message_that_overtakes_the_answer_to_join_is_told_after_it() -> None:
    """The newcomer's offer may be on the wire before the robot's task that waits for the answer has woken up."""
    hasty = socketio.AsyncServer(async_mode="aiohttp")

    async def join(sid: str, message: dict[str, object]) -> dict[str, object]:
        del message
        await hasty.emit("participant_left", {"participant": "p2", "reason": "left"}, to=sid)
        now = datetime.now(UTC).isoformat()
        return {"participant": "p1", "secret": "s" * 20, "roster": [], "ice_servers": [], "mode": "mesh", "now": now,
                "ends_at": now, "title": "A visit", "resumed": False}  # fmt: skip

    hasty.on("join", join)
    application = web.Application()
    hasty.attach(application)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with link(runner.addresses[0][1], "token", "room") as robot:
            assert [type(await robot.next()) for _ in range(2)] == [InRoom, Received]
    finally:
        await runner.cleanup()


def test_a_refusal_in_the_words_of_a_newer_server_is_a_link_to_be_tried_again() -> None:
    with pytest.raises(SignalingError):
        signaling_module._raise_if_refused({"error": "brand_new", "message": "Not known in this version."})
    with pytest.raises(RefusedError):
        signaling_module._raise_if_refused({"error": "unknown_room", "message": "There is no such room."})
    signaling_module._raise_if_refused({})
