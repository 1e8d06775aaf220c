"""Echo cancellation and what belongs to it, block by block, without a device."""

import numpy as np
import pytest

from robotclient.config import AudioSection
from robotclient.media.audio.echo import VoiceCleaner
from robotclient.media.audio.loudness import FLOOR, LevelMeter
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.reference import COMFORTABLE, LONGEST, Reference
from robotclient.media.audio.samples import SILENCE, Samples
from robotclient.media.audio.volume import Volume
from scripts.lab.room import Sound, decibels, echo, noise
from scripts.lab.sound import tone


def talk(seconds: float) -> Sound:
    """Syllables of noise: as wide as speech, and as full of pauses."""
    times = np.arange(int(seconds * RATE)) / RATE
    return noise(seconds, -26) * np.maximum(0, np.sin(2 * np.pi * 2.3 * times))


def whole(samples: Sound) -> Samples:
    return np.rint(samples * 32767).astype(np.int16)


def cleaned(cleaner: VoiceCleaner, heard: Sound, played: Sound, delay: float) -> Sound:
    pairs = zip(*(np.split(whole(each), len(each) // BLOCK) for each in (heard, played)), strict=True)
    return np.concatenate([cleaner.clean(ear, mouth, delay) for ear, mouth in pairs]) / 32768


@pytest.mark.parametrize("delay", [0.04, 0.25, 0.7])
def test_the_echo_is_gone_after_three_seconds(delay: float) -> None:
    played = talk(5)
    heard = echo(played, delay)
    sent = cleaned(VoiceCleaner(echo=True, noise=False, gain=False), heard, played, delay)
    assert decibels(heard[3 * RATE :]) - decibels(sent[3 * RATE :]) > 25


def test_without_the_reference_the_echo_stays() -> None:
    played = talk(3)
    heard = echo(played, 0.1)
    sent = cleaned(VoiceCleaner(echo=True, noise=False, gain=False), heard, np.zeros_like(played), 0.1)
    assert decibels(sent) == pytest.approx(decibels(heard), abs=6)


def test_a_voice_alone_passes() -> None:
    said = talk(3)
    sent = cleaned(VoiceCleaner(echo=True, noise=False, gain=False), said, np.zeros_like(said), 0.1)
    assert decibels(sent) == pytest.approx(decibels(said), abs=6)


def test_what_is_off_is_off() -> None:
    off = {"echo_cancellation": False, "noise_suppression": False, "gain_control": False}
    assert VoiceCleaner.of(AudioSection.model_validate(off)) is None
    assert VoiceCleaner.of(AudioSection.model_validate(off | {"gain_control": True})) is not None


def follow(reference: Reference, delay: float, seconds: float = 2.0) -> None:
    for _ in range(int(seconds * RATE / BLOCK)):
        assert len(reference.follow(SILENCE, delay)) == BLOCK


def test_the_reference_waits_where_the_way_is_long_and_only_there() -> None:
    reference = Reference()
    follow(reference, 0.08)
    assert reference.held == 0
    follow(reference, 0.35)
    assert reference.held == pytest.approx(0.35 - COMFORTABLE, abs=0.001)
    follow(reference, 0.38)
    assert reference.held == pytest.approx(0.35 - COMFORTABLE, abs=0.001)  # not for so little
    follow(reference, 10.0)
    assert reference.held == LONGEST


def test_the_reference_is_what_was_played() -> None:
    reference = Reference()
    follow(reference, 0.5)
    said = [np.full(BLOCK, number, np.int16) for number in range(1, 40)]
    heard = np.concatenate([reference.follow(block, 0.5) for block in said])
    late = int(reference.held * RATE)
    np.testing.assert_array_equal(heard[late:], np.concatenate(said)[:-late])


def test_the_volume_glides() -> None:
    volume = Volume(100)
    loud = np.full(BLOCK, 10_000, np.int32)
    np.testing.assert_array_equal(volume.apply(loud), loud)
    volume.set(50)
    gliding, after = volume.apply(loud), volume.apply(loud)
    assert np.abs(np.diff(gliding)).max() < 20
    assert set(after.tolist()) == {2500}
    volume.set(0)
    volume.apply(loud)
    assert not volume.apply(loud).any()


def test_levels_are_those_of_the_last_second() -> None:
    meter = LevelMeter()
    assert meter.read() is None
    meter.add(tone(440, 1.0, amplitude=1.0))
    assert meter.read() == pytest.approx(-3, abs=0.1)
    meter.add(SILENCE)
    assert meter.read() == FLOOR
