"""A room on a clock that the test turns."""

from datetime import UTC, datetime, timedelta

from server.rooms.commands import (
    Command,
    RecordDenial,
    RecordEnd,
    RecordLeave,
    RecordStart,
    Refuse,
    Send,
    Wait,
    Welcome,
)
from server.rooms.events import Event, Joined, Proof
from server.rooms.machine import step
from server.rooms.room import Limits, Room, Visit
from wire.base import Message
from wire.signaling import ErrorCode, Media, ParticipantKind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VISIT = Visit(opens_at=NOON - timedelta(minutes=15), ends_at=NOON + timedelta(minutes=30))
ROBOT, GUEST, STAFF = ParticipantKind.ROBOT, ParticipantKind.GUEST, ParticipantKind.STAFF


class Script:
    """A room, its clock, and the commands of the last event. Whoever `x` is, his first socket is `x1`."""

    def __init__(self, *, at: datetime = NOON, limits: Limits | None = None, visit: Visit = VISIT) -> None:
        self.now = at
        self.room = Room("visit", visit, limits or Limits())
        self.commands: tuple[Command, ...] = ()
        self.denied: set[str] = set()
        """The links that were stored as such."""

    def __call__(self, event: Event, after: float = 0) -> tuple[Command, ...]:
        self.now += timedelta(seconds=after)
        self.room, self.commands = step(self.room, event, self.now)
        self.denied |= {command.link for command in self.commands if isinstance(command, RecordDenial)}
        return self.commands

    def join(
        self, who: str, kind: ParticipantKind = GUEST, socket: str = "", proof: Proof | None = None, after: float = 0
    ) -> Command:
        link = f"link of {who}" if kind is GUEST else ""
        joined = Joined(
            socket or f"{who}1", who, f"hash of {who}", kind, who.title(), Media(), proof, link, link in self.denied
        )
        self(joined, after)
        (reply,) = [command for command in self.commands if isinstance(command, Welcome | Wait | Refuse)]
        return reply

    def call(self) -> None:
        """The robot and a guest are in the call."""
        self.join("robot", ROBOT)
        self.join("guest")

    def said(self, socket: str) -> list[Message]:
        """What the last event sent to a socket."""
        return [c.message for c in self.commands if isinstance(c, Send) and socket in c.sockets]

    def recorded(self, kind: type[RecordEnd] | type[RecordStart] | type[RecordLeave]) -> list[Command]:
        return [command for command in self.commands if isinstance(command, kind)]

    @property
    def ids(self) -> list[str]:
        return [member.id for member in self.room.members]


def refused(commands: tuple[Command, ...]) -> ErrorCode:
    (command,) = commands
    assert isinstance(command, Refuse)
    return command.refusal.error
