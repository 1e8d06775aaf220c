"""When a connection counts as silent, by scripts of looks."""

from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.silence import INTERVAL, LONG_PATIENCE, LONGEST_STEP, Silence


def after(silence: Silence, octets: list[int], now: float = 0.0, step: float = INTERVAL) -> float | None:
    """Look so often; seconds until it is silent, or None."""
    for number, count in enumerate(octets, start=1):
        silence.look(count, now + number * step)
        if silence.silent:
            return number * step
    return None


def talking() -> Silence:
    """Two seconds of sound and pictures."""
    silence = Silence(0, -2.0)
    assert after(silence, [20_000, 40_000, 60_000, 80_000], now=-2.0) is None
    return silence


def test_where_media_flowed_silence_is_found_within_three_seconds() -> None:
    found = after(talking(), [80_000] * 20)
    assert found is not None
    assert 2 <= found <= 3


def test_reports_alone_may_be_lost_for_a_while() -> None:
    silence = Silence(0, 0)
    assert after(silence, [100, 200, 300, 400, *[400] * 12]) is None
    assert after(silence, [400] * 20, now=8.0) is not None


def test_who_stops_sending_media_and_goes_on_with_reports_is_not_silent() -> None:
    reports = [80_000 + 100 * (number // 2) for number in range(60)]
    assert after(talking(), reports) is None


def test_what_is_heard_again_is_not_silent() -> None:
    silence = talking()
    after(silence, [80_000] * 8)
    assert silence.silent
    silence.look(80_100, 5.0)
    assert not silence.silent


def test_a_looker_who_was_held_up_knows_nothing_of_that_time() -> None:
    silence = talking()
    silence.look(80_000, 600.0)
    assert not silence.silent


def test_doubt_lasts_until_something_comes() -> None:
    silence = talking()
    silence.doubt(81_000)
    assert silence.silent
    silence.look(81_000, 0.5)
    assert silence.silent, "what had come before the doubt proves nothing"
    silence.look(81_500, 1.0)
    assert not silence.silent


@given(st.lists(st.tuples(st.integers(0, 3_000), st.floats(0, 100)), max_size=200))
def test_it_is_silent_only_after_looks_that_found_nothing(looks: list[tuple[int, float]]) -> None:
    silence, octets, now, quiet = Silence(0, 0), 0, 0.0, 0.0
    for more, elapsed in looks:
        octets, now = octets + more, now + elapsed
        quiet = 0.0 if more else quiet + min(elapsed, LONGEST_STEP)
        silence.look(octets, now)
        assert not (silence.silent and quiet < 2.5)
        assert silence.silent or quiet < LONG_PATIENCE
