"""The waiting room's rules, each as a script of events on a clock that the test turns."""

from dataclasses import replace

import pytest

from server.rooms.commands import (
    Close,
    LetIn,
    RecordAdmission,
    RecordDenial,
    RecordEnd,
    RecordJoin,
    RecordStart,
    Refuse,
    Send,
    Wait,
    Welcome,
)
from server.rooms.events import (
    Admitted,
    Denied,
    Left,
    MediaChanged,
    Proof,
    Relayed,
    Removed,
    SocketLost,
    Tick,
    VisitChanged,
)
from server.rooms.room import Limits, Member
from tests.server.rooms_rig import NOON, ROBOT, STAFF, VISIT, Script, refused
from wire.signaling import (
    Chat,
    CloseReason,
    ErrorCode,
    LeaveReason,
    Media,
    Offer,
    Participant,
    ParticipantLeft,
    Renegotiate,
    RoomClosed,
    WaitingRoom,
)

GUARDED = replace(VISIT, waiting_room=True)


def guarded(limits: Limits | None = None) -> Script:
    """A room whose guests wait, with its robot and a nurse in it."""
    script = Script(visit=GUARDED, limits=limits)
    script.join("robot", ROBOT)
    script.join("nurse", STAFF)
    return script


def admit(script: Script, who: str, by: str = "nurse1", after: float = 0) -> None:
    script(Admitted(by, who, "id of nurse"), after)


def deny(script: Script, who: str) -> None:
    script(Denied("nurse1", who, "id of nurse"))


def test_a_guest_waits_unknown_to_all_but_staff() -> None:
    script = guarded()
    assert script.join("ana") == Wait("ana", resumed=False)
    assert script.ids == ["robot", "nurse"]
    assert script.said("robot1") == script.said("ana1") == []
    (told,) = script.said("nurse1")
    assert isinstance(told, WaitingRoom)
    assert [(guest.id, guest.name, guest.connected) for guest in told.guests] == [("ana", "Ana", True)]
    assert not [command for command in script.commands if isinstance(command, RecordJoin)]
    script.join("doctor", STAFF)
    assert script.join("aunt", STAFF) == Welcome("aunt", resumed=False, roster=shown(script), waiting=told.guests)


def shown(script: Script) -> tuple[Participant, ...]:
    return tuple(member.shown for member in script.room.members if member.id != "aunt")


def test_robots_and_staff_do_not_wait_and_are_not_told_who_does() -> None:
    script = Script(visit=GUARDED)
    script.join("ana")
    robot = script.join("robot", ROBOT)
    assert isinstance(robot, Welcome)
    assert robot.waiting == ()
    assert isinstance(script.join("nurse", STAFF), Welcome)


@pytest.mark.parametrize(
    "event",
    [
        Relayed("ana1", Offer(to="robot", connection="c", sdp="v=0", tracks={})),
        Relayed("ana1", Renegotiate(to="nurse", connection="c")),
        Relayed("ana1", Chat(text="hello")),
        Admitted("ana1", "ana", ""),
        Denied("ana1", "ana", ""),
    ],
)
def test_nothing_is_relayed_from_one_who_waits(event: Relayed | Admitted | Denied) -> None:
    script = guarded()
    script.join("ana")
    assert refused(script(event)) is ErrorCode.NOT_IN_ROOM
    assert script.room.waiter("ana") is not None


def test_nothing_is_relayed_to_one_who_waits() -> None:
    script = guarded()
    script.join("ana")
    assert refused(script(Relayed("robot1", Renegotiate(to="ana", connection="c")))) is ErrorCode.UNKNOWN_PARTICIPANT
    script(Relayed("nurse1", Chat(text="hello")))
    assert script.said("ana1") == []


def test_who_is_let_in_is_a_participant_and_everybody_is_told() -> None:
    script = guarded()
    script.join("ana")
    script(MediaChanged("ana1", Media(video=False)))
    admit(script, "ana", after=20)
    ana = script.room.member("ana")
    assert ana is not None
    assert ana.media == Media(video=False)
    assert script.said("robot1") == [ana.shown]
    assert script.said("nurse1") == [ana.shown, WaitingRoom(guests=())]
    others = tuple(member.shown for member in script.room.members if member.id != "ana")
    assert LetIn("ana1", Welcome("ana", resumed=False, roster=others)) in script.commands
    assert RecordJoin(ana, script.now) in script.commands
    assert RecordAdmission("ana", script.now, "id of nurse") in script.commands


def test_one_by_one() -> None:
    script = guarded()
    script.join("ana")
    script.join("juan")
    admit(script, "juan")
    assert script.ids == ["robot", "nurse", "juan"]
    assert [waiter.member.id for waiter in script.room.waiting] == ["ana"]
    assert not [c for c in script.commands if isinstance(c, Send) and "ana1" in c.sockets]


@pytest.mark.parametrize("by", ["robot1", "juan1"])
def test_only_staff_let_in_and_send_away(by: str) -> None:
    script = guarded()
    script.join("juan")
    admit(script, "juan")
    script.join("ana")
    assert refused(script(Admitted(by, "ana", ""))) is ErrorCode.NOT_ALLOWED
    assert refused(script(Denied(by, "ana", ""))) is ErrorCode.NOT_ALLOWED
    assert script.room.waiter("ana") is not None


def test_who_does_not_wait_cannot_be_let_in_or_sent_away() -> None:
    script = guarded()
    assert refused(script(Admitted("nurse1", "nobody", ""))) is ErrorCode.UNKNOWN_PARTICIPANT
    assert refused(script(Denied("nurse1", "robot", ""))) is ErrorCode.UNKNOWN_PARTICIPANT


def test_a_full_room_lets_nobody_in_and_he_waits_on() -> None:
    script = guarded(Limits(max_participants=2))
    script.join("ana")
    admit(script, "ana")
    assert refused(script.commands) is ErrorCode.FULL
    script(Left("nurse1"))
    script.join("doctor", STAFF)
    assert script.room.waiter("ana") is not None


def test_as_many_wait_as_fit_in() -> None:
    script = guarded(Limits(max_participants=3))
    for who in ("a", "b", "c"):
        assert isinstance(script.join(who), Wait)
    assert refused((script.join("d"),)) is ErrorCode.FULL


def test_who_is_sent_away_does_not_come_back_by_that_link() -> None:
    script = guarded()
    script.join("eve")
    deny(script, "eve")
    assert script.said("eve1") == [RoomClosed(reason=CloseReason.DENIED)]
    assert Close("eve1") in script.commands
    assert RecordDenial("link of eve", NOON, "id of nurse") in script.commands
    assert script.said("nurse1") == [WaitingRoom(guests=())]
    assert refused((script.join("eve", socket="eve2"),)) is ErrorCode.DENIED
    proof = Proof("eve", "hash of eve")
    assert refused((script.join("eve", socket="eve3", proof=proof),)) is ErrorCode.DENIED
    script(VisitChanged(VISIT))
    assert refused((script.join("eve", socket="eve4"),)) is ErrorCode.DENIED
    assert isinstance(script.join("ana"), Welcome)


def test_everybody_with_the_link_is_sent_away() -> None:
    script = guarded()
    script.join("eve")
    script.room = script.room.with_waiter(replace(script.room.waiting[0], member=other(script)))
    deny(script, "eve")
    assert script.said("mallory1") == [RoomClosed(reason=CloseReason.DENIED)]
    assert script.room.waiting == ()


def other(script: Script) -> Member:
    return replace(script.room.waiting[0].member, id="mallory", socket="mallory1")


def test_a_lost_socket_keeps_its_place_for_the_grace_time() -> None:
    script = guarded()
    script.join("ana")
    script(SocketLost("ana1"))
    (told,) = script.said("nurse1")
    assert isinstance(told, WaitingRoom)
    assert [guest.connected for guest in told.guests] == [False]
    proof = Proof("ana", "hash of ana")
    assert script.join("fresh", socket="ana2", proof=proof, after=9) == Wait("ana", resumed=True)
    script(SocketLost("ana2"))
    script(Tick(), after=10)
    assert script.room.waiting == ()
    assert script.said("nurse1") == [WaitingRoom(guests=())]
    assert script.join("fresh", socket="ana3", proof=proof) == Wait("fresh", resumed=False)


def test_the_newest_socket_of_one_who_waits_wins() -> None:
    script = guarded()
    script.join("ana")
    script.join("fresh", socket="ana2", proof=Proof("ana", "hash of ana"))
    assert script.said("ana1") == [RoomClosed(reason=CloseReason.REPLACED)]
    assert Close("ana1") in script.commands
    assert [waiter.member.socket for waiter in script.room.waiting] == ["ana2"]


def test_leaving_ends_the_wait_at_once() -> None:
    script = guarded()
    script.join("ana")
    script(Left("ana1"))
    assert script.room.waiting == ()


def test_who_was_let_in_while_away_is_in_when_he_comes_back() -> None:
    script = guarded()
    script.join("ana")
    script(SocketLost("ana1"))
    admit(script, "ana")
    assert not [command for command in script.commands if isinstance(command, LetIn)]
    reply = script.join("fresh", socket="ana2", proof=Proof("ana", "hash of ana"), after=5)
    assert isinstance(reply, Welcome)
    assert (reply.participant, len(reply.roster)) == ("ana", 2)


def test_who_was_let_in_does_not_wait_again_however_long_he_was_away() -> None:
    script = guarded()
    script.join("ana")
    admit(script, "ana")
    script(SocketLost("ana1"))
    script(Tick(), after=300)
    assert script.ids == ["robot", "nurse"]
    reply = script.join("fresh", socket="ana2", proof=Proof("ana", "hash of ana"))
    assert reply == Welcome("fresh", resumed=False, roster=tuple(m.shown for m in script.room.members[:2]))
    assert isinstance(script.join("ana", socket="ana3", proof=Proof("ana", "a guess")), Wait)


def test_who_waits_is_neither_the_start_nor_company_nor_the_end() -> None:
    script = Script(visit=GUARDED)
    script.join("robot", ROBOT)
    script.join("ana")
    assert script.recorded(RecordStart) == []
    script.join("nurse", STAFF, after=5)
    assert script.recorded(RecordStart) == [RecordStart(script.now)]
    script(Left("robot1"))
    script(Tick(), after=30)
    assert script.said("nurse1") == [RoomClosed(reason=CloseReason.LAST_PARTICIPANT)]
    assert script.room.waiter("ana") is not None
    gone = script.now
    script(Tick(), after=120)
    assert script.recorded(RecordEnd) == [RecordEnd(gone, CloseReason.LAST_PARTICIPANT)]
    assert script.said("ana1") == [RoomClosed(reason=CloseReason.ENDED)]
    assert Close("ana1") in script.commands


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"cancelled": True}, CloseReason.CANCELLED), ({"closed": True}, CloseReason.CLOSED)],
)
def test_who_waits_is_sent_home_with_the_others(change: dict[str, bool], reason: CloseReason) -> None:
    script = guarded()
    script.join("ana")
    script(VisitChanged(replace(GUARDED, **change)))  # type: ignore[arg-type]  # the parameters above
    assert script.said("ana1") == [RoomClosed(reason=reason)]
    assert Close("ana1") in script.commands
    assert script.room.waiting == ()


def test_where_nobody_has_to_wait_any_more_they_come_in() -> None:
    script = guarded()
    script.join("ana")
    script.join("juan")
    script(VisitChanged(VISIT))
    assert script.ids == ["robot", "nurse", "ana", "juan"]
    assert [command.socket for command in script.commands if isinstance(command, LetIn)] == ["ana1", "juan1"]


def test_whose_way_in_was_revoked_is_told_and_taken_out() -> None:
    script = guarded()
    script.join("ana")
    script(Removed("ana1"))
    assert script.said("ana1") == [RoomClosed(reason=CloseReason.REMOVED)]
    assert Close("ana1") in script.commands
    assert script.room.waiting == ()
    script.join("juan")
    admit(script, "juan")
    script(Removed("juan1"))
    assert script.said("juan1") == [RoomClosed(reason=CloseReason.REMOVED)]
    assert script.said("robot1") == [ParticipantLeft(participant="juan", reason=LeaveReason.CLOSED)]
    assert Close("juan1") in script.commands
    assert script(Removed("stranger")) == ()


def test_a_second_word_on_one_socket_is_no_second_knock() -> None:
    script = guarded()
    script.join("ana")
    assert script.join("fresh", socket="ana1") == Wait("ana", resumed=False)
    assert len(script.room.waiting) == 1
    refusal = script.join("nurse", STAFF, socket="nurse1")
    assert not isinstance(refusal, Refuse)
