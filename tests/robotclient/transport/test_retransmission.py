"""Repetitions: all that was asked for and fits, nothing twice within a round trip, never a link full of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.retransmission import (
    GIVING_UP_PAUSE,
    HOPELESS_FOR,
    LEAST,
    MOST_KEPT,
    SHARE,
    WINDOW,
    Retransmissions,
)

RATE = 1_000_000


def kept(count: int) -> Retransmissions[int]:
    one: Retransmissions[int] = Retransmissions()
    for number in range(count):
        one.put(number & 0xFFFF, number, 1200)
    return one


def test_what_was_sent_seconds_ago_can_be_repeated() -> None:
    one = kept(2000)
    assert one.request(2000 - MOST_KEPT, RATE, 0.1, 0) == 2000 - MOST_KEPT
    assert one.request(2000 - MOST_KEPT - 1, RATE, 0.1, 0) is None
    assert one.filler() in range(1992, 2000)


def test_a_number_that_comes_round_again_is_the_newer_packet() -> None:
    one = kept(0x10000 + 5)
    assert one.request(3, RATE, 0.1, 0) == 0x10000 + 3


def test_a_packet_is_not_repeated_while_its_repetition_may_be_on_its_way() -> None:
    one = kept(10)
    assert one.request(5, RATE, 0.2, 10.0) == 5
    assert one.request(5, RATE, 0.2, 10.1) is None
    assert one.request(5, RATE, 0.2, 10.2) == 5
    assert (one.count, one.refused) == (2, 1)


def test_a_full_link_is_not_filled_with_repetitions() -> None:
    one = kept(1000)
    sent = sum(one.request(number, RATE, 0.1, number / 1000) is not None for number in range(1000))
    assert 8 * 1200 * sent <= SHARE * RATE * (1 + WINDOW)
    assert one.rate(1.0) <= SHARE * RATE
    assert one.rate(9.0) == 0


def test_even_a_narrow_link_gets_some() -> None:
    one = kept(1000)
    assert sum(one.request(number, 10_000, 0.1, 0) is not None for number in range(1000)) == LEAST * WINDOW // 9600


def ask(one: Retransmissions[int], numbers: range, rate: float, now: float) -> bool:
    """Ask for all of them; whether repeating is hopeless then."""
    for number in numbers:
        one.request(number, rate, 0.05, now)
    return one.hopeless(rate, now)


def test_it_is_hopeless_where_more_is_owed_for_a_while_than_can_be_repeated_in_time() -> None:
    one = kept(200)
    assert not ask(one, range(100), RATE, 10.0), "perhaps the rate is about to follow"
    assert ask(one, range(100), RATE, 10.0 + HOPELESS_FOR)
    one.give_up(10.2)
    assert one.request(50, RATE, 0.05, 10.3) is None
    assert one.filler() is None


def test_a_keyframe_gets_its_chance_before_the_next_one() -> None:
    one = kept(200)
    one.give_up(10.0)
    for number in range(200, 400):
        one.put(number, number, 1200)
    asked = [10.1 + step / 10 for step in range(15) if ask(one, range(200, 400), RATE, 10.1 + step / 10)]
    assert asked[0] == pytest.approx(10.0 + GIVING_UP_PAUSE)


def test_what_a_budget_can_bear_is_not_hopeless() -> None:
    one = kept(1000)
    assert not any(ask(one, range(step, step + 6), RATE, step / 100) for step in range(0, 900, 10))


def test_what_nobody_asks_for_any_more_is_not_owed() -> None:
    one = kept(200)
    ask(one, range(100), RATE, 10.0)
    assert not ask(one, range(1), RATE, 10.0 + WINDOW)
    assert not ask(one, range(1), RATE, 10.0 + 2 * WINDOW)


def test_a_filler_is_recent_and_not_small() -> None:
    one: Retransmissions[int] = Retransmissions()
    for number, size in enumerate((1300, *[100] * 10, 1200, 100, 100)):
        one.put(number, number, size)
    assert one.filler() == 11


@given(st.lists(st.tuples(st.integers(0, 3000), st.floats(0, 0.2)), max_size=200), st.integers(50_000, 3_000_000))
def test_the_budget_is_never_exceeded(requests: list[tuple[int, float]], rate: int) -> None:
    one = kept(2500)
    now = 0.0
    for sequence, pause in requests:
        now += pause
        one.request(sequence, rate, 0.05, now)
        assert one.rate(now) <= max(LEAST, SHARE * rate)
    assert len(one._kept) <= MOST_KEPT


def test_nothing_was_sent_yet() -> None:
    one: Retransmissions[int] = Retransmissions()
    assert one.filler() is None
    assert one.request(1, RATE, 0.1, 0) is None
