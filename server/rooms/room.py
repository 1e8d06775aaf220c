"""PURE: a room and its members, as data."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wire.signaling import CloseReason, Media, Participant, ParticipantKind


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a room waits for whom, and how many fit in."""

    grace: timedelta = timedelta(seconds=10)
    """A member without a socket stays this long."""
    alone: timedelta = timedelta(seconds=30)
    """The last one of a call is sent home after this."""
    linger: timedelta = timedelta(seconds=120)
    """A call whose members all left has ended after this."""
    max_participants: int = 8


@dataclass(frozen=True, slots=True)
class Visit:
    """What the booking says of the room. `opens_at` to `ends_at` is when members may be in it."""

    opens_at: datetime
    ends_at: datetime
    cancelled: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One participant in a room; exactly one of `socket` and `grace_until` is set."""

    id: str
    kind: ParticipantKind
    name: str
    secret_hash: str
    media: Media
    socket: str | None = None
    grace_until: datetime | None = None

    @property
    def shown(self) -> Participant:
        """The member as others see it."""
        return Participant(
            id=self.id, kind=self.kind, name=self.name, media=self.media, connected=self.socket is not None
        )


@dataclass(frozen=True, slots=True)
class Room:
    """One reservation's room. `end` is set once the visit is over for good."""

    reservation: str
    visit: Visit
    limits: Limits
    members: tuple[Member, ...] = ()
    started_at: datetime | None = None
    had_company: bool = False
    """Two or more were here together since the room was last empty."""
    alone_since: datetime | None = None
    """The last one left of several is by himself since then; None for one who came first."""
    empty_since: datetime | None = None
    end: CloseReason | None = None

    def member(self, participant: str | None) -> Member | None:
        """The member with this participant id."""
        return next((member for member in self.members if member.id == participant), None)

    def at(self, socket: str) -> Member | None:
        """The member that is reached by this socket."""
        return next((member for member in self.members if member.socket == socket), None)

    @property
    def robot(self) -> Member | None:
        """The robot, connected or in its grace time."""
        return next((member for member in self.members if member.kind is ParticipantKind.ROBOT), None)

    def sockets(self, *, but: str | None = None) -> tuple[str, ...]:
        """The sockets of all connected members except the participant `but`."""
        return tuple(member.socket for member in self.members if member.socket is not None and member.id != but)

    def having(self, member: Member) -> "Room":
        """The room with this member added, or put in the place of its former self."""
        if self.member(member.id) is None:
            return replace(self, members=(*self.members, member))
        return replace(self, members=tuple(member if old.id == member.id else old for old in self.members))

    def without(self, participant: str) -> "Room":
        """The room after this participant left."""
        return replace(self, members=tuple(member for member in self.members if member.id != participant))
