"""Consent first (B1), as scripts of events: who is announced, when media opens, what the button does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from robotclient import call
from robotclient.call import (
    Announce,
    ButtonPressed,
    Continuity,
    Hush,
    Join,
    Joined,
    Leave,
    LeaveReason,
    Left,
    LinkLost,
    ParticipantJoined,
    ParticipantLeft,
    Phase,
    Rules,
    ScheduleKnown,
    State,
    Tick,
)
from tests.robotclient.test_schedule import NOON, reservation
from wire.rest import Consent, Policy, Reservation
from wire.signaling import Held

MADRID = ZoneInfo("Europe/Madrid")
RULES = Rules(announce=timedelta(seconds=10), answer=timedelta(seconds=60), zone=MADRID)
MUTING = Rules(announce=timedelta(seconds=10), answer=timedelta(seconds=60), stop_mutes=True, zone=MADRID)
GUEST, LATE = frozenset({"guest"}), frozenset({"late"})
NOBODY: frozenset[str] = frozenset()


def visit(
    consent: Consent = Consent.AUTOMATIC, *, quiet: tuple[str, str] | None = None, **changes: bool
) -> Reservation:
    begin, end = quiet or (None, None)
    policy = Policy(consent=consent, quiet_from=begin, quiet_until=end)
    return reservation("a", 0, 30, **changes).model_copy(update={"policy": policy})


class Script:
    """Plays events at seconds after noon, when the visit begins."""

    def __init__(self, booked: Reservation | None = None, rules: Rules = RULES, state: State | None = None) -> None:
        self.booked = booked or visit()
        self.rules = rules
        self.state = state or State()
        self.commands: list[call.Command] = []
        self.play(-300, ScheduleKnown((self.booked,)))

    def play(self, second: float, *events: call.Event) -> "Script":
        for event in events or (Tick(),):
            now = NOON + timedelta(seconds=second)
            self.state, commands = call.step(self.state, event, now, self.rules)
            self.commands += commands
        return self

    def begin(self, others: frozenset[str] = NOBODY) -> "Script":
        """Announced in time, and in the room one second after the start."""
        return self.play(-10).play(0).play(1, Joined(others, "robot"))

    @property
    def announced(self) -> int:
        return sum(isinstance(command, Announce) for command in self.commands)

    @property
    def open(self) -> frozenset[str]:
        return self.state.admitted

    @property
    def reason(self) -> LeaveReason | None:
        leaves = [command.reason for command in self.commands if isinstance(command, Leave)]
        return leaves[-1] if leaves else None


def test_the_visit_is_announced_before_its_start_and_joined_at_it() -> None:
    script = Script().play(-10.1)
    assert script.commands == []
    script.play(-10)
    assert script.state.phase is Phase.EXPECTING
    assert script.state.announcement is not None
    assert script.state.announcement.opens_at == NOON
    assert script.announced == 1
    script.play(-0.1)
    assert Join(script.booked) not in script.commands, "it joined before the start"
    assert script.play(0).commands[-1] == Join(script.booked)


def test_who_is_there_at_the_start_is_seen_once_the_countdown_is_over() -> None:
    script = Script().begin(GUEST)
    assert script.open == GUEST
    assert script.state.phase is Phase.TOGETHER
    assert script.announced == 1


def test_while_no_guest_is_in_the_room_media_stays_closed() -> None:
    script = Script().begin().play(60)
    assert script.state.phase is Phase.WAITING
    assert script.open == NOBODY
    assert script.state.announcement is None


def test_a_guest_who_comes_late_is_announced_before_media_opens() -> None:
    script = Script().begin().play(60, ParticipantJoined("guest"))
    assert script.announced == 2
    assert script.state.phase is Phase.ANNOUNCING
    assert call.held(script.state) is Held.ANNOUNCING
    assert script.play(69.9).open == NOBODY
    assert script.play(70).open == GUEST
    assert call.held(script.state) is None


def test_one_more_guest_is_announced_and_gets_nothing_until_then() -> None:
    script = Script().begin(GUEST).play(60, ParticipantJoined("late"))
    assert script.announced == 2
    assert script.play(69.9).open == GUEST
    assert script.play(70).open == GUEST | LATE


def test_who_comes_during_an_announcement_has_one_of_his_own_afterwards() -> None:
    script = Script().begin().play(60, ParticipantJoined("guest")).play(65, ParticipantJoined("late")).play(70)
    assert script.open == GUEST
    assert script.play(79.9).open == GUEST
    assert script.play(80).open == GUEST | LATE


def test_a_guest_who_leaves_during_his_announcement_silences_it() -> None:
    script = Script().begin().play(60, ParticipantJoined("guest")).play(65, ParticipantLeft("guest"))
    assert script.commands[-1] == Hush()
    assert script.state.announcement is None
    assert script.play(70).open == NOBODY


def test_media_closes_with_the_last_guest_and_the_next_one_is_announced_anew() -> None:
    script = Script().begin(GUEST).play(60, ParticipantLeft("guest"))
    assert script.open == NOBODY
    script.play(65, ParticipantJoined("guest"))
    assert script.open == NOBODY
    assert script.play(75).open == GUEST


def test_an_announcement_before_the_start_does_not_count_for_ever() -> None:
    """The link was slow: the robot comes into the room long after it was said that the camera would open."""
    script = Script().play(-10).play(0).play(45, Joined(GUEST, "robot"))
    assert script.open == NOBODY
    assert script.announced == 2
    assert script.play(55).open == GUEST


def test_switched_on_late_it_announces_who_is_there() -> None:
    script = Script().play(600, Joined(NOBODY)).play(601, Joined(GUEST, "robot"))
    assert script.open == NOBODY
    assert script.play(611).open == GUEST


def test_back_to_back_visits_are_announced_in_the_room() -> None:
    following = reservation("b", 30, 60)
    script = Script().begin(GUEST).play(100, ScheduleKnown((visit(), following)))
    script.play(1800).play(1801, Left()).play(1802, Joined(LATE, "robot"))
    assert script.open == NOBODY, "the first visit's consent was taken for the second"
    assert script.play(1812).open == LATE


@pytest.mark.parametrize("change", ["cancelled", "moved"])
def test_a_visit_that_is_called_off_while_it_is_announced(change: str) -> None:
    listed = () if change == "cancelled" else (reservation("a", 20, 50),)
    script = Script().play(-10).play(-5, ScheduleKnown(listed))
    assert script.state.phase is Phase.IDLE
    assert script.commands[-1] == Hush()
    assert script.reason is None, "there is no room to leave yet"


def test_a_lost_link_neither_opens_nor_closes_anything() -> None:
    script = Script().begin(GUEST).play(60, LinkLost()).play(300)
    assert script.open == GUEST
    assert script.play(301, Joined(GUEST, "robot")).open == GUEST


def test_with_a_button_nothing_opens_until_it_is_pressed() -> None:
    script = Script(visit(Consent.BUTTON)).begin(GUEST).play(30)
    assert script.open == NOBODY
    assert call.held(script.state) is Held.ASKING
    assert script.play(31, ButtonPressed()).open == GUEST


def test_a_press_during_the_countdown_counts_at_its_end() -> None:
    script = Script(visit(Consent.BUTTON)).play(-10).play(-8, ButtonPressed()).play(0).play(1, Joined(GUEST, "robot"))
    assert script.open == GUEST
    late = Script(visit(Consent.BUTTON)).begin().play(60, ParticipantJoined("guest")).play(62, ButtonPressed())
    assert late.open == NOBODY
    assert late.play(70).open == GUEST


def test_nobody_presses_the_button() -> None:
    script = Script(visit(Consent.BUTTON)).begin().play(60, ParticipantJoined("guest")).play(129.9)
    assert script.reason is None
    assert script.play(130).state.barred == ("a",)
    assert script.commands[-2:] == [Leave(visit(Consent.BUTTON), LeaveReason.DECLINED), Hush()]
    script.play(131, Left()).play(200, ScheduleKnown((visit(Consent.BUTTON, occupied=True),)))
    assert script.state.phase is Phase.IDLE, "it went back and rang again"


def test_nobody_is_declined_who_is_not_there() -> None:
    script = Script(visit(Consent.BUTTON)).begin().play(300)
    assert script.reason is None
    assert script.state.phase is Phase.WAITING


def test_one_press_is_enough_while_somebody_is_there_and_not_longer() -> None:
    script = Script(visit(Consent.BUTTON)).begin(GUEST).play(5, ButtonPressed()).play(60, ParticipantJoined("late"))
    assert script.play(70).open == GUEST | LATE
    script.play(80, ParticipantLeft("guest"), ParticipantLeft("late")).play(85, ParticipantJoined("late"))
    assert script.play(100).open == NOBODY, "consent outlived the visit that it was given to"


def test_consent_by_company_ends_when_the_company_leaves_first() -> None:
    script = Script(visit(Consent.BUTTON)).begin(GUEST).play(5, ButtonPressed())
    script.play(60, ParticipantJoined("late")).play(65, ParticipantLeft("guest"))
    assert script.play(80).open == NOBODY
    assert call.held(script.state) is Held.ASKING


def test_staff_present_needs_the_key_that_only_staff_have() -> None:
    script = Script(visit(Consent.STAFF_PRESENT)).begin(GUEST).play(5, ButtonPressed())
    assert script.open == NOBODY
    assert script.play(6, ButtonPressed(staff=True)).open == GUEST


def test_the_key_of_the_staff_answers_where_anybody_may() -> None:
    assert Script(visit(Consent.BUTTON)).begin(GUEST).play(5, ButtonPressed(staff=True)).open == GUEST


NIGHT = ("12:30", "14:00")
"""In Madrid noon UTC is 13:00."""


def test_in_quiet_hours_nothing_chimes_and_nobody_is_answered_by_itself() -> None:
    script = Script(visit(quiet=NIGHT)).begin(GUEST).play(30)
    assert script.open == NOBODY
    assert call.held(script.state) is Held.QUIET_HOURS
    assert all(command.announcement.quiet for command in script.commands if isinstance(command, Announce))
    assert script.play(120).reason is LeaveReason.QUIET_HOURS


def test_in_quiet_hours_a_press_answers() -> None:
    assert Script(visit(quiet=NIGHT)).begin(GUEST).play(5, ButtonPressed()).open == GUEST


@pytest.mark.parametrize(
    ("begin", "end", "hour", "quiet"),
    [
        ("22:00", "08:00", 23, True), ("22:00", "08:00", 7, True), ("22:00", "08:00", 8, False),
        ("22:00", "08:00", 21, False), ("13:00", "16:00", 13, True), ("13:00", "16:00", 16, False),
    ],
)  # fmt: skip
def test_quiet_hours_are_on_the_site_s_clock_and_may_go_over_midnight(
    begin: str, end: str, hour: int, quiet: bool
) -> None:
    policy = Policy(quiet_from=begin, quiet_until=end)
    for day in (datetime(2026, 1, 15, tzinfo=MADRID), datetime(2026, 7, 15, tzinfo=MADRID)):
        assert call.quiet_hours(policy, day.replace(hour=hour).astimezone(UTC), MADRID) is quiet
    assert not call.quiet_hours(Policy(), NOON, MADRID)


def test_a_press_ends_the_visit_at_once() -> None:
    script = Script().begin(GUEST).play(60, ButtonPressed())
    assert script.open == NOBODY
    assert script.reason is LeaveReason.LOCAL_STOP


@pytest.mark.parametrize("event", [ScheduleKnown((visit(occupied=True),)), Tick(), ParticipantJoined("guest")])
def test_nothing_from_afar_undoes_a_local_stop(event: call.Event) -> None:
    script = Script().begin(GUEST).play(60, ButtonPressed()).play(61, Left())
    script.commands.clear()
    script.play(62, ScheduleKnown(())).play(63, ScheduleKnown((visit(occupied=True),))).play(64, event).play(65)
    assert script.commands == []
    moved = reservation("a", 2, 40, occupied=True)
    assert script.play(70, ScheduleKnown((moved,))).play(200).commands == [], "moving the visit undid the stop"


def test_a_local_stop_is_kept_over_a_restart() -> None:
    script = Script().begin(GUEST).play(60, ButtonPressed())
    fresh = Script(visit(occupied=True), state=State(attended=script.state.attended, barred=script.state.barred))
    fresh.play(70)
    assert fresh.commands == []


def test_a_second_press_undoes_it_and_the_guest_is_announced_again() -> None:
    script = Script().begin(GUEST).play(60, ButtonPressed()).play(61, Left())
    occupied = visit(occupied=True)
    script.play(65, ScheduleKnown((occupied,))).play(66, ButtonPressed())
    assert script.commands[-1] == Join(occupied)
    assert script.play(67, Joined(GUEST, "robot")).open == NOBODY
    assert script.play(77).open == GUEST


def test_pressed_while_it_is_announced_the_visit_does_not_begin() -> None:
    script = Script().play(-10).play(-5, ButtonPressed())
    assert script.state.announcement is None
    assert script.commands[-1] == Hush()
    script.play(0).play(1, Joined(GUEST, "robot"))
    assert script.reason is LeaveReason.LOCAL_STOP, "the guests are told by the robot, which comes in and goes again"
    assert script.open == NOBODY


def test_the_stop_that_mutes_keeps_the_robot_in_the_room() -> None:
    script = Script(rules=MUTING).begin(GUEST).play(60, ButtonPressed()).play(90)
    assert script.reason is None
    assert script.open == NOBODY
    assert call.held(script.state) is Held.STOPPED
    script.play(91, ParticipantJoined("late")).play(120)
    assert script.open == NOBODY
    script.play(121, ButtonPressed())
    assert script.play(130.9).open == NOBODY
    assert script.play(131).open == GUEST | LATE


def test_a_press_where_nothing_is_to_be_answered_or_stopped_does_nothing() -> None:
    script = Script().play(-200, ButtonPressed())
    assert (script.state.barred, script.commands) == ((), [])
    assert script.begin().play(30, ButtonPressed()).state.barred == ()


def test_killed_in_the_call_and_back_as_the_same_participant_media_goes_on() -> None:
    former = Continuity(participant="robot", admitted=GUEST)
    script = Script(state=State(former=former)).play(300).play(301, Joined(GUEST | LATE, "robot"))
    assert script.open == GUEST, "who was not there before is announced"
    assert script.play(311).open == GUEST | LATE


def test_killed_in_the_call_and_back_as_somebody_new_it_announces_again() -> None:
    former = Continuity(participant="robot", admitted=GUEST)
    script = Script(state=State(former=former)).play(300).play(301, Joined(GUEST, "another"))
    assert script.open == NOBODY
    assert script.play(302, LinkLost()).play(303, Joined(GUEST, "robot")).open == NOBODY


def test_the_list_of_barred_visits_is_bounded() -> None:
    state = State()
    for number in range(500):
        state = call.consent.bar(state, f"visit-{number}")
    assert len(state.barred) == 100
    assert state.barred[-1] == "visit-499"


def test_wakes_for_the_announcement_its_end_and_the_last_moment_to_answer() -> None:
    def wake(script: Script, second: float) -> datetime | None:
        return call.wake_at(script.state, NOON + timedelta(seconds=second), RULES)

    script = Script(visit(Consent.BUTTON))
    assert wake(script, -300) == NOON - timedelta(seconds=10)
    assert wake(script.play(-10), -10) == NOON
    script.play(0).play(1, Joined(NOBODY, "robot")).play(60, ParticipantJoined("guest"))
    assert wake(script, 60) == NOON + timedelta(seconds=70)
    assert wake(script, 70) == NOON + timedelta(seconds=130)
