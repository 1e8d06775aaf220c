"""What a robot says of consent, and what becomes of the room: started, ended, or only left."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.rooms.commands import RecordEnd, RecordLeave, RecordStart
from server.rooms.events import Left, MediaChanged
from tests.server.rooms_rig import GUEST, NOON, ROBOT, STAFF, VISIT, Script, refused
from wire.signaling import CloseReason, ErrorCode, Held, LeaveReason, Media, ParticipantLeft, RoomClosed

HELD = Media(audio=False, video=False, held=Held.ASKING)
UNANSWERED = {LeaveReason.DECLINED: CloseReason.DECLINED, LeaveReason.QUIET_HOURS: CloseReason.QUIET_HOURS}


def asked() -> Script:
    """A guest is in the room with a robot beside which nobody has answered yet."""
    script = Script()
    script.join("robot", ROBOT)
    script(MediaChanged("robot1", HELD))
    script.join("guest")
    return script


def test_a_visit_does_not_start_while_the_robot_holds_its_media() -> None:
    script = asked()
    assert script.room.started_at is None
    assert script.room.members[0].shown.media.held is Held.ASKING
    script(MediaChanged("robot1", Media()), after=10)
    assert script.recorded(RecordStart) == [RecordStart(NOON + timedelta(seconds=10))]


def test_what_a_guest_says_of_holding_starts_and_stops_nothing() -> None:
    script = Script()
    script.join("robot", ROBOT)
    script.join("guest")
    assert script.room.started_at == NOON
    other = Script()
    other.join("guest")
    other(MediaChanged("guest1", HELD))
    other.join("robot", ROBOT)
    assert other.room.started_at == NOON


@pytest.mark.parametrize(("why", "told"), UNANSWERED.items())
def test_a_visit_that_nobody_answers_is_over_for_all_and_did_not_take_place(
    why: LeaveReason, told: CloseReason
) -> None:
    script = asked()
    script(Left("robot1", why), after=60)
    assert script.said("guest1") == [ParticipantLeft(participant="robot", reason=why), RoomClosed(reason=told)]
    assert script.recorded(RecordEnd) == [RecordEnd(None, told)]
    assert script.recorded(RecordLeave)[0] == RecordLeave("robot", NOON + timedelta(seconds=60), why)
    script.join("guest", socket="guest2")
    assert refused(script.commands) is ErrorCode.ENDED


def test_whoever_waits_is_told_too() -> None:
    script = Script(visit=replace(VISIT, waiting_room=True))
    script.join("robot", ROBOT)
    script.join("nurse", STAFF)
    script.join("guest", GUEST)
    script(Left("robot1", LeaveReason.DECLINED))
    assert script.said("guest1") == [RoomClosed(reason=CloseReason.DECLINED)]


def test_a_visit_that_was_answered_once_keeps_its_real_start_and_end() -> None:
    script = Script()
    script.call()
    script(Left("robot1", LeaveReason.DECLINED), after=60)
    assert script.recorded(RecordEnd) == [RecordEnd(NOON + timedelta(seconds=60), CloseReason.DECLINED)]


def test_a_local_stop_is_told_and_leaves_the_room_open_for_it_to_be_undone() -> None:
    script = Script()
    script.call()
    script(Left("robot1", LeaveReason.STOPPED))
    assert script.said("guest1") == [ParticipantLeft(participant="robot", reason=LeaveReason.STOPPED)]
    assert script.room.end is None
    script.join("robot", ROBOT, socket="robot2", after=5)
    assert script.ids == ["guest", "robot"]


def test_nobody_but_a_robot_ends_a_visit_by_leaving_it() -> None:
    script = Script()
    script.call()
    script(Left("guest1", LeaveReason.DECLINED))
    assert script.room.end is None
    assert script.said("robot1") == [ParticipantLeft(participant="guest", reason=LeaveReason.LEFT)]
