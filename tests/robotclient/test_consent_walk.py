"""A random walk around the button: nobody gets media who was not announced and consented to, whatever comes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient import call
from robotclient.call import Announce, ButtonPressed, Phase, Rules, State
from tests.robotclient.test_schedule import NOON, reservation
from wire.rest import Consent, Policy, Reservation

RULES = Rules(announce=timedelta(seconds=10), answer=timedelta(seconds=60))
MUTING = Rules(announce=timedelta(), answer=timedelta(seconds=60), stop_mutes=True)
PEOPLE = st.sampled_from(["guest", "other", "third"])
POLICIES = st.builds(
    Policy,
    consent=st.sampled_from(Consent),
    quiet_from=st.just("11:55"),
    quiet_until=st.sampled_from(["11:56", "12:05"]),
)


@st.composite
def walks(draw: st.DrawFn) -> list[tuple[call.Event, float]]:
    """Events with the seconds before each; it begins a quarter of a minute before a visit, mostly in its room then."""
    visit = reservation("a", 0, 15).model_copy(update={"policy": draw(POLICIES)})
    listed = st.sampled_from([(visit,), (visit.model_copy(update={"occupied": True}),), ()])
    events = st.one_of(
        st.just(call.Tick()),
        PEOPLE.map(call.ParticipantJoined),
        PEOPLE.map(call.ParticipantLeft),
        st.booleans().map(ButtonPressed),
        st.frozensets(PEOPLE).map(call.Joined),
        st.sampled_from([call.LinkLost(), call.Left()]),
        listed.map(call.ScheduleKnown),
    )
    steps = draw(st.lists(st.tuples(events, st.floats(0, 20)), min_size=5, max_size=60))
    beginning: list[tuple[call.Event, float]] = [(call.ScheduleKnown((visit,)), 0), (call.Tick(), 5), (call.Tick(), 10)]
    return [*beginning, (call.Joined(draw(st.frozensets(PEOPLE))), 1), *steps]


class Witness:
    """What an onlooker beside the robot knows: who was announced and when, and whether anybody pressed."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._announced: dict[str | None, datetime] = {}
        self._consent = False
        self._stopped = False

    def look(self, before: State, event: call.Event, after: State, commands: tuple[call.Command, ...]) -> None:
        """Take in one step."""
        for command in commands:
            if isinstance(command, Announce):
                about = command.announcement
                self._announced |= dict.fromkeys(about.participants or {None}, about.opens_at)
                self._consent |= not needs_press(command.reservation, about.quiet)
        if isinstance(event, ButtonPressed):
            self._press(before, event)
        if not after.others and after.phase in (Phase.WAITING, Phase.ALONE, Phase.LEAVING, Phase.IDLE):
            self._announced.clear()
            self._consent = False

    def _press(self, before: State, event: ButtonPressed) -> None:
        if self._stopped:
            self._stopped = False
        elif before.admitted:
            self._stopped = True
        elif before.announcement is not None and before.reservation is not None:
            if before.announcement.accepted:
                self._stopped = True
            elif event.staff or before.reservation.policy.consent is not Consent.STAFF_PRESENT:
                self._consent = True

    def judge(self, state: State, now: datetime) -> None:
        """Whoever gets media is in the room, was told of long enough ago, and is wanted; nothing is stopped."""
        if not state.admitted:
            return
        assert not self._stopped, "a stop was undone"
        assert state.admitted <= state.others
        assert state.phase is Phase.TOGETHER
        assert self._consent or not self._rules.announce, "nobody pressed the button"
        for participant in state.admitted if self._rules.announce else ():
            opens_at = self._announced.get(participant) or self._announced.get(None)
            assert opens_at is not None, "nobody was told"
            assert now >= opens_at, "the countdown was not over"


def needs_press(visit: Reservation, quiet: bool) -> bool:
    return quiet or visit.policy.consent is not Consent.AUTOMATIC


@pytest.mark.parametrize("rules", [RULES, MUTING], ids=["ending", "muting"])
@given(steps=walks())
def test_no_media_without_consent(rules: Rules, steps: list[tuple[call.Event, float]]) -> None:
    state, now, witness = State(), NOON - timedelta(seconds=15), Witness(rules)
    for event, seconds in steps:
        now += timedelta(seconds=seconds)
        before = state
        state, commands = call.step(state, event, now, rules)
        witness.look(before, event, state, commands)
        witness.judge(state, now)
