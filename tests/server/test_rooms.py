"""The rules of a room, each as a script of events on a clock that the test turns."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.rooms.commands import (
    Close,
    RecordEnd,
    RecordJoin,
    RecordLeave,
    RecordStart,
    Refuse,
    Send,
    ServerEvent,
    Welcome,
)
from server.rooms.events import Event, Left, MediaChanged, Proof, Relayed, SocketLost, Tick, VisitChanged
from server.rooms.room import Limits, Member, Visit
from tests.server.rooms_rig import NOON, ROBOT, VISIT, Script, refused
from wire.base import Message
from wire.signaling import (
    SERVER_EVENTS,
    Candidate,
    Chat,
    CloseReason,
    ErrorCode,
    LeaveReason,
    Media,
    Offer,
    ParticipantLeft,
    RoomClosed,
)


def test_the_events_are_those_of_the_contract() -> None:
    assert set(ServerEvent) == set(SERVER_EVENTS)


def test_a_newcomer_gets_the_others_and_they_get_him() -> None:
    script = Script()
    assert script.join("robot", ROBOT) == Welcome("robot", resumed=False, roster=())
    robot = script.room.members[0].shown
    assert script.join("guest") == Welcome("guest", resumed=False, roster=(robot,))
    guest = script.room.members[1].shown
    assert script.said("robot1") == [guest]
    assert script.said("guest1") == []
    assert guest.connected
    assert [c for c in script.commands if isinstance(c, RecordJoin)] == [RecordJoin(script.room.members[1], NOON)]


def test_the_start_is_when_robot_and_somebody_else_are_first_together() -> None:
    script = Script()
    script.join("guest")
    script.join("aunt", after=5)
    assert script.room.started_at is None
    script.join("robot", ROBOT, after=5)
    assert script.recorded(RecordStart) == [RecordStart(NOON + timedelta(seconds=10))]
    script(Left("robot1"), after=5)
    script.join("robot", ROBOT, after=5)
    assert script.recorded(RecordStart) == []


def test_a_robot_in_grace_is_not_together_with_anybody() -> None:
    script = Script()
    script.join("robot", ROBOT)
    script(SocketLost("robot1"))
    script.join("guest", after=1)
    assert script.room.started_at is None
    script.join("again", ROBOT, "robot2", after=1)
    assert script.room.started_at == NOON + timedelta(seconds=2)


def test_who_lost_his_socket_is_shown_so_and_left_after_the_grace_time() -> None:
    script = Script()
    script.call()
    script(SocketLost("guest1"))
    assert script.said("robot1") == [replace_connected(script.room.member("guest"))]
    script(Tick(), after=9.9)
    assert script.ids == ["robot", "guest"]
    script(Tick(), after=0.1)
    assert script.ids == ["robot"]
    assert script.said("robot1") == [ParticipantLeft(participant="guest", reason=LeaveReason.LOST)]
    assert script.recorded(RecordLeave) == [RecordLeave("guest", script.now, LeaveReason.LOST)]


def replace_connected(member: Member | None) -> Message:
    assert member is not None
    assert member.grace_until is not None
    return member.shown.model_copy(update={"connected": False})


def test_leaving_is_at_once() -> None:
    script = Script()
    script.call()
    script(Left("guest1"))
    assert script.ids == ["robot"]
    assert script.said("robot1") == [ParticipantLeft(participant="guest", reason=LeaveReason.LEFT)]
    assert script.recorded(RecordLeave) == [RecordLeave("guest", NOON, LeaveReason.LEFT)]


def test_who_resumes_is_the_same_participant_with_the_same_secret() -> None:
    script = Script()
    script.call()
    script(SocketLost("guest1"))
    reply = script.join("fresh", socket="guest2", proof=Proof("guest", "hash of guest"), after=5)
    robot = script.room.members[0].shown
    assert reply == Welcome("guest", resumed=True, roster=(robot,))
    guest = script.room.member("guest")
    assert guest is not None
    assert (guest.socket, guest.secret_hash, guest.grace_until) == ("guest2", "hash of guest", None)
    assert script.said("robot1") == [guest.shown]
    script(Tick(), after=20)
    assert script.ids == ["robot", "guest"]


def test_the_newest_socket_wins_and_the_older_one_is_told() -> None:
    script = Script()
    script.call()
    script.join("fresh", socket="guest2", proof=Proof("guest", "hash of guest"))
    assert script.said("guest1") == [RoomClosed(reason=CloseReason.REPLACED)]
    assert Close("guest1") in script.commands
    told = next(i for i, c in enumerate(script.commands) if isinstance(c, Send) and "guest1" in c.sockets)
    assert told < script.commands.index(Close("guest1"))
    assert script(SocketLost("guest1")) == ()
    assert script.room.member("guest") == replace(script.room.members[1], socket="guest2")


@pytest.mark.parametrize(
    "proof", [Proof("guest", "a guess"), Proof("nobody", "hash of guest"), Proof("robot", "hash of robot")]
)
def test_without_the_right_secret_one_is_a_newcomer(proof: Proof) -> None:
    script = Script()
    script.call()
    reply = script.join("fresh", socket="fresh1", proof=proof)
    assert isinstance(reply, Welcome)
    assert (reply.participant, reply.resumed) == ("fresh", False)
    assert script.ids == ["robot", "guest", "fresh"]


def test_a_second_robot_is_refused_while_the_first_is_connected() -> None:
    script = Script()
    script.call()
    reply = script.join("copy", ROBOT)
    assert isinstance(reply, Refuse)
    assert reply.refusal.error is ErrorCode.ALREADY_CONNECTED
    assert script.said("robot1") == script.said("guest1") == []


def test_a_robot_started_again_takes_over_its_participant_with_a_new_secret() -> None:
    script = Script()
    script.call()
    script(SocketLost("robot1"))
    reply = script.join("fresh", ROBOT, "robot2", after=3)
    assert isinstance(reply, Welcome)
    assert (reply.participant, reply.resumed) == ("robot", False)
    robot = script.room.robot
    assert robot is not None
    assert robot.secret_hash == "hash of fresh"
    assert script.said("guest1") == [robot.shown]
    assert RecordJoin(robot, script.now) in script.commands


def test_a_robot_with_its_secret_replaces_its_own_half_open_socket() -> None:
    script = Script()
    script.call()
    reply = script.join("fresh", ROBOT, "robot2", Proof("robot", "hash of robot"))
    assert isinstance(reply, Welcome)
    assert reply.resumed
    assert Close("robot1") in script.commands


def test_joining_twice_on_one_socket_makes_no_second_participant() -> None:
    script = Script()
    script.call()
    reply = script.join("fresh", socket="guest1")
    assert isinstance(reply, Welcome)
    assert (reply.participant, reply.resumed) == ("guest", False)
    assert not [c for c in script.commands if isinstance(c, Close)]


def test_a_full_room_keeps_the_last_seat_for_the_robot() -> None:
    script = Script(limits=Limits(max_participants=3))
    assert isinstance(script.join("a"), Welcome)
    assert isinstance(script.join("b"), Welcome)
    reply = script.join("c")
    assert isinstance(reply, Refuse)
    assert reply.refusal.error is ErrorCode.FULL
    assert isinstance(script.join("robot", ROBOT), Welcome)
    script(Left("a1"))
    assert isinstance(script.join("c"), Welcome)


def test_a_private_message_goes_to_one_with_the_sender_stamped() -> None:
    script = Script()
    script.call()
    script.join("aunt")
    offer = Offer(to="robot", sender="aunt", connection="c1", sdp="v=0", tracks={})
    script(Relayed("guest1", offer))
    (send,) = script.commands
    stamped = Offer(to=None, sender="guest", connection="c1", sdp="v=0", tracks={})
    assert send == Send(("robot1",), ServerEvent.OFFER, stamped)


def test_chat_goes_to_all_others_or_to_one_with_sender_and_time() -> None:
    script = Script()
    script.call()
    script.join("aunt")
    script(Relayed("guest1", Chat(text="hello", sender="aunt")))
    assert script.commands == (
        Send(("robot1", "aunt1"), ServerEvent.CHAT, Chat(text="hello", sender="guest", at=NOON)),
    )
    script(Relayed("guest1", Chat(text="psst", to="aunt")))
    private = Chat(text="psst", to="aunt", sender="guest", at=NOON)
    assert script.commands == (Send(("aunt1",), ServerEvent.CHAT, private),)


@pytest.mark.parametrize("to", ["nobody", "guest"])
def test_a_message_to_nobody_here_is_refused(to: str) -> None:
    script = Script()
    script.call()
    assert refused(script(Relayed("guest1", Candidate(to=to, connection="c", candidate="")))) is (
        ErrorCode.UNKNOWN_PARTICIPANT
    )


def test_a_message_to_somebody_in_grace_is_refused_as_not_connected() -> None:
    script = Script()
    script.call()
    script(SocketLost("robot1"))
    candidate = Candidate(to="robot", connection="c", candidate="")
    assert refused(script(Relayed("guest1", candidate))) is ErrorCode.NOT_CONNECTED


@pytest.mark.parametrize(
    "event", [Left("stranger"), MediaChanged("stranger", Media()), Relayed("stranger", Chat(text="hello"))]
)
def test_who_is_not_in_the_room_can_do_nothing_in_it(event: Event) -> None:
    script = Script()
    script.call()
    before = script.room
    assert refused(script(event)) is ErrorCode.NOT_IN_ROOM
    assert script.room == before


def test_others_see_what_a_participant_sends() -> None:
    script = Script()
    script.call()
    script(MediaChanged("guest1", Media(audio=False)))
    (changed,) = script.said("robot1")
    guest = script.room.member("guest")
    assert guest is not None
    assert changed == guest.shown
    assert guest.media == Media(audio=False)
    assert script.said("guest1") == []


def test_the_last_guest_is_sent_home_after_a_while() -> None:
    script = Script()
    script.call()
    script(Left("robot1"))
    assert script(Tick(), after=29.9) == ()
    script(Tick(), after=0.1)
    assert script.said("guest1") == [RoomClosed(reason=CloseReason.LAST_PARTICIPANT)]
    assert Close("guest1") in script.commands
    assert script.recorded(RecordLeave) == [RecordLeave("guest", script.now, LeaveReason.CLOSED)]
    assert script.recorded(RecordEnd) == []


def test_the_grace_time_of_a_lost_robot_comes_before_the_last_ones_time() -> None:
    script = Script()
    script.call()
    script(SocketLost("robot1"))
    script(Tick(), after=10)
    assert script.ids == ["guest"]
    script(Tick(), after=29)
    assert script.ids == ["guest"]
    script(Tick(), after=1)
    assert script.ids == []


def test_a_robot_that_comes_back_in_time_keeps_the_call() -> None:
    script = Script()
    script.call()
    script(Left("robot1"))
    script.join("robot", ROBOT, "robot2", after=29)
    script(Tick(), after=60)
    assert script.ids == ["guest", "robot"]


def test_a_robot_alone_is_left_to_itself() -> None:
    script = Script()
    script.call()
    script(Left("guest1"))
    script(Tick(), after=600)
    assert script.ids == ["robot"]


def test_who_came_first_is_not_the_last_one() -> None:
    script = Script()
    script.join("guest")
    script(Tick(), after=600)
    assert script.ids == ["guest"]


def test_two_guests_without_a_robot_are_no_call_yet_so_one_may_wait_on() -> None:
    script = Script(at=NOON - timedelta(minutes=10))
    script.join("guest")
    script.join("aunt")
    script(Left("aunt1"))
    script(Tick(), after=300)
    assert script.ids == ["guest"]


def test_a_call_that_everybody_left_ended_when_the_last_one_went() -> None:
    script = Script()
    script.call()
    script(Left("guest1"), after=60)
    script(Left("robot1"), after=5)
    went = script.now
    assert script(Tick(), after=119.9) == ()
    assert script(Tick(), after=0.1) == (RecordEnd(went, CloseReason.LAST_PARTICIPANT),)
    assert script(Tick(), after=60) == ()
    assert refused((script.join("guest"),)) is ErrorCode.ENDED


def test_the_end_needs_no_tick_to_hold_against_a_late_join() -> None:
    script = Script()
    script.call()
    script(Left("guest1"))
    script(Left("robot1"))
    assert refused((script.join("guest", after=120),)) is ErrorCode.ENDED
    assert script.recorded(RecordEnd) == [RecordEnd(NOON, CloseReason.LAST_PARTICIPANT)]


def test_coming_back_while_it_lingers_continues_the_call() -> None:
    script = Script()
    script.call()
    script(Left("guest1"))
    script(Left("robot1"))
    assert isinstance(script.join("guest", after=119), Welcome)
    script(Tick(), after=119)
    assert script.room.end is None
    script(Left("guest1"), after=1)
    script(Tick(), after=120)
    assert script.recorded(RecordEnd) == [RecordEnd(script.now - timedelta(seconds=120), CloseReason.LAST_PARTICIPANT)]


def test_an_empty_room_that_never_saw_a_call_does_not_end_before_its_time() -> None:
    script = Script()
    script.join("guest")
    script(Left("guest1"))
    script(Tick(), after=900)
    assert script.room.end is None
    script(Tick(), after=900)
    assert script.commands == (RecordEnd(None, CloseReason.ENDED),)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cancelled": True}, CloseReason.CANCELLED),
        ({"closed": True}, CloseReason.CLOSED),
        ({"ends_at": NOON + timedelta(seconds=60)}, CloseReason.ENDED),
    ],
)
def test_a_visit_cancelled_closed_or_shortened_sends_everybody_home_at_once(
    change: dict[str, object], reason: CloseReason
) -> None:
    script = Script()
    script.call()
    script(VisitChanged(replace(VISIT, **change)), after=60)  # type: ignore[arg-type]  # the parameters above
    assert script.said("robot1") == script.said("guest1") == [RoomClosed(reason=reason)]
    closed = [command for command in script.commands if isinstance(command, Close)]
    assert closed == [Close("robot1"), Close("guest1")]
    assert script.recorded(RecordEnd) == [RecordEnd(script.now, reason)]
    assert script.ids == []
    reply = script.join("guest")
    assert isinstance(reply, Refuse)
    assert reply.refusal.error.value == reason.value


def test_the_end_of_the_window_ends_the_call_and_a_later_end_does_not() -> None:
    script = Script(at=VISIT.ends_at - timedelta(seconds=10))
    script.call()
    longer = replace(VISIT, ends_at=VISIT.ends_at + timedelta(seconds=60))
    script(VisitChanged(longer), after=9)
    script(Tick(), after=60)
    assert script.ids == ["robot", "guest"]
    script(Tick(), after=1)
    assert script.said("guest1") == [RoomClosed(reason=CloseReason.ENDED)]
    assert script.recorded(RecordEnd) == [RecordEnd(longer.ends_at, CloseReason.ENDED)]


def test_a_visit_moved_to_later_sends_home_who_waits_and_can_still_happen() -> None:
    script = Script()
    script.join("guest")
    moved = Visit(opens_at=NOON + timedelta(days=1), ends_at=NOON + timedelta(days=1, minutes=30))
    script(VisitChanged(moved))
    assert script.said("guest1") == [RoomClosed(reason=CloseReason.CANCELLED)]
    assert script.recorded(RecordEnd) == []
    assert isinstance(script.join("guest", after=86400), Welcome)
