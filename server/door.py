"""The door of the rooms: who may connect, who may join, and what he is told once he is in."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import Scope

from server import auth, bookings, messages, sessions, tokens
from server.bookings import Admission, RefusedError
from server.config import ServerConfig
from server.connection import Connection, RobotSignedIn, Ticket, rate_limited
from server.database import Database
from server.ice import IceServers
from server.limits import Buckets
from server.models import User
from server.rooms.commands import Wait, Welcome
from server.rooms.events import Joined, Proof
from wire import VERSION
from wire import signaling as wire
from wire.signaling import ErrorCode, Refusal

NO_ROBOT: Final = Refusal(
    error=ErrorCode.NOT_AUTHENTICATED, message="This token belongs to no robot; enrol the robot again."
)
OTHER_VERSION: Final = Refusal(
    error=ErrorCode.VERSION, message=f"This server speaks version {VERSION}; update, or reload the page."
)


class Door:
    """Asks the bookings for everybody who comes; raises `RefusedError` for whom it does not let in."""

    def __init__(
        self, database: Database, config: ServerConfig, clock: Callable[[], datetime], servers: IceServers
    ) -> None:
        self._database = database
        self._config = config
        self._clock = clock
        self._servers = servers
        # A whole ward may sit behind one address, so this is far above what one guest needs.
        self._guests = Buckets(rate=2, burst=60)

    async def sign_in(self, token: object) -> RobotSignedIn:
        """The robot with this token."""
        robot = await auth.robot_of_token(self._database, token) if isinstance(token, str) else None
        if robot is None or robot.token_hash is None:
            raise RefusedError(NO_ROBOT)
        return RobotSignedIn(robot.id, robot.token_hash)

    async def user(self, scope: Scope) -> User | None:
        """Who of the staff is signed in in the browser that connects; nobody who has yet to choose a password."""
        cookies = HTTPConnection(scope).cookies
        user = await sessions.user_of_cookies(self._database, cookies, self._clock(), self._config)
        return None if user is None or user.must_change_password else user

    async def admit(self, sid: str, sender: Connection, join: wire.Join) -> Ticket:
        """Let the sender on to the room that his link or his reservation names."""
        now = time.monotonic()
        if join.version != VERSION:
            raise RefusedError(OTHER_VERSION)
        wait = sender.joins.take(now) or (self._guests.take(sender.address, now) if sender.robot is None else 0)
        if wait:
            raise rate_limited(wait)
        admission = await self._admission(sender, join.room)
        name = admission.name if sender.robot else join.name or admission.name
        if name is None:
            raise messages.bad_message("join: name: Field required; say who you are")
        secret = secrets.token_urlsafe(32)
        proof = Proof(join.resume.participant, tokens.digest(join.resume.secret)) if join.resume else None
        event = Joined(
            socket=sid,
            participant=secrets.token_urlsafe(16),
            secret_hash=tokens.digest(secret),
            kind=admission.kind,
            name=name,
            media=join.media,
            proof=proof,
            link=admission.link,
            denied=admission.denied,
            actor=_actor(sender, admission),
        )
        return Ticket(admission, event, secret, join.resume.secret if join.resume else None)

    async def _admission(self, sender: Connection, room: str) -> Admission:
        now, rules = self._clock(), self._config.rooms
        if sender.robot is not None:
            return await bookings.admit_robot(self._database, sender.robot.id, room, now, rules)
        return await bookings.admit_person(self._database, room, sender.user, now, rules)

    def waiting(self, ticket: Ticket, wait: Wait) -> wire.Waiting:
        """What a guest is told who is not let in yet."""
        return wire.Waiting(
            waiting=True,
            participant=wait.participant,
            secret=ticket.secret,
            now=self._clock(),
            ends_at=ticket.admission.ends_at,
            title=ticket.admission.title,
        )

    def answer(self, ticket: Ticket, welcome: Welcome) -> wire.Joined:
        """What the newcomer is told."""
        admission = ticket.admission
        return wire.Joined(
            participant=welcome.participant,
            secret=ticket.secret,
            roster=welcome.roster,
            ice_servers=self._servers.of(welcome.participant, self._clock()),
            mode="mesh",
            now=self._clock(),
            ends_at=admission.ends_at,
            title=admission.title,
            resumed=welcome.resumed,
            waiting_room=welcome.waiting,
            reservation=admission.reservation_id,
            may_record=admission.may_record,
        )


def _actor(sender: Connection, admission: Admission) -> str:
    """Who joins, for the audit."""
    if sender.robot is not None:
        return f"robot:{sender.robot.id}"
    return f"guest:{admission.link}" if sender.user is None or admission.link else sender.user.id
