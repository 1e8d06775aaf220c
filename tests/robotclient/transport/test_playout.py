"""Sound over simulated networks: what is heard, what had to be guessed, how late it is."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import Samples
from robotclient.transport.playout import OLD_NEWS, Playout
from robotclient.transport.playout_packets import MOST_PACKETS, OpusPacket
from scripts.lab.playout import PERIOD, TRANSIT, Heard, Network, arrivals, babble, coded, listen, packet
from scripts.lab.sound import share_of, tone

CLICK = 2500
"""A step between neighbouring samples that no 230 Hz tone at 0.6 makes (it makes 592), but every cut does."""
SILENCE = 6000
"""A peak that a tone at 0.6 is always above, and what libopus guesses in a long hole never."""


@cache
def voice() -> list[bytes]:
    return coded(babble(10.0))


@cache
def steady() -> list[bytes]:
    """A loud tone without an end: whatever is missing is seen. 10 s are a whole number of periods."""
    return coded(tone(230, 10.0, 0.6))


def hear(network: Network, seconds: float, payloads: list[bytes] | None = None, *, drift: float = 0.0) -> Heard:
    return listen(payloads or voice(), arrivals(network, round((seconds + 1) / PERIOD)), seconds, drift=drift)


def largest_step(samples: Samples) -> int:
    return int(np.abs(np.diff(samples.astype(np.int32))).max())


def longest_silence(samples: Samples) -> float:
    """Seconds."""
    peaks = np.abs(samples[: len(samples) // 240 * 240].astype(np.int32)).reshape(-1, 240).max(axis=1)
    longest = run = 0
    for peak in peaks:
        run = run + 1 if peak < SILENCE else 0
        longest = max(longest, run)
    return longest * 240 / RATE


def test_a_clean_path_costs_nothing_and_waits_20_to_40_ms() -> None:
    heard = hear(Network(), 10, steady())
    assert heard.since().concealed == 0
    assert heard.since().discarded == 0
    assert 0.020 <= heard.delay(3) <= 0.040
    assert share_of(230, heard.samples[2 * RATE :]) > 0.999


def test_the_first_word_is_heard_soon() -> None:
    heard = hear(Network(), 1, steady())
    first = int(np.argmax(np.abs(heard.samples) > SILENCE)) / RATE
    assert first < 0.05 + 0.09  # it takes 50 ms to come


@pytest.mark.parametrize("loss", [0.01, 0.05, 0.1, 0.2])
def test_only_what_has_no_copy_is_guessed(loss: float) -> None:
    """Lost are a frame with the one behind it, and frames that the encoder took for no speech: here every eighth."""
    counts = hear(Network(loss=loss), 30).since(2)
    assert counts.concealed / counts.played <= 1.2 * loss * (loss + 1 / 8) + 0.001
    assert counts.recovered / counts.played >= 0.9 * loss * (1 - loss - 1 / 8)


@pytest.mark.parametrize(("lost", "alike"), [({60, 150}, 0.9), ({60, 150, 151}, 0.7)])
def test_what_is_recovered_sounds_like_what_was_lost(lost: set[int], alike: float) -> None:
    """The first loss teaches it to wait for copies."""
    payloads = voice()[:200]
    whole = listen(payloads, arrivals(Network(), 200), 3.9)
    holed = listen(payloads, [each for each in arrivals(Network(), 200) if each[1] not in lost], 3.9)
    assert holed.since().recovered == 2 * BLOCK
    assert holed.since(2).concealed == (len(lost) - 2) * BLOCK
    place = round((150 * PERIOD + 0.09) * RATE)
    sought = holed.samples[place : place + 2 * BLOCK].astype(np.float64)
    around = whole.samples[place - 2 * BLOCK : place + 4 * BLOCK].astype(np.float64)
    likeness = np.correlate(around, sought, "valid") / np.linalg.norm(sought)
    energies = np.sqrt(np.convolve(around**2, np.ones(len(sought)), "valid"))
    assert max(likeness / energies) > alike


def test_jitter_of_80_ms_is_absorbed_after_a_few_seconds_and_forgotten_soon_after() -> None:
    heard = hear(Network(jitter=0.08, until=15), 30)
    assert heard.since(5, 15).concealed == 0
    assert heard.since(5, 15).target <= 0.11
    assert heard.since(15).concealed == 0
    assert heard.delay(26) <= 0.045


def test_packets_out_of_order_and_twice_are_put_right() -> None:
    heard = hear(Network(jitter=0.06, reorders=True, duplicates=0.2), 20)
    counts = heard.since(5)
    assert counts.concealed == 0
    assert counts.discarded == pytest.approx(0.2 * counts.packets, rel=0.25)
    assert heard.delay(5) < 0.08  # second copies up to 100 ms late make nobody wait


def test_a_stall_is_caught_up_with() -> None:
    """300 ms nothing, then all that was sent at once: what was said is heard, faster."""
    heard = hear(Network(extra=lambda sent: max(0.0, 10.3 - sent) if sent >= 10 else 0.0), 25)
    around, later = heard.since(9, 15), heard.since(15)
    assert around.concealed / RATE < 0.3
    assert around.discarded == 0
    assert later.concealed == 0
    assert heard.delay(20) <= 0.045


def test_after_an_outage_it_goes_on_live() -> None:
    heard = hear(Network(extra=lambda sent: max(0.0, 13 - sent) if sent >= 10 else 0.0), 20)
    assert heard.delay(13.3, 14.3) <= OLD_NEWS
    assert heard.delay(16) <= 0.06
    assert heard.since(14).concealed == 0


@pytest.mark.parametrize("drift", [3e-4, -3e-4])
def test_clocks_that_drift_apart_are_followed(drift: float) -> None:
    heard = hear(Network(), 60, steady(), drift=drift)
    assert heard.since(1).concealed == 0
    assert all(0.005 < heard.delay(start, start + 10) < 0.065 for start in range(5, 50, 10))
    assert largest_step(heard.samples[RATE:]) < CLICK


@pytest.mark.parametrize("gap", [-(2**30), -RATE, RATE // 2, 2**30])
def test_a_sender_that_begins_anew_is_heard_within_200_ms(gap: int) -> None:
    playout, blocks = Playout(), []
    for number in range(300):
        now, payload = number * PERIOD, steady()[number % 500]
        restarted = number >= 150
        sequence, timestamp = (number + 30_000 * restarted) % 2**16, (number * BLOCK + gap * restarted) % 2**32
        playout.put(OpusPacket(sequence, timestamp, payload, now))
        blocks.append(playout.pull(BLOCK, now + 0.005))
    assert longest_silence(np.concatenate(blocks[10:])) <= 0.2
    assert np.abs(blocks[-1]).max() > SILENCE


def test_a_pause_of_the_sender_is_no_loss() -> None:
    """DTX: during silence one packet in 400 ms is sent (RFC 7587, section 3.1.3)."""
    playout = Playout()
    quiet = coded(np.zeros(20 * BLOCK, np.int16))
    sent = [0, 1, 2, 3, 4, 24, 44, 64]
    for number in range(80):
        now = number * PERIOD
        if number in sent:
            playout.put(OpusPacket(sent.index(number), number * BLOCK, quiet[10], now))
        assert np.abs(playout.pull(BLOCK, now + 0.005)).max() < SILENCE
    counts = playout.statistics()
    assert counts.concealed == counts.silent_concealed
    assert counts.recovered == 0


def test_nothing_clicks_where_the_delay_changes() -> None:
    heard = hear(Network(jitter=0.08, until=8), 20, steady())
    counts = heard.since()
    assert counts.removed + counts.inserted > BLOCK
    assert largest_step(heard.samples) < CLICK
    assert share_of(230, heard.samples[RATE:]) > 0.95


def test_sound_can_be_made_to_wait_for_the_picture() -> None:
    playout = Playout()
    playout.least = 0.15
    heard = listen(voice(), arrivals(Network(), 500), 9, playout=playout)
    assert heard.delay(5) == pytest.approx(0.16, abs=0.02)
    assert heard.since(5).concealed == 0


def test_a_beginning_waits_for_no_picture() -> None:
    playout = Playout()
    playout.least = 0.4
    heard = listen(steady(), arrivals(Network(), 300), 6, playout=playout)
    assert longest_silence(heard.samples) < TRANSIT + 0.2
    assert heard.delay(5) > 0.35


def test_a_silent_participant_costs_no_noise_and_is_forgotten() -> None:
    playout = Playout()
    came = arrivals(Network(), 100)
    heard = listen(steady(), came, 4, playout=playout)
    assert not playout.playing
    assert not heard.samples[-RATE // 2 :].any()
    assert heard.since().concealed <= 1.1 * RATE
    assert not playout.abandoned(came[-1][0] + 59)
    assert playout.abandoned(came[-1][0] + 61)


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(voice()[:50])), max_size=60))
@settings(max_examples=40)
def test_whatever_bytes_come_sound_comes_out(payloads: list[bytes]) -> None:
    playout = Playout()
    for number, payload in enumerate(payloads):
        playout.put(packet(number, payload, number * PERIOD))
        assert len(playout.pull(BLOCK, number * PERIOD + 0.005)) == BLOCK


def test_a_broken_packet_with_a_broken_copy_costs_itself_alone() -> None:
    """Longer than a frame may be (RFC 6716, section 3.4, R2), which libopus sees when it decodes."""
    broken = bytes([0b01001_0_00, 0b0100_0000]) + bytes(1300)
    playout = Playout()
    for number in range(100):
        if number != 49:
            playout.put(packet(number, broken if number == 50 else voice()[number], number * PERIOD))
        playout.pull(BLOCK, number * PERIOD + 0.005)
    assert playout.statistics().discarded == 2
    assert playout.statistics().recovered == 0
    assert BLOCK <= playout.statistics().concealed <= 3 * BLOCK


networks = st.builds(
    Network,
    loss=st.floats(0, 0.5),
    burst=st.floats(1, 20),
    jitter=st.floats(0, 0.1),
    reorders=st.booleans(),
    duplicates=st.floats(0, 0.3),
    extra=st.one_of(
        st.just(lambda _: 0.0),
        st.floats(0, 3).map(lambda stall: lambda sent: max(0.0, 1 + stall - sent) if sent >= 1 else 0.0),
        st.floats(-0.04, 0.2).map(lambda longer: lambda sent: longer if sent >= 1 else 0.0),
    ),
)


@given(networks, st.integers(0, 1000), st.sampled_from([240, 480, BLOCK, 1024]))
@settings(max_examples=40)
def test_never_silent_for_longer_than_the_hole_and_200_ms(network: Network, seed: int, count: int) -> None:
    came = arrivals(network, 250, seed)
    playout, waiting, blocks = Playout(), came[::-1], []
    for turn in range(5 * RATE // count):
        now = turn * count / RATE
        while waiting and waiting[-1][0] <= now:
            arrival, number = waiting.pop()
            playout.put(packet(number, steady()[number], arrival))
        blocks.append(playout.pull(count, now))
        assert len(blocks[-1]) == count
        assert len(playout._packets) <= MOST_PACKETS
        assert len(playout._ready) <= RATE // 2
    times = [0.0, *(arrival for arrival, _ in came if arrival < 5), 5.0]
    hole = max(np.diff(times))
    assert longest_silence(np.concatenate(blocks)) <= hole + 0.2
