"""Random walks through two rooms: whatever happens in whatever order, these things always hold."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.rooms.commands import (
    Close,
    Command,
    LetIn,
    RecordAdmission,
    RecordDenial,
    RecordEnd,
    RecordJoin,
    RecordLeave,
    RecordStart,
    Refuse,
    Send,
    Wait,
    Welcome,
)
from server.rooms.events import (
    Admitted,
    Denied,
    Event,
    Joined,
    Left,
    MediaChanged,
    Proof,
    Relayed,
    Removed,
    SocketLost,
    Tick,
    VisitChanged,
)
from server.rooms.machine import step
from server.rooms.room import Limits, Room, Visit
from wire.base import Message
from wire.signaling import (
    Chat,
    Directed,
    Media,
    Participant,
    ParticipantKind,
    ParticipantLeft,
    Renegotiate,
    RoomClosed,
    WaitingRoom,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = Limits(max_participants=4)
ROOMS = st.sampled_from([0, 1])
KINDS = st.sampled_from([ParticipantKind.ROBOT, ParticipantKind.GUEST, ParticipantKind.GUEST, ParticipantKind.STAFF])
CHOICE = st.integers(0, 7)


@dataclass
class Client:
    """What one connection knows, from nothing but what was sent to it."""

    room: int
    me: str
    roster: dict[str, Participant]
    closed: bool = False
    waits: bool = False
    knocks: tuple[Participant, ...] = ()
    """Who waits, as this one of the staff was told."""

    def hear(self, message: Message) -> None:
        assert not self.waits or isinstance(message, RoomClosed), "one who waits heard something of the room"
        match message:
            case WaitingRoom():
                self.knocks = message.guests
            case Participant():
                self.roster[message.id] = message
            case ParticipantLeft():
                del self.roster[message.participant]
            case RoomClosed():
                self.closed = True
            case Directed() | Chat():
                assert message.sender in self.roster, "a message from somebody who is not in this room"


@dataclass
class Stored:
    """What one room had stored."""

    present: set[str] = field(default_factory=set)
    started_at: datetime | None = None
    ends: list[RecordEnd] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)

    def write(self, command: Command) -> None:
        match command:
            case RecordJoin(member):
                self.present.add(member.id)
            case RecordLeave(participant):
                self.present.remove(participant)
            case RecordStart(at):
                assert self.started_at is None
                self.started_at = at
            case RecordDenial(link):
                self.denied.add(link)
            case RecordEnd():
                self.ends.append(command)


class Walk(RuleBasedStateMachine):
    """Two rooms, clients with real rosters, and a clock that only goes forward."""

    @initialize(starts=st.integers(-5, 5), lasts=st.integers(2, 20))
    def book(self, starts: int, lasts: int) -> None:
        self.now = NOON
        self.number = 0
        self.clients: dict[str, Client] = {}
        self.secrets: dict[str, str] = {}
        self.let_in: set[str] = set()
        visit = Visit(NOON + timedelta(minutes=starts - 15), NOON + timedelta(minutes=starts + lasts))
        self.rooms = [Room(f"visit{n}", replace(visit, waiting_room=n == 1), LIMITS) for n in (0, 1)]
        self.stored = [Stored(), Stored()]

    def happen(self, room: int, event: Event) -> tuple[Command, ...]:
        over = self.rooms[room].end is not None
        self.rooms[room], commands = step(self.rooms[room], event, self.now)
        for command in commands:
            self.stored[room].write(command)
            match command:
                case Send(sockets, _, message):
                    for socket in sockets:
                        assert self.clients[socket].room == room
                        self.clients[socket].hear(message)
                case LetIn(socket, welcome):
                    client = self.clients[socket]
                    assert client.waits
                    self.clients[socket] = Client(room, welcome.participant, {m.id: m for m in welcome.roster})
                case RecordAdmission(participant):
                    self.let_in.add(participant)
                case Close(socket):
                    assert self.clients[socket].closed, "closed without a word"
                    del self.clients[socket]
        assert len([c for c in commands if isinstance(c, Welcome | Wait | Refuse)]) <= 1
        assert not (over and any(isinstance(c, Welcome | Wait) for c in commands)), "an ended visit was entered"
        return commands

    def some_client(self, choice: int) -> tuple[str, Client] | None:
        return list(self.clients.items())[choice % len(self.clients)] if self.clients else None

    @rule(room=ROOMS, kind=KINDS, resume=st.booleans(), choice=CHOICE)
    def join(self, room: int, kind: ParticipantKind, resume: bool, choice: int) -> None:
        self.number += 1
        socket, participant = f"socket{self.number}", f"participant{self.number}"
        known = list(self.secrets)
        claimed = known[-1 - choice % len(known)] if resume and known else None
        proof = Proof(claimed, self.secrets[claimed]) if claimed else None
        client = Client(room, participant, {})
        self.clients[socket] = client
        link = f"link{choice % 3}"
        denied = link in self.stored[room].denied
        event = Joined(socket, participant, f"secret{self.number}", kind, "X", Media(), proof, link, denied)
        commands = self.happen(room, event)
        match [command for command in commands if isinstance(command, Welcome | Wait | Refuse)]:
            case [Wait(me, _)]:
                assert kind is ParticipantKind.GUEST
                assert not denied, "who was sent away came back"
                client.me, client.waits = me, True
                waiter = self.rooms[room].waiter(me)
                if waiter is not None:  # else the room is not open, and he was sent home at once
                    self.secrets[me] = waiter.member.secret_hash
            case [Welcome(me, _, roster, knocks)]:
                client.me, client.roster, client.knocks = me, {other.id: other for other in roster}, knocks
                if kind is ParticipantKind.GUEST:
                    guarded = self.rooms[room].visit.waiting_room
                    assert not guarded or claimed in self.let_in, "a guest came in whom nobody let in"
                    self.let_in.add(me)
                member = self.rooms[room].member(me)
                if member is not None:
                    assert member.kind is kind
                    self.secrets[me] = member.secret_hash
            case _:
                del self.clients[socket]

    @rule(choice=CHOICE, other=CHOICE, how=st.sampled_from([Admitted, Admitted, Denied]))
    def decide(self, choice: int, other: int, how: type[Admitted] | type[Denied]) -> None:
        """Anybody lets in or sends away anybody."""
        if (picked := self.some_client(choice)) and (target := self.some_client(other)):
            (socket, client), waited = picked, target[1].waits
            commands = self.happen(client.room, how(socket, target[1].me, "user"))
            if not any(isinstance(command, Refuse) for command in commands):
                assert waited
                assert target[1].room == client.room
                sender = self.rooms[client.room].at(socket)
                assert sender is not None
                assert sender.kind is ParticipantKind.STAFF

    @rule(choice=CHOICE)
    def revoke(self, choice: int) -> None:
        if picked := self.some_client(choice):
            self.happen(picked[1].room, Removed(picked[0]))
            assert picked[0] not in self.clients

    @rule(choice=CHOICE, how=st.sampled_from([Left, SocketLost]))
    def go(self, choice: int, how: type[Left] | type[SocketLost]) -> None:
        if picked := self.some_client(choice):
            socket, client = picked
            commands = self.happen(client.room, how(socket))
            if socket in self.clients:
                del self.clients[socket]
                assert not any(isinstance(c, Send) and socket in c.sockets for c in commands)

    @rule(choice=CHOICE, other=CHOICE, text=st.booleans(), room=ROOMS)
    def relay(self, choice: int, other: int, text: bool, room: int) -> None:
        """Anybody sends to anybody, into whichever room."""
        if (sender := self.some_client(choice)) and (target := self.some_client(other)):
            to = target[1].me
            message = Chat(text="hello") if text else Renegotiate(to=to, connection="c")
            commands = self.happen(room, Relayed(sender[0], message))
            heard = {
                socket
                for c in commands
                if isinstance(c, Send) and c.message.__class__ is type(message)
                for socket in c.sockets
            }
            assert not heard or sender[1].room == room
            assert not (heard and (sender[1].waits or any(self.clients[socket].waits for socket in heard)))
            assert heard <= ({target[0]} if not text else set(self.clients)) - {sender[0]}

    @rule(choice=CHOICE, audio=st.booleans())
    def mute(self, choice: int, audio: bool) -> None:
        if picked := self.some_client(choice):
            self.happen(picked[1].room, MediaChanged(picked[0], Media(audio=audio)))

    @rule(room=ROOMS, minutes=st.integers(-10, 10))
    def move(self, room: int, minutes: int) -> None:
        visit = self.rooms[room].visit
        shift = timedelta(minutes=minutes)
        self.happen(room, VisitChanged(replace(visit, opens_at=visit.opens_at + shift, ends_at=visit.ends_at + shift)))

    @rule(room=ROOMS)
    def switch_the_waiting_room(self, room: int) -> None:
        """Off and on again; whoever comes in meanwhile was let in by that."""
        visit = self.rooms[room].visit
        self.happen(room, VisitChanged(replace(visit, waiting_room=False)))
        self.let_in |= {member.id for member in self.rooms[room].members}
        self.happen(room, VisitChanged(replace(visit, waiting_room=True)))

    @rule(room=ROOMS, cancelled=st.booleans())
    def end(self, room: int, cancelled: bool) -> None:
        visit = self.rooms[room].visit
        self.happen(room, VisitChanged(replace(visit, cancelled=cancelled, closed=not cancelled)))
        assert self.rooms[room].end is not None

    @rule(seconds=st.sampled_from([0.5, 3, 10, 30, 120, 400]))
    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        for room in (0, 1):
            self.happen(room, Tick())
            if self.now >= self.rooms[room].visit.ends_at:
                assert self.rooms[room].end is not None

    @invariant()
    def members_are_sound(self) -> None:
        for room, stored in zip(self.rooms, self.stored, strict=True):
            ids = [member.id for member in room.members]
            assert len(ids) == len(set(ids)) <= LIMITS.max_participants
            assert len([member for member in room.members if member.kind is ParticipantKind.ROBOT]) <= 1
            assert all((member.socket is None) != (member.grace_until is None) for member in room.members)
            assert stored.present == set(ids)
            assert not (room.end and (room.members or room.waiting))
            assert len(room.waiting) <= LIMITS.max_participants
            assert not {waiter.member.id for waiter in room.waiting} & set(ids)

    @invariant()
    def everybody_sees_the_same_roster(self) -> None:
        for number, room in enumerate(self.rooms):
            connected = {socket: client for socket, client in self.clients.items() if client.room == number}
            waiting = {socket for socket, client in connected.items() if client.waits}
            assert {waiter.member.socket for waiter in room.waiting} - {None} == waiting
            assert set(room.sockets()) == set(connected) - waiting
            for socket in set(connected) - waiting:
                client = connected[socket]
                knocks = room.shown_waiting if socket in room.staff else ()
                assert client.knocks == knocks
                assert client.roster == {m.id: m.shown for m in room.members if m.id != client.me}

    @invariant()
    def a_visit_ends_once_and_after_its_start(self) -> None:
        for room, stored in zip(self.rooms, self.stored, strict=True):
            assert len(stored.ends) == (room.end is not None)
            assert stored.started_at == room.started_at
            for end in stored.ends:
                assert (end.at is None) == (stored.started_at is None)
                assert end.at is None or (stored.started_at is not None and stored.started_at <= end.at <= self.now)


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
