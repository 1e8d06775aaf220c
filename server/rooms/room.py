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
    waiting_room: bool = False
    """Guests wait until staff let them in."""
    recording: bool = False
    """Staff may record it."""


@dataclass(frozen=True, slots=True)
class Member:
    """One participant in a room, or one who waits before it; exactly one of `socket` and `grace_until` is set."""

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
class Waiter:
    """A guest who is not let in yet: no participant, known to nobody but staff. `link` is the id of his link."""

    member: Member
    """Who he will be in the room."""
    link: str
    actor: str
    """Who it is for the audit."""


@dataclass(frozen=True, slots=True)
class Room:
    """One reservation's room. `end` is set once the visit is over for good."""

    reservation: str
    visit: Visit
    limits: Limits
    members: tuple[Member, ...] = ()
    waiting: tuple[Waiter, ...] = ()
    known: frozenset[str] = frozenset()
    """The digests of all secrets that guests in the room ever had: whoever has one does not wait again."""
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

    def waiter(self, participant: str) -> Waiter | None:
        """Who waits under this participant id."""
        return next((waiter for waiter in self.waiting if waiter.member.id == participant), None)

    def waiter_at(self, socket: str) -> Waiter | None:
        """Who waits and is reached by this socket."""
        return next((waiter for waiter in self.waiting if waiter.member.socket == socket), None)

    @property
    def shown_waiting(self) -> tuple[Participant, ...]:
        """Those who wait, as staff see them."""
        return tuple(waiter.member.shown for waiter in self.waiting)

    @property
    def staff(self) -> tuple[str, ...]:
        """The sockets of all connected members of the staff."""
        return tuple(m.socket for m in self.members if m.socket is not None and m.kind is ParticipantKind.STAFF)

    @property
    def robot(self) -> Member | None:
        """The robot, connected or in its grace time."""
        return next((member for member in self.members if member.kind is ParticipantKind.ROBOT), None)

    def sockets(self, *, but: str | None = None) -> tuple[str, ...]:
        """The sockets of all connected members except the participant `but`."""
        return tuple(member.socket for member in self.members if member.socket is not None and member.id != but)

    def having(self, member: Member) -> "Room":
        """The room with this member added, or put in the place of its former self."""
        known = self.known | ({member.secret_hash} if member.kind is ParticipantKind.GUEST else set())
        if self.member(member.id) is None:
            return replace(self, members=(*self.members, member), known=known)
        members = tuple(member if old.id == member.id else old for old in self.members)
        return replace(self, members=members, known=known)

    def without(self, participant: str) -> "Room":
        """The room after this participant left."""
        return replace(self, members=tuple(member for member in self.members if member.id != participant))

    def with_waiter(self, waiter: Waiter) -> "Room":
        """The room with this one waiting too, or put in the place of his former self."""
        if self.waiter(waiter.member.id) is None:
            return replace(self, waiting=(*self.waiting, waiter))
        waiting = tuple(waiter if old.member.id == waiter.member.id else old for old in self.waiting)
        return replace(self, waiting=waiting)

    def without_waiter(self, participant: str) -> "Room":
        """The room after this one does not wait any more."""
        return replace(self, waiting=tuple(waiter for waiter in self.waiting if waiter.member.id != participant))
