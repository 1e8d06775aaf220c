"""Signaling: who is on which connection, which messages are let through to the rooms, and what is answered."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from socketio.exceptions import ConnectionRefusedError as SocketRefusedError
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from server import messages, revocation
from server.attendance import Attendance
from server.bookings import RefusedError
from server.config import ServerConfig
from server.connection import Connection, Ticket, connection, rate_limited
from server.database import Database
from server.door import Door
from server.ice import IceServers
from server.renewal import Renewals
from server.rooms import refusals
from server.rooms.commands import Close, Delivery, LetIn, Refuse, Send, ServerEvent, Wait, Welcome
from server.rooms.events import Admitted, Denied, Left, MediaChanged, Relayed, Removed, Sent, SocketLost
from server.sockets import Sockets
from server.times import utc_now
from wire import signaling as wire
from wire.base import Message, NoContent
from wire.signaling import ErrorCode, Refusal

TICK_SECONDS: Final = 1.0

UNAVAILABLE: Final = Refusal(
    error=ErrorCode.UNAVAILABLE, message="The server cannot read or store this now; try again.", retry_after=2
)

log = logging.getLogger(__name__)


class Signaling:
    """The Socket.IO server at `/socket.io` and the rooms behind it."""

    def __init__(
        self,
        database: Database,
        config: ServerConfig,
        key: bytes,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`key` is the server's own secret."""
        servers = IceServers(config, key)
        self._clock = clock
        self._renewals = Renewals(servers)
        self._messages_per_second = config.limits.messages_per_second
        self._database = database
        self._door = Door(database, config, clock, servers)
        self._attendance = Attendance(database, config.rooms, clock, self._deliver)
        self._connections: dict[str, Connection] = {}
        self._lost: dict[str, str] = {}
        """Connections that closed and whose rooms, by reservation, could not be told yet."""
        self._losing: set[asyncio.Task[None]] = set()
        """Those whose rooms are being told."""
        self._ticking: asyncio.Task[None] | None = None
        self.last_tick = time.monotonic()
        """When the rooms were last held against the clock, monotonic, in seconds: the heartbeat of this part."""
        self._sockets = Sockets(config.public_url)
        self._sockets.server.on("connect", self._on_connect)
        self._sockets.server.on("disconnect", self._on_disconnect)
        self._sockets.server.on("*", self._on_event)

    def asgi(self, app: ASGIApp) -> ASGIApp:
        """`app` with Socket.IO at `/socket.io`; lifespan events go to `app`."""
        return self._sockets.asgi(app)

    async def start(self) -> asyncio.Task[None]:
        """Take up the rooms that a former process left open, and start ticking: in a task that never ends by itself.

        Raises `sqlalchemy.exc.SQLAlchemyError`.
        """
        await self._attendance.load()
        self._ticking = asyncio.create_task(self._tick(), name="rooms")
        return self._ticking

    async def stop(self) -> None:
        """Stop ticking. Participants stay in their rooms: they come back to the next process."""
        self._connections.clear()
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        await asyncio.gather(*self._losing)
        await self._sockets.stop()

    async def _tick(self) -> None:
        while True:
            for sid in tuple(self._lost):
                await self._lose(sid, self._lost.pop(sid))
            try:
                await self._attendance.tick()
                await self._remove_the_revoked()
            except SQLAlchemyError as error:
                log.warning("the bookings cannot be read, next try in a second: %s", type(error).__name__)
            for sid, servers in self._renewals.due(self._clock()):
                await self._sockets.send((sid,), ServerEvent.ICE_SERVERS, servers)
            self.last_tick = time.monotonic()
            await asyncio.sleep(TICK_SECONDS)

    async def _remove_the_revoked(self) -> None:
        """Close the connections of those whose link, token or account counts no more."""
        for sid in await revocation.revoked(self._database, self._connections):
            gone = self._connections.get(sid)
            if gone is None:
                continue
            log.warning("connection %s closed: what let it in was revoked", sid)
            if gone.reservation is not None:
                await self._attendance.apply(gone.reservation, Removed(sid))
            self._sockets.close(sid)

    async def _deliver(self, command: Delivery) -> None:
        match command:
            case Send(sids, event, message):
                await self._sockets.send(sids, event, message)
            case LetIn(sid, welcome):
                guest = self._connections.get(sid)
                if guest is not None and guest.ticket is not None:
                    await self._sockets.send((sid,), ServerEvent.ADMITTED, self._welcome(sid, guest.ticket, welcome))
            case Close(sid):
                if sid in self._connections:
                    self._connections[sid].reservation = None
                self._renewals.forget(sid)
                self._sockets.close(sid)

    async def _on_connect(self, sid: str, environ: dict[str, Any], credentials: dict[str, Any] | None) -> None:
        """Guests need nothing to connect; who gives a token must be the robot whose token it is."""
        token, scope = (credentials or {}).get("token"), environ["asgi.scope"]
        try:
            robot = None if token is None else await self._door.sign_in(token)
            user = None if robot else await self._door.user(scope)
        except RefusedError as refused:
            raise _not_connected(refused.refusal) from refused
        except SQLAlchemyError as error:
            raise _not_connected(UNAVAILABLE) from error
        client = scope.get("client")
        self._connections[sid] = connection(client[0] if client else "", robot, user, self._messages_per_second)

    async def _on_disconnect(self, sid: str, _reason: str) -> None:
        # Who only left the namespace could come back on the same WebSocket, and all his limits would start anew.
        self._sockets.close(sid)
        self._renewals.forget(sid)
        gone = self._connections.pop(sid, None)
        if gone is not None and gone.reservation is not None:
            # Engine.IO finds dead connections while it writes to them too: then its caller holds the room's lock.
            losing = asyncio.create_task(self._lose(sid, gone.reservation), name="lost connection")
            self._losing.add(losing)
            losing.add_done_callback(self._losing.discard)

    async def _lose(self, sid: str, reservation: str) -> None:
        """Tell the room; where that could not be stored, the next tick tries again, or a ghost would stay for ever."""
        try:
            await self._attendance.apply(reservation, SocketLost(sid))
        except SQLAlchemyError as error:
            log.warning("reservation %s: a lost connection was not noted: %s", reservation, type(error).__name__)
            self._lost[sid] = reservation

    async def _on_event(self, event: str, sid: str, *arguments: object) -> dict[str, Any]:
        """Acknowledge every event: with its answer, with an empty object, or with a refusal."""
        try:
            answer = await self._answer(event, sid, arguments)
        except RefusedError as refused:
            answer = refused.refusal
        except SQLAlchemyError as error:
            log.warning("%s was not stored: %s", event, type(error).__name__)
            answer = UNAVAILABLE
        return messages.write(answer)

    async def _answer(self, event: str, sid: str, arguments: tuple[object, ...]) -> Message:
        sender = self._connections.get(sid)
        if sender is None:
            return refusals.NOT_IN_ROOM
        self._count(sid, sender)
        message = messages.read(event, arguments)
        if isinstance(message, wire.Join):
            return await self._join(sid, sender, message)
        if sender.reservation is None:
            return refusals.NOT_IN_ROOM
        reply = await self._attendance.apply(sender.reservation, _room_event(sid, sender, message))
        if isinstance(message, wire.Leave):
            sender.reservation = None
            self._renewals.forget(sid)
        return reply.refusal if isinstance(reply, Refuse) else NoContent()

    def _count(self, sid: str, sender: Connection) -> None:
        """Refuse a message too many; close the connection of one who does not care."""
        now = time.monotonic()
        wait = sender.messages.take(now)
        if wait:
            if sender.patience.take(now):
                log.warning("connection %s closed: too many messages", sid)
                self._sockets.close(sid)
            raise rate_limited(wait)

    async def _join(self, sid: str, sender: Connection, join: wire.Join) -> Message:
        ticket = await self._door.admit(sid, sender, join)
        if sid not in self._connections:
            return refusals.NOT_IN_ROOM  # it closed meanwhile; from here on the room would be told
        reservation, former = ticket.admission.reservation_id, sender.reservation
        if former not in {None, reservation}:
            raise messages.bad_message("join: room: this connection is in another room; leave that first")
        if self._robot_is_elsewhere(sid, sender, reservation):
            log.warning("reservation %s: its robot is in another room already", reservation)
            return refusals.TWICE
        former_ticket = sender.ticket
        sender.reservation, sender.ticket = reservation, ticket
        reply: object = None
        try:
            reply = await self._attendance.apply(reservation, ticket.event)
        finally:
            if not isinstance(reply, Welcome | Wait):
                sender.reservation, sender.ticket = former, former_ticket
        if isinstance(reply, Refuse):
            if reply.refusal is refusals.TWICE:
                log.warning("reservation %s: its robot is connected already", reservation)
            return reply.refusal
        assert isinstance(reply, Welcome | Wait)
        if reply.resumed and ticket.claimed is not None:
            sender.ticket = ticket = replace(ticket, secret=ticket.claimed)
        return self._door.waiting(ticket, reply) if isinstance(reply, Wait) else self._welcome(sid, ticket, reply)

    def _welcome(self, sid: str, ticket: Ticket, welcome: Welcome) -> wire.Joined:
        if sid in self._connections:  # one that closed meanwhile was forgotten already
            self._renewals.told(sid, welcome.participant, self._clock())
        return self._door.answer(ticket, welcome)

    def _robot_is_elsewhere(self, sid: str, sender: Connection, reservation: str) -> bool:
        """Whether this robot has another connection in another room; in the same room, the room decides."""
        robot = sender.robot.id if sender.robot else None
        return robot is not None and any(
            each.robot is not None and each.robot.id == robot and each.reservation not in {None, reservation}
            for other_sid, each in self._connections.items()
            if other_sid != sid
        )


def _room_event(sid: str, sender: Connection, message: Message) -> Sent:
    actor = sender.user.id if sender.user else ""
    match message:
        case wire.Admit(participant=participant):
            return Admitted(sid, participant, actor)
        case wire.Deny(participant=participant):
            return Denied(sid, participant, actor)
        case wire.Leave(reason=reason):
            return Left(sid, reason, actor)
        case wire.Media():
            return MediaChanged(sid, message, actor)
        case wire.Offer() | wire.Answer() | wire.Candidate() | wire.Renegotiate() | wire.Chat() | wire.ChooseCamera():
            return Relayed(sid, message)
    raise AssertionError(f"no client event has the message {type(message).__name__}")


def _not_connected(refusal: Refusal) -> SocketRefusedError:
    """What Socket.IO makes a `connect_error` of, with the refusal as its data."""
    return SocketRefusedError(refusal.message, messages.write(refusal))
