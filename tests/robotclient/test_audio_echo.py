"""The robot does not send back what it plays: a speaker that the microphone hears, over a real sound server."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import Samples
from scripts.lab.room import decibels, speech
from scripts.lab.sound import SoundServer, share_of, sound_server, tone, write_wav
from tests.robotclient.audio_rig import Rig, rig
from wire.rest import DeviceKind, DeviceState

pytestmark = pytest.mark.system

FAR_LOUDNESS = -20.0
NEAR_TONES = (620, 1130)
"""Hz; nothing in a voice stays at one of them for a second."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    with sound_server(tmp_path / "pulse") as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def guest(seconds: float = 60) -> Iterator[Samples]:
    """A guest who talks without a pause."""
    said = (32767 * speech("es", seconds, FAR_LOUDNESS)).astype(np.int16)
    yield from np.split(said[: len(said) // BLOCK * BLOCK], len(said) // BLOCK)


def resident(path: Path) -> Path:
    """Two pulsing tones: what stands still would be taken for noise."""
    said = sum(tone(hertz, 60, amplitude=0.1).astype(np.int32) for hertz in NEAR_TONES)
    pulse = np.arange(60 * RATE) % (RATE // 4) < RATE // 8
    return write_wav(path, (said * pulse).astype(np.int16))


def near_share(samples: Samples) -> float:
    """The part of all power that is the resident's."""
    return sum(share_of(hertz, samples, width=12) for hertz in NEAR_TONES)


async def heard_until(running: Rig, wanted: str, seconds: int = 45) -> list[float]:
    """Hear second after second until what is wanted has come true; the echo's or the resident's figures."""
    figures = []
    for _ in range(seconds):
        sent = await running.hear(1.0)
        raw = running.audio.levels.microphone or -96.0
        figures.append(raw - decibels(sent / 32768) if wanted == "cancelled" else near_share(sent))
        if figures[-1] > (20 if wanted == "cancelled" else 0.6):
            return figures
    pytest.fail(f"{wanted}: not within {seconds} s: {figures}")


async def test_a_guest_does_not_hear_himself_and_still_hears_the_resident(server: SoundServer, tmp_path: Path) -> None:
    server.echo("speaker_main", "mic_a", milliseconds=60)
    async with rig("Mic-A", "Speaker-Main", cleaning=True) as running, running.talking(ana=guest()):
        await running.until_state(DeviceKind.SPEAKER, DeviceState.WORKING)
        running.audio.open()
        await running.until_state(DeviceKind.MICROPHONE, DeviceState.WORKING, within=20)
        await heard_until(running, "cancelled")
        with server.feed("mic_a", resident(tmp_path / "resident.wav")):
            await heard_until(running, "kept")
            played, elsewhere = await asyncio.gather(
                asyncio.to_thread(server.record, "speaker_main", 1.0),
                asyncio.to_thread(server.record, "speaker_alt", 1.0),
            )
        assert played.any()
        assert near_share(played) < 0.3, "the resident comes out of his own robot"
        assert not elsewhere.any()


async def test_without_echo_cancellation_the_guest_hears_himself(server: SoundServer) -> None:
    """The test above would see it."""
    server.echo("speaker_main", "mic_a", milliseconds=60)
    async with rig("Mic-A", "Speaker-Main") as running, running.talking(ana=guest()):
        running.audio.open()
        await running.until_state(DeviceKind.MICROPHONE, DeviceState.WORKING, within=20)
        await running.hear(2.0)
        assert max([decibels(await running.hear(1.0) / 32768) for _ in range(3)]) > FAR_LOUDNESS - 10
