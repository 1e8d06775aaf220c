"""The queue in front of the speaker, whose clock is another one than ours."""

from itertools import cycle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient.media.audio.drift import BEND, LIMIT, SpeakerQueue
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.resampler import TAPS, Resampler
from robotclient.media.audio.samples import RAMP, Samples
from scripts.lab.drift import Drift, simulate
from scripts.lab.sound import peak_hertz, tone

STEEPEST = 10_000 * 2 * np.pi * 230 / RATE
"""The largest step between two samples of the simulation's tone."""


def assert_smooth(outcome: Drift) -> None:
    assert np.abs(np.diff(outcome.heard.astype(np.int32))).max() < 1.2 * STEEPEST
    assert outcome.dry <= 3, "a fade now and then while it learns, and no more"
    assert outcome.longest < 0.08
    assert np.abs(outcome.ratios - 1).max() <= BEND


@pytest.mark.parametrize("ppm", [200, -200])
def test_a_speaker_with_another_clock_is_followed(ppm: float) -> None:
    assert_smooth(simulate(ppm, seconds=90))


@pytest.mark.system  # for its seconds of processor time
@pytest.mark.long
@pytest.mark.parametrize("ppm", [200, -200])
def test_ten_minutes_of_drift_leave_neither_holes_nor_delay(ppm: float) -> None:
    outcome = simulate(ppm, seconds=600, jitter=0.002)
    assert_smooth(outcome)
    assert outcome.ratios[len(outcome.ratios) // 2 :].mean() == pytest.approx(1 + ppm * 1e-6, abs=50e-6)


def test_without_following_the_same_drift_runs_dry_or_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("robotclient.media.audio.drift.BEND", 0.0)
    outcome = simulate(-1500, seconds=120)
    assert outcome.dry > 3


def test_the_resampler_moves_a_tone_and_adds_nothing() -> None:
    said, resampler, heard = tone(1000, 3), Resampler(), []
    place = 0
    while place + BLOCK + 2 * TAPS < len(said):
        made, used = resampler.resample(said[place:], BLOCK, 1.001)
        heard.append(made)
        place += used
    together = np.concatenate(heard)[: 2 * RATE]
    assert peak_hertz(together) == pytest.approx(1001, abs=0.5)
    times = np.arange(len(together)) / RATE
    basis = np.stack((np.sin(2 * np.pi * 1001 * times), np.cos(2 * np.pi * 1001 * times)), axis=1)
    rest = together - basis @ np.linalg.lstsq(basis, together, rcond=None)[0]
    assert 10 * np.log10(np.mean(rest**2) / np.mean(together.astype(float) ** 2)) < -60


def test_a_burst_is_cut_without_a_click() -> None:
    queue, said = SpeakerQueue(), cycle(np.split(tone(230, 1, amplitude=0.3), RATE // BLOCK))
    heard = []
    for turn in range(300):
        for _ in range(12 if turn == 50 else 1):
            queue.put(next(said))
        heard += [queue.take(BLOCK // 2), queue.take(BLOCK // 2)]
        assert len(queue) <= LIMIT
    assert len(queue) < 4 * BLOCK
    assert np.abs(np.diff(np.concatenate(heard).astype(np.int32))).max() < 2 * STEEPEST


Action = tuple[str, int]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.integers(RAMP, 2 * LIMIT)),
            st.tuples(st.just("take"), st.sampled_from([RAMP, BLOCK // 2, BLOCK])),
        ),
        max_size=60,
    )
)
def test_it_is_bounded_gives_what_is_asked_and_invents_nothing(actions: list[Action]) -> None:
    queue = SpeakerQueue()
    for action, count in actions:
        if action == "put":
            queue.put(np.full(count, 1000, np.int16))
        else:
            taken: Samples = queue.take(count)
            assert len(taken) == count
            assert 0 <= taken.min() <= taken.max() <= 1001
        assert len(queue) <= LIMIT
