"""The verdict on calls whose samples are written down here, and the lines of their graphs."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.quality.chart import HEIGHT, WIDTH, chart
from server.quality.series import Measure, Measured, course
from server.quality.verdict import judge
from tests.server.data_rig import NOON
from wire.rest import MediaSample, Quality

TEN = timedelta(seconds=10)


def heard(reporter: str, peer: str, number: int, kind: str = "video", **values: object) -> Measured:
    """What `reporter` received from `peer` in the tenth of a second minute that has this number."""
    usual = {"fps": 25.0, "kbps": 900.0} if kind == "video" else {"kbps": 30.0}
    sample = {"at": NOON + number * TEN, "peer": peer, "direction": "received", "kind": kind} | usual | values
    return Measured(reporter, peer, MediaSample.model_validate(sample))


def both_ways(minutes: int = 10, **of_robot: object) -> list[Measured]:
    """A call of a robot and a guest; `of_robot` is what the robot received."""
    return [
        each
        for number in range(6 * minutes + 1)
        for kind in ("video", "audio")
        for each in (heard("robot", "ana", number, kind, **of_robot), heard("ana", "robot", number, kind))
    ]


def test_of_nothing_there_is_no_verdict() -> None:
    assert judge([]).quality is None
    assert judge([heard("robot", "ana", 0)]).quality is None


def test_a_call_without_trouble_is_good_and_nobody_is_weak() -> None:
    verdict = judge(both_ways())
    assert (verdict.quality, verdict.worst.total, verdict.weak) == (Quality.GOOD, 0, frozenset())
    assert verdict.worst.measured == 600


@pytest.mark.parametrize(("frozen", "quality"), [(20, Quality.GOOD), (60, Quality.WEAK), (200, Quality.BAD)])
def test_a_picture_that_stands_still_counts_by_its_share_of_the_call(frozen: float, quality: Quality) -> None:
    """The counter is one of the whole connection: what it had at the first sample is not counted, nor twice."""
    samples = both_ways()
    first = [heard("robot", "ana", number, frozen_seconds=min(frozen, 8.0 * number)) for number in range(61)]
    verdict = judge([*samples[4:], *first])
    assert (verdict.quality, verdict.worst.frozen) == (quality, frozen)


def test_a_new_connection_counts_from_nothing() -> None:
    counters = [0.0, 5.0, 0.0, 3.0]
    verdict = judge([heard("robot", "ana", number, frozen_seconds=each) for number, each in enumerate(counters)])
    assert verdict.worst.frozen == 8


def test_a_picture_stands_still_no_longer_than_the_time_between_two_looks() -> None:
    verdict = judge([heard("robot", "ana", number, frozen_seconds=50.0 * number) for number in range(3)])
    assert verdict.worst.frozen == 20


def test_gaps_in_the_sound_and_jerks_in_the_picture_count() -> None:
    assert judge(both_ways(concealed_percent=6.0)).quality is Quality.BAD
    assert judge(both_ways(fps=3.0)).worst.slow == 600


def test_a_camera_that_is_off_is_no_trouble() -> None:
    assert judge(both_ways(fps=1.0, kbps=5.0)).quality is Quality.GOOD


def test_of_two_nobody_knows_whose_network_it_was() -> None:
    assert judge(both_ways(concealed_percent=9.0)).weak == {"ana", "robot"}


def test_of_three_it_was_whose_ways_were_all_bad() -> None:
    samples = [
        heard(reporter, peer, number, "audio", concealed_percent=8.0 if "ana" in {reporter, peer} else 0.0)
        for number in range(61)
        for reporter in ("ana", "luis", "robot")
        for peer in ("ana", "luis", "robot")
        if reporter != peer
    ]
    assert judge(samples).weak == {"ana"}


def test_a_break_in_the_measuring_is_no_trouble() -> None:
    verdict = judge([heard("robot", "ana", number, concealed_percent=9.0) for number in (0, 1, 200)])
    assert verdict.worst.measured == 40


def test_a_course_is_the_receivers_or_else_the_senders() -> None:
    sent = Measured(
        "ana", "robot", heard("x", "y", 1, loss_percent=2.0).sample.model_copy(update={"direction": "sent"})
    )
    assert course([sent], Measure.LOSS) == ((NOON + TEN, 2.0),)
    received = heard("robot", "ana", 1, loss_percent=4.0)
    assert course([sent, received], Measure.LOSS) == ((NOON + TEN, 4.0),)


def test_a_line_breaks_where_nothing_was_measured() -> None:
    points = [(NOON + number * TEN, 3.0) for number in (0, 1, 2, 60)]
    drawn = chart([points, []], NOON, NOON + 60 * TEN)
    line, nothing = drawn.lines
    assert nothing is None
    assert line is not None
    assert (line.pieces, line.usual, line.highest) == (("0.0,48.0 10.0,48.0 20.0,48.0", "600.0,48.0"), 3.0, 3.0)
    assert drawn.top == 5


@given(some.lists(some.tuples(some.floats(0, 3600), some.floats(0, 1e12)), max_size=20))
def test_every_line_stays_in_its_field(values: list[tuple[float, float]]) -> None:
    points = [(NOON + timedelta(seconds=at), value) for at, value in sorted(values)]
    (line,) = chart([points], NOON, NOON + timedelta(hours=1)).lines
    for piece in line.pieces if line else ():
        for point in piece.split(" "):
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
