"""Who gets which layer, at which rate: hysteresis, fairness, no picture where there is no room."""

from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.allocation import OFF_BELOW, ON_ABOVE, SOUND, Allocation, Allocator, Layer, video_rate

MOST = 1_700_000


def run(allocator: Allocator, rates: dict[str, int], start: float, seconds: float) -> Allocation:
    steps = round(seconds * 10)
    for step in range(steps):
        allocator.allocate(rates, start + step / 10)
    return allocator.allocate(rates, start + seconds)


def test_one_peer_gets_what_is_left_beside_the_sound() -> None:
    assert video_rate(1_000_000) == int(0.95 * (1_000_000 - SOUND))
    assert video_rate(1_000_000, retransmitted=100_000) < video_rate(1_000_000)
    assert video_rate(20_000) == 0
    found = Allocator(MOST).allocate({"a": 900_000}, 0)
    assert (found.main, found.reduced, found.layers["a"]) == (900_000, 0, Layer.MAIN)


def test_the_main_layer_follows_its_slowest_peer() -> None:
    found = run(Allocator(MOST), {"a": 900_000, "b": 1_500_000, "c": 9_000_000}, 0, 10)
    assert found.main == 900_000
    assert set(found.layers.values()) == {Layer.MAIN}


def test_a_peer_far_slower_than_the_best_starves_nobody() -> None:
    allocator = Allocator(MOST)
    run(allocator, {"a": 1_500_000, "b": 1_500_000}, 0, 5)
    first = allocator.allocate({"a": 1_500_000, "b": 300_000}, 5.1)
    assert first.main == 300_000  # a moment of weakness moves nobody
    found = run(allocator, {"a": 1_500_000, "b": 300_000}, 5.1, 3)
    assert (found.main, found.reduced) == (1_500_000, 300_000)
    assert found.layers == {"a": Layer.MAIN, "b": Layer.REDUCED}
    swinging = run(allocator, {"a": 1_500_000, "b": 900_000}, 8.2, 10)
    assert swinging.layers["b"] is Layer.REDUCED
    back = run(allocator, {"a": 1_500_000, "b": 1_200_000}, 18.3, 5)
    assert back.layers["b"] is Layer.MAIN
    assert back.reduced == 0


def test_a_newcomer_that_is_slow_at_first_takes_nothing_from_the_others() -> None:
    allocator = Allocator(MOST)
    run(allocator, {"a": 1_500_000}, 0, 5)
    assert allocator.allocate({"a": 1_500_000, "b": 250_000}, 5.1).main == 1_500_000


def test_where_there_is_no_room_there_is_no_picture_and_later_there_is_again() -> None:
    allocator = Allocator(MOST)
    run(allocator, {"a": 400_000}, 0, 1)
    assert run(allocator, {"a": OFF_BELOW - 1}, 1, 1.5).layers["a"] is Layer.MAIN
    off = run(allocator, {"a": OFF_BELOW - 1}, 2.6, 1)
    assert off.layers["a"] is None
    assert (off.main, off.reduced) == (0, 0)
    assert run(allocator, {"a": ON_ABOVE - 1}, 3.7, 10).layers["a"] is None
    assert run(allocator, {"a": ON_ABOVE}, 13.8, 5).layers["a"] is Layer.MAIN


def test_who_has_left_is_forgotten() -> None:
    allocator = Allocator(MOST)
    run(allocator, {"a": 10_000, "b": 900_000}, 0, 5)
    assert allocator.allocate({"b": 900_000}, 5).layers == {"b": Layer.MAIN}
    assert allocator.allocate({}, 6) == Allocation(0, 0, {})


@given(
    rounds=st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3_000_000), max_size=4), max_size=30),
    step=st.floats(0.05, 3),
)
def test_a_layer_is_coded_where_somebody_sees_it_and_not_above_what_he_can_take(
    rounds: list[dict[str, int]], step: float
) -> None:
    allocator = Allocator(MOST)
    for number, rates in enumerate(rounds):
        found = allocator.allocate(rates, number * step)
        assert found.layers.keys() == rates.keys()
        for layer, rate in ((Layer.MAIN, found.main), (Layer.REDUCED, found.reduced)):
            seeing = [rates[peer] for peer, of in found.layers.items() if of is layer]
            assert (rate > 0) == bool(seeing)
            assert rate <= max(OFF_BELOW, min(seeing, default=MOST))
