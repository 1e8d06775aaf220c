import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.media.audio.encoder import SoundEncoder
from robotclient.media.audio.jitter import JitterQueue
from robotclient.media.audio.limiter import CEILING, KNEE, Limiter
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.mixer import Mixer
from robotclient.media.audio.samples import RAMP, SILENCE, Samples, from_bytes, level
from robotclient.transport.playout_packets import OpusPacket
from scripts.lab.sound import share_of, tone

LIMIT = 10 * BLOCK
CLICK = 2500
"""A step between neighbouring samples that no 230 Hz tone at 0.6 makes (it makes 592), but every cut does."""


def blocks(samples: Samples) -> list[Samples]:
    return np.split(samples, len(samples) // BLOCK)


def largest_step(samples: Samples) -> int:
    return int(np.abs(np.diff(samples.astype(np.int32))).max())


def steady(amplitude: float = 0.6, seconds: float = 4) -> list[Samples]:
    """Starts at full swing, and no number of blocks is one of periods: a missing ramp or cross-fade is heard."""
    times = np.arange(int(RATE * seconds)) / RATE
    return blocks((amplitude * 32767 * np.cos(2 * np.pi * 230 * times)).astype(np.int16))


def test_one_quiet_voice_passes_unchanged_once_it_has_started() -> None:
    mixer = Mixer()
    said = steady()
    heard = []
    for block in said:
        mixer.put("ana", block)
        heard.append(mixer.mix(0.0))
    assert not heard[0].any()  # 40 ms are gathered first
    np.testing.assert_array_equal(np.concatenate(heard[2:]), np.concatenate(said[1:-1]))


def test_two_voices_are_both_there() -> None:
    mixer = Mixer()
    heard = []
    for ana, luis in zip(blocks(tone(440, 2)), blocks(tone(1000, 2)), strict=True):
        mixer.put("ana", ana)
        mixer.put("luis", luis)
        heard.append(mixer.mix(0.0))
    mixed = np.concatenate(heard[10:])
    assert share_of(440, mixed) == pytest.approx(0.5, abs=0.02)
    assert share_of(1000, mixed) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("1" * 30, id="join"),
        pytest.param("1" * 20 + "0" * 10, id="runs dry"),
        pytest.param("1" * 15 + "0" * 5 + "1" * 10, id="a short hole"),
        pytest.param("1" * 10 + "9" + "1" * 10, id="a burst beyond the limit"),
        pytest.param("1" * 10 + "4" + "1" * 250, id="a burst whose delay is taken out"),
        pytest.param("1" * 20 + "x" + "0" * 5, id="leaves"),
        pytest.param("1" * 20 + "x" + "1" * 10, id="leaves and comes back"),
    ],
)
def test_nothing_clicks(pattern: str) -> None:
    mixer = Mixer()
    said = iter(steady(seconds=10))
    heard = []
    for what in pattern:
        if what == "x":
            mixer.forget("ana", 0.0)
        else:
            for _ in range(int(what)):
                mixer.put("ana", next(said))
        heard.append(mixer.mix(0.0))
    together = np.concatenate([SILENCE, *heard])
    assert np.abs(together).max() > 15_000
    assert largest_step(together) < CLICK


def test_a_voice_that_left_is_gone_after_one_block() -> None:
    mixer = Mixer()
    for block in steady()[:10]:
        mixer.put("ana", block)
        mixer.mix(0.0)
    mixer.forget("ana", 0.0)
    assert mixer.mix(0.0)[:RAMP].any()
    assert not mixer.mix(0.0).any()
    assert not mixer.participants


def test_a_burst_does_not_leave_delay_behind() -> None:
    queue = JitterQueue()
    lengths = []
    for turn in range(300):
        for _ in range(5 if turn == 50 else 1):
            queue.put(np.full(BLOCK, 100, np.int16))
        queue.take(BLOCK)
        lengths.append(len(queue))
    assert lengths[60] > 4 * BLOCK
    assert lengths[-1] <= 2 * BLOCK


def test_a_voice_that_stutters_keeps_the_delay_that_it_needs() -> None:
    queue = JitterQueue()
    silent = 0
    for turn in range(1000):
        for _ in range(4 if turn % 4 == 0 else 0):  # four blocks every 80 ms
            queue.put(np.full(BLOCK, 100, np.int16))
        taken = queue.take(BLOCK)
        silent += turn > 50 and not taken.all()
    assert silent == 0


def test_five_shouting_voices_are_limited_and_not_clipped() -> None:
    mixer = Mixer()
    voices = {str(hertz): blocks(tone(hertz, 2, amplitude=1.0)) for hertz in (200, 310, 450, 700, 1100)}
    heard = []
    for turn in range(100):
        for participant, said in voices.items():
            mixer.put(participant, said[turn])
        heard.append(mixer.mix(0.0))
    mixed = np.concatenate(heard)
    assert np.abs(mixed).max() <= CEILING
    settled = mixed[RATE:]
    assert np.abs(settled).max() <= KNEE * 1.1
    assert sum(share_of(int(hertz), settled) for hertz in voices) > 0.99  # distortion would make other frequencies


def test_the_gain_comes_back() -> None:
    limiter = Limiter()
    limiter.limit(np.full(BLOCK, 100_000, np.int32))
    quiet = np.full(BLOCK, 1000, np.int32)
    recovering = [int(limiter.limit(quiet)[-1]) for _ in range(60)]
    assert recovering[0] < 300
    assert recovering == sorted(recovering)
    assert recovering[-1] == 1000


@given(st.lists(st.integers(-200_000, 200_000), min_size=1, max_size=20))
def test_the_limiter_never_clips_and_keeps_the_sign(peaks: list[int]) -> None:
    limiter = Limiter()
    for peak in peaks:
        mix = np.linspace(-peak, peak, BLOCK).astype(np.int32)
        limited = limiter.limit(mix)
        assert np.abs(limited.astype(np.int32)).max() <= CEILING
        assert (limited * np.sign(mix) >= 0).all()


Action = tuple[str, int]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.integers(0, 3 * LIMIT)),
            st.tuples(st.just("take"), st.sampled_from([RAMP, BLOCK // 2, BLOCK])),
            st.tuples(st.just("end"), st.just(0)),
        ),
        max_size=80,
    )
)
def test_a_queue_is_bounded_and_gives_what_is_asked(actions: list[Action]) -> None:
    queue = JitterQueue(limit=LIMIT)
    put = taken = 0
    for action, count in actions:
        match action:
            case "put":
                queue.put(np.full(count, 7, np.int16))
                put += count
            case "take":
                got = queue.take(count)
                assert len(got) == count
                assert set(got.tolist()) <= set(range(8))  # only what was said, or a ramp of it
                taken += int(np.count_nonzero(got))
            case "end":
                queue.end()
        assert len(queue) <= LIMIT
    assert taken <= put


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5000)), max_size=30))
def test_silence_in_is_silence_out(chunks: list[tuple[str, int]]) -> None:
    mixer = Mixer()
    for participant, count in chunks:
        mixer.put(participant, np.zeros(count, np.int16))
        assert not mixer.mix(0.0).any()


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (SILENCE, 127),
        (np.full(BLOCK, -32768, np.int16), 0),
        (np.full(BLOCK, 16384, np.int16), 6),
        (tone(440, 0.1, amplitude=1.0), 3),
        (np.full(BLOCK, 1, np.int16), 90),
    ],
)
def test_levels(samples: Samples, expected: int) -> None:
    assert level(samples) == expected


def test_half_a_sample_is_dropped() -> None:
    assert from_bytes(b"\x01\x00\x02\x00\x03").tolist() == [1, 2]


def test_an_announcement_is_heard_beside_the_voices_to_its_end() -> None:
    mixer = Mixer()
    first, second = tone(440, 0.5), tone(1000, 0.51)
    mixer.say(first)
    mixer.say(second)
    heard = np.concatenate([mixer.mix(0.0) for _ in range(60)])
    said = np.concatenate((first, second))
    np.testing.assert_array_equal(heard[: len(said)], said)
    assert not heard[len(said) :].any()


def test_an_announcement_is_broken_off_softly_and_at_once() -> None:
    mixer = Mixer()
    for block in steady():
        mixer.say(block)
    heard = [mixer.mix(0.0) for _ in range(20)]
    mixer.hush()
    heard += [mixer.mix(0.0) for _ in range(5)]
    assert largest_step(np.concatenate(heard)[RAMP:]) < CLICK
    assert not np.concatenate(heard[21:]).any()


def test_an_announcement_has_a_bound() -> None:
    mixer = Mixer()
    mixer.say(np.ones(70 * RATE, np.int16))
    heard = sum(int(np.count_nonzero(mixer.mix(0.0))) for _ in range(70 * RATE // BLOCK))
    assert heard == 60 * RATE


def voice_packets(hertz: float | None) -> list[OpusPacket]:
    """What a participant's microphone sends in 0.4 s: a tone, or nothing but silence."""
    encoder = SoundEncoder()
    said = blocks(tone(hertz, 0.4)) if hertz else [SILENCE] * 20
    return [
        OpusPacket(number, number * BLOCK, encoder.encode(block), number * 0.02) for number, block in enumerate(said)
    ]


def test_who_speaks_is_told_by_how_loud_he_is() -> None:
    mixer = Mixer()
    assert mixer.level("ana") is None
    for participant, packets in (("ana", voice_packets(440)), ("luis", voice_packets(None))):
        for packet in packets:
            mixer.receive(participant, packet)
    for turn in range(20):
        mixer.mix(turn * 0.02)
    loud, silent = mixer.level("ana"), mixer.level("luis")
    assert loud is not None
    assert silent is not None
    assert loud > -30 > -60 > silent
    mixer.forget("ana", 1.0)
    mixer.mix(1.0)
    assert mixer.level("ana") is None
