"""The life of one attendance, told as scripts of events: every row of design.md, section 3, is a test here."""

from datetime import datetime, timedelta

import pytest

from robotclient import call
from robotclient.call import (
    Join,
    Joined,
    Leave,
    LeaveReason,
    Left,
    LinkLost,
    ParticipantJoined,
    ParticipantLeft,
    Phase,
    Refused,
    RoomClosed,
    Rules,
    ScheduleKnown,
    State,
    StopRequested,
    Tick,
)
from tests.robotclient.test_schedule import NOON, reservation
from wire.rest import Reservation
from wire.signaling import CloseReason, ErrorCode

RULES = Rules(no_show=timedelta(minutes=15), alone=timedelta(seconds=10), announce=timedelta())
"""Nothing is announced here; consent has its own tests."""
VISIT = reservation("a", 0, 30)
NOBODY: frozenset[str] = frozenset()
SOMEBODY = frozenset({"guest"})


class Script:
    """Plays events at minutes after noon and keeps what the machine ordered."""

    def __init__(self, *reservations: Reservation) -> None:
        self.state = State()
        self.commands: list[call.Command] = []
        self.play(-5, ScheduleKnown(reservations or (VISIT,)))

    def play(self, minute: float, *events: call.Event) -> "Script":
        """Play the events at that minute; the commands of the last ones stay in `commands`."""
        for event in events:
            now = NOON + timedelta(minutes=minute)
            self.state, commands = call.step(self.state, event, now, RULES)
            self.commands += commands
        return self

    def joined_at(self, minute: float, others: frozenset[str] = NOBODY) -> "Script":
        return self.play(minute, Tick(), Joined(others))

    @property
    def reason(self) -> LeaveReason | None:
        """Why the robot left last, or None while it has not."""
        leaves = [command.reason for command in self.commands if isinstance(command, Leave)]
        return leaves[-1] if leaves else None


def test_joins_at_the_start_and_not_before() -> None:
    script = Script().play(-0.01, Tick())
    assert script.commands == []
    script.play(0, Tick())
    assert script.commands == [Join(VISIT)]
    assert script.state.phase is Phase.JOINING


def test_alone_on_arrival_is_not_the_last_participant() -> None:
    script = Script().joined_at(0).play(5, Tick())
    assert script.state.phase is Phase.WAITING
    assert script.reason is None


def test_leaves_when_nobody_comes() -> None:
    script = Script().joined_at(0).play(14.99, Tick())
    assert script.reason is None
    assert script.play(15, Tick()).reason is LeaveReason.NO_SHOW


def test_leaves_when_it_is_the_last_participant_after_the_time_alone() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ParticipantLeft("guest"))
    assert script.state.phase is Phase.ALONE
    assert script.play(5.1, Tick()).reason is None
    assert script.play(5.2, Tick()).reason is LeaveReason.LAST_PARTICIPANT


def test_one_of_two_guests_leaving_is_no_reason_to_leave() -> None:
    script = Script().joined_at(0, frozenset({"guest", "other"})).play(5, ParticipantLeft("guest")).play(6, Tick())
    assert script.state.phase is Phase.TOGETHER
    assert script.reason is None


def test_a_guest_who_returns_within_the_time_alone_finds_the_robot() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ParticipantLeft("guest")).play(5.1, ParticipantJoined("again"))
    assert script.play(10, Tick()).state.phase is Phase.TOGETHER
    assert script.reason is None


def test_having_left_it_never_goes_back_to_an_empty_room() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ParticipantLeft("guest")).play(5.2, Tick(), Left())
    script.commands.clear()
    script.play(6, ScheduleKnown((VISIT,))).play(7, Tick()).play(29, Tick())
    assert script.commands == []


def test_having_left_it_goes_back_where_somebody_is() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ParticipantLeft("guest")).play(5.2, Tick(), Left())
    occupied = VISIT.model_copy(update={"occupied": True})
    script.play(6, ScheduleKnown((occupied,)))
    assert script.commands[-1] == Join(occupied)
    script.play(6, Joined(SOMEBODY))
    assert script.state.phase is Phase.TOGETHER


def test_a_room_that_closed_is_not_tried_again_because_it_was_occupied_before() -> None:
    occupied = VISIT.model_copy(update={"occupied": True})
    script = Script().joined_at(0, SOMEBODY).play(3, ScheduleKnown((occupied,)))
    script.play(5, RoomClosed(CloseReason.CLOSED)).play(5.1, Left()).play(6, Tick())
    assert script.reason is LeaveReason.CLOSED
    assert script.state.phase is Phase.IDLE
    assert script.play(7, ScheduleKnown((occupied,))).commands[-1] == Join(occupied)


def test_back_for_somebody_who_is_gone_by_then_it_waits_only_the_time_alone() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ParticipantLeft("guest")).play(5.2, Tick(), Left())
    script.play(6, ScheduleKnown((VISIT.model_copy(update={"occupied": True}),)), Joined(NOBODY))
    assert script.state.phase is Phase.ALONE
    assert script.play(6.2, Tick()).reason is LeaveReason.LAST_PARTICIPANT


def test_a_lost_link_is_not_loneliness() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, LinkLost()).play(20, Tick())
    assert script.state.phase is Phase.TOGETHER
    assert script.reason is None


@pytest.mark.parametrize("others", [NOBODY, SOMEBODY])
def test_while_the_link_is_down_no_patience_runs_out(others: frozenset[str]) -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ParticipantLeft("guest"), LinkLost()).play(20, Tick())
    assert script.reason is None
    script.play(20, Joined(others)).play(20.1, Tick())
    assert script.reason is None
    assert script.state.phase is (Phase.TOGETHER if others else Phase.ALONE)


def test_the_reservation_is_over_while_the_link_is_down() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, LinkLost())
    assert script.play(30, Tick()).reason is LeaveReason.OVER


def test_shortened_during_the_call() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ScheduleKnown((reservation("a", 0, 10),)))
    assert script.reason is None
    assert script.play(10, Tick()).reason is LeaveReason.OVER


def test_prolonged_during_the_call() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ScheduleKnown((reservation("a", 0, 60),))).play(30, Tick())
    assert script.reason is None


def test_moved_during_the_call_and_attended_at_its_new_time() -> None:
    later = reservation("a", 20, 50)
    script = Script().joined_at(0, SOMEBODY).play(5, ScheduleKnown((later,)))
    assert script.reason is LeaveReason.MOVED
    script.play(5, Left()).play(19, Tick())
    assert script.commands[-1] == Leave(later, LeaveReason.MOVED)
    assert script.play(20, Tick()).commands[-1] == Join(later)


def test_cancelled_during_the_call() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ScheduleKnown(()))
    assert script.reason is None, "the room may say first why"
    assert script.play(5.05, Tick()).reason is LeaveReason.CANCELLED


def test_gone_from_the_list_because_the_room_was_closed() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ScheduleKnown(()), RoomClosed(CloseReason.CLOSED))
    assert script.reason is LeaveReason.CLOSED


def test_gone_from_the_list_and_back_again() -> None:
    script = Script().joined_at(0, SOMEBODY).play(5, ScheduleKnown(()), ScheduleKnown((VISIT,))).play(6, Tick())
    assert script.reason is None


def test_cancelled_while_the_link_is_down() -> None:
    assert Script().joined_at(0, SOMEBODY).play(5, LinkLost(), ScheduleKnown(())).reason is LeaveReason.CANCELLED


def test_back_to_back_reservations() -> None:
    following = reservation("b", 30, 60)
    script = Script(VISIT, following).joined_at(0, SOMEBODY).play(30, Tick())
    assert script.commands[-1] == Leave(VISIT, LeaveReason.OVER)
    assert script.play(30.01, Left()).commands[-1] == Join(following)
    assert script.state.others == NOBODY


def test_a_second_robot_with_this_identity_keeps_knocking_and_never_enters() -> None:
    script = Script().play(0, Tick(), Refused(ErrorCode.ALREADY_CONNECTED)).play(10, Tick())
    assert script.state.phase is Phase.JOINING
    assert script.reason is None
    assert script.play(30, Tick()).reason is LeaveReason.OVER


@pytest.mark.parametrize("error", sorted(call.FINAL_REFUSALS))
def test_a_final_refusal_ends_the_attempt(error: ErrorCode) -> None:
    script = Script().play(0, Tick(), Refused(error))
    assert script.reason is LeaveReason.REFUSED
    script.commands.clear()
    script.play(1, Left()).play(2, Tick())
    assert script.commands == []


def test_a_clock_that_is_set_back_a_little_does_not_end_the_call() -> None:
    script = Script().joined_at(0, SOMEBODY).play(-0.5, Tick(), ScheduleKnown((VISIT,)))
    assert script.reason is None
    assert script.state.phase is Phase.TOGETHER


def test_a_clock_that_jumps_past_the_end_ends_the_call() -> None:
    assert Script().joined_at(0, SOMEBODY).play(60, Tick()).reason is LeaveReason.OVER


def test_switched_on_late_it_joins_late() -> None:
    assert Script().play(12, Tick()).commands == [Join(VISIT)]


def test_stop_while_joining() -> None:
    script = Script().play(0, Tick(), StopRequested())
    assert script.reason is LeaveReason.STOPPED
    script.commands.clear()
    script.play(1, Left(), Tick())
    assert script.commands == []


@pytest.mark.parametrize(("reason", "expected"), sorted(call.CLOSE_REASONS.items()))
def test_the_server_closes_the_room(reason: CloseReason, expected: LeaveReason) -> None:
    assert Script().joined_at(0, SOMEBODY).play(5, RoomClosed(reason)).reason is expected


def test_late_news_of_a_room_that_was_left_changes_nothing() -> None:
    script = Script().joined_at(0, SOMEBODY).play(30, Tick())
    leaving = script.state
    script.play(30, ParticipantJoined("late"), Joined(SOMEBODY), RoomClosed(CloseReason.ENDED), LinkLost())
    assert script.state == leaving


def test_media_is_open_only_together() -> None:
    script = Script().joined_at(0)
    assert not script.state.admitted
    assert script.play(1, ParticipantJoined("guest")).state.admitted == SOMEBODY
    assert not script.play(2, ParticipantLeft("guest")).state.admitted


def test_it_set_out_by_a_clock_that_was_wrong_and_turns_back() -> None:
    script = Script().play(0, Tick()).play(-3, Tick())
    assert script.reason is LeaveReason.MOVED
    assert script.play(-3, Left()).play(0, Tick()).commands[-1] == Join(VISIT), "it joins when the time has come"


def test_wakes_in_time_for_what_comes_next() -> None:
    def wake(script: Script, minute: float) -> datetime | None:
        return call.wake_at(script.state, NOON + timedelta(minutes=minute), RULES)

    script = Script()
    assert wake(script, -5) == VISIT.starts_at
    assert wake(script.joined_at(0), 0) == NOON + RULES.no_show
    assert wake(script.play(1, ParticipantJoined("guest")), 1) == VISIT.ends_at
    assert wake(Script(reservation("gone", -30, -10)), 0) is None
