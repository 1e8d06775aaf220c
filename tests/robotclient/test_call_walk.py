"""A random walk over the machine: whatever comes, the robot is out of the room once the reservation is over."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from robotclient import call
from robotclient.call import Join, Leave, Left, Phase, Rules, State
from tests.robotclient.test_schedule import NOON, reservation
from wire.rest import Consent, Policy, Reservation
from wire.signaling import CloseReason, ErrorCode

RULES = Rules(no_show=timedelta(minutes=5), alone=timedelta(minutes=1), announce=timedelta(seconds=30))
PEOPLE = st.frozensets(st.sampled_from(["guest", "other"]), max_size=2)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Reservation, ...]:
    """Up to three reservations, now and then moved, shortened, gone, or overlapping as a wrong server's might be."""
    names = draw(st.lists(st.sampled_from("abc"), unique=True, max_size=3))
    found = []
    for name in names:
        start = draw(st.integers(0, 50))
        length = draw(st.integers(1, 30))
        quiet = draw(st.booleans())
        policy = Policy(
            consent=draw(st.sampled_from(Consent)),
            quiet_from="12:10" if quiet else None,
            quiet_until="12:20" if quiet else None,
        )
        booked = reservation(name, start, start + length, occupied=draw(st.booleans()))
        found.append(booked.model_copy(update={"policy": policy}))
    return tuple(found)


EVENTS = st.one_of(
    schedules().map(call.ScheduleKnown),
    st.just(call.Tick()),
    PEOPLE.map(call.Joined),
    st.just(call.LinkLost()),
    st.sampled_from(ErrorCode).map(call.Refused),
    st.sampled_from(["guest", "other"]).map(call.ParticipantJoined),
    st.sampled_from(["guest", "other"]).map(call.ParticipantLeft),
    st.sampled_from(CloseReason).map(call.RoomClosed),
    st.just(call.Left()),
    st.booleans().map(call.ButtonPressed),
)
STEPS = st.lists(st.tuples(EVENTS, st.floats(0, 10) | st.floats(0, 0.2)), max_size=60)


def in_room(state: State) -> bool:
    return state.reservation is not None and state.phase not in (Phase.LEAVING, Phase.EXPECTING)


def check_commands(before: State, commands: tuple[call.Command, ...], now: datetime) -> None:
    for command in commands:
        match command:
            case Join(wanted):
                assert wanted.starts_at <= now < wanted.ends_at, "joined outside of the reservation"
                assert wanted.occupied or wanted.id not in before.attended, "went back to an empty room"
                assert wanted.id not in before.barred or before.phase is Phase.EXPECTING, "a stop was undone from afar"
                assert not in_room(before), "joined a second room"
            case Leave():
                assert in_room(before), "left a room it was not in"


@given(STEPS)
def test_the_reservation_is_the_leash(steps: list[tuple[call.Event, float]]) -> None:
    state, now = State(), NOON
    for event, minutes in steps:
        now += timedelta(minutes=minutes)
        before = state
        state, commands = call.step(state, event, now, RULES)
        check_commands(before if not isinstance(event, Left) else _after_left(before), commands, now)
        if in_room(state):
            assert state.reservation is not None
            assert now < state.reservation.ends_at, "still in the room after the end"
        assert bool(state.admitted) <= in_room(state)
    state, _ = call.step(state, call.Tick(), NOON + timedelta(days=1), RULES)
    assert not in_room(state)


@given(STEPS)
def test_a_stop_is_obeyed_from_everywhere(steps: list[tuple[call.Event, float]]) -> None:
    state, now = State(), NOON
    for event, minutes in steps:
        now += timedelta(minutes=minutes)
        state, _ = call.step(state, event, now, RULES)
    state, _ = call.step(state, call.StopRequested(), now, RULES)
    assert not in_room(state)
    state, commands = call.step(state, call.Left(), now, RULES)
    assert state.phase is Phase.IDLE
    assert commands == ()


def _after_left(before: State) -> State:
    """`Left` makes the machine idle first, and may begin the next attendance in the same step."""
    return State(attended=before.attended) if before.phase is Phase.LEAVING else before
