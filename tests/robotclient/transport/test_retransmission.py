"""Repetitions: all that was asked for and fits, nothing twice within a round trip, never a link full of them."""

from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.retransmission import LEAST, MOST_KEPT, SHARE, WINDOW, Retransmissions

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
    assert one.latest() == 1999


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
    assert one.latest() is None
    assert one.request(1, RATE, 0.1, 0) is None
