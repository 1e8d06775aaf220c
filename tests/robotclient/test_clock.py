from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from robotclient.clock import ServerClock

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Machine:
    """A robot's clocks: monotonic seconds since its boot, and a wall clock that may be wrong."""

    def __init__(self, wall_error: float = 0) -> None:
        self.elapsed = 1000.0
        self.wall_error = wall_error

    def monotonic(self) -> float:
        return self.elapsed

    def wall(self) -> float:
        return self.truth().timestamp() + self.wall_error

    def truth(self) -> datetime:
        return NOON + timedelta(seconds=self.elapsed - 1000)

    def clock(self) -> ServerClock:
        return ServerClock(self.monotonic, self.wall)

    def ask(self, clock: ServerClock, there: float, back: float) -> None:
        """One request: the server answers with its time after `there` seconds, the answer takes `back` more."""
        sent = self.elapsed
        self.elapsed += there
        stamp = self.truth()
        self.elapsed += back
        clock.observe(stamp, sent, self.elapsed)

    def error(self, clock: ServerClock) -> float:
        return abs((clock.now() - self.truth()).total_seconds())


@given(
    wall_error=st.floats(-4e8, 4e8),
    delays=st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2)), min_size=1, max_size=30),
)
def test_a_wrong_wall_clock_costs_at_most_half_the_best_round_trip(
    wall_error: float, delays: list[tuple[float, float]]
) -> None:
    machine = Machine(wall_error)
    clock = machine.clock()
    for there, back in delays:
        machine.ask(clock, there, back)
        machine.elapsed += 15
    best = min(there + back for there, back in delays[-8:])
    assert machine.error(clock) <= best / 2 + 1e-3


def test_a_wall_clock_that_is_set_during_a_call_changes_nothing() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.ask(clock, 0.02, 0.02)
    machine.wall_error = 3600
    assert machine.error(clock) < 0.05
    assert abs(clock.skew().total_seconds() - 3600) < 0.1


def test_before_the_first_answer_the_wall_clock_is_the_best_guess() -> None:
    machine = Machine(wall_error=5)
    clock = machine.clock()
    assert not clock.synchronised
    assert abs(machine.error(clock) - 5) < 1e-3


def test_a_server_whose_clock_was_set_is_believed() -> None:
    machine = Machine()
    clock = machine.clock()
    for _ in range(8):
        machine.ask(clock, 0.01, 0.01)
    clock.observe(machine.truth() + timedelta(hours=1), machine.elapsed - 0.5, machine.elapsed)
    assert abs(machine.error(clock) - 3600) < 1


def test_t2_a_clock_that_shows_a_time_long_past_is_not_planned_by_until_the_server_is_heard() -> None:
    machine = Machine(wall_error=-NOON.timestamp())  # it woke up in 1970
    clock = machine.clock()
    trusted_before = clock.trusted
    machine.ask(clock, 0.02, 0.02)
    assert (trusted_before, clock.trusted) == (False, True)
    assert machine.error(clock) < 0.05


def test_t2_a_clock_that_shows_less_than_what_was_seen_already_is_wrong() -> None:
    machine = Machine(wall_error=-3600)
    seen = machine.truth() - timedelta(minutes=30)
    assert not ServerClock(machine.monotonic, machine.wall, earliest=seen).trusted
    assert ServerClock(machine.monotonic, machine.wall, earliest=seen - timedelta(hours=1)).trusted


def test_t1_before_the_first_answer_a_wall_clock_that_is_set_is_followed() -> None:
    machine = Machine(wall_error=-NOON.timestamp())
    clock = machine.clock()
    machine.wall_error = 0  # an NTP server was reached sooner than ours
    assert clock.trusted
    assert machine.error(clock) < 1e-3


def test_t6_a_robot_whose_clock_is_half_a_minute_off_keeps_the_server_s_time() -> None:
    for wall_error in (-30, 30):
        machine = Machine(wall_error)
        clock = machine.clock()
        machine.ask(clock, 0.1, 0.3)
        assert machine.error(clock) <= 0.2 + 1e-3
