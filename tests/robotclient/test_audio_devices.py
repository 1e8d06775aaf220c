"""The audio child on PortAudio devices: a private PulseAudio with two microphones and two speakers."""

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from robotclient.media.audio.devices import Device, fresh_devices
from robotclient.media.audio.levels import microphone_levels
from robotclient.media.audio.loudness import FLOOR
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import Samples
from scripts.lab.sound import SoundServer, peak_hertz, share_of, sound_server, tone, write_wav
from tests.robotclient.audio_rig import rig, steps, voice
from wire.rest import DeviceKind, DeviceState

pytestmark = pytest.mark.system


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    with sound_server(tmp_path / "pulse") as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def long_tone(tmp_path: Path, hertz: float) -> Path:
    return write_wav(tmp_path / f"{hertz}.wav", tone(hertz, 30))


def longest_silence(samples: Samples) -> float:
    """In seconds."""
    sounding = np.flatnonzero(np.concatenate(([1], samples, [1])))
    return float(np.diff(sounding).max() - 1) / RATE


def test_devices_are_listed_by_name(server: SoundServer) -> None:
    devices = fresh_devices(timeout=10)
    for name in ("Mic-A", "Mic-B", "Speaker-Main", "Speaker-Alt"):
        (microphone, speaker) = [device for device in devices if device.name == name]
        assert isinstance(microphone, Device)
        assert (microphone.direction, speaker.direction) == ("microphone", "speaker")
        assert microphone.host_api == "ALSA"
        assert microphone.channels >= 1
        assert microphone.rate > 0
    assert [device.name for device in devices if device.is_default] == ["default", "default"]


def test_the_levels_of_all_microphones_are_told(server: SoundServer, tmp_path: Path) -> None:
    with server.feed("mic_a", long_tone(tmp_path, 440)):
        levels = microphone_levels()
    assert levels["Mic-A"] == pytest.approx(-11, abs=6)  # the first moments are silent
    assert levels["Mic-B"] == FLOOR


@pytest.mark.parametrize(("name", "hertz", "other"), [("Mic-A", 440, 880), ("mic-b", 880, 440), ("default", 440, 880)])
async def test_the_named_microphone_is_heard_and_no_other(
    server: SoundServer, tmp_path: Path, name: str, hertz: float, other: float
) -> None:
    with server.feed("mic_a", long_tone(tmp_path, 440)), server.feed("mic_b", long_tone(tmp_path, 880)):
        async with rig(name, "none") as running:
            running.audio.open()
            await running.until(lambda: running.packets and not running.packets[-1].silent)
            heard = (await running.hear(1.5))[RATE // 2 :]
            assert peak_hertz(heard) == pytest.approx(hertz, abs=2)
            assert share_of(hertz, heard) > 0.9
            assert share_of(other, heard) < 0.01
            assert steps(running.packets) == {BLOCK}
            rate = (len(running.packets) - 1) / (running.arrivals[-1] - running.arrivals[0])
            assert rate == pytest.approx(50, abs=3)


async def test_two_voices_are_heard_at_the_named_speaker_and_no_other(server: SoundServer) -> None:
    async with rig("none", "Speaker-Main") as running, running.talking(ana=voice(440), luis=voice(1000)):
        await running.until_state(DeviceKind.SPEAKER, DeviceState.WORKING)
        await asyncio.to_thread(server.record, "speaker_main", 0.5)  # the first moment, with its fade-in, is not judged
        heard, elsewhere = await asyncio.gather(
            asyncio.to_thread(server.record, "speaker_main", 1.0), asyncio.to_thread(server.record, "speaker_alt", 1.0)
        )
        assert share_of(440, heard) == pytest.approx(0.5, abs=0.1)
        assert share_of(1000, heard) == pytest.approx(0.5, abs=0.1)
        assert not elsewhere.any()


async def test_an_unknown_microphone_is_lost_with_the_nearest_names_and_the_speaker_goes_on(
    server: SoundServer,
) -> None:
    async with rig("Mic-Z", "Speaker-Main") as running, running.talking(ana=voice(440)):
        running.audio.open()
        lost = await running.until_state(DeviceKind.MICROPHONE, DeviceState.LOST)
        assert lost.name == "Mic-Z"
        assert "'Mic-A'" in lost.detail
        assert "'Mic-B'" in lost.detail
        await running.until_state(DeviceKind.SPEAKER, DeviceState.WORKING)
        heard = (await asyncio.to_thread(server.record, "speaker_main", 4.0))[RATE:]
        assert share_of(440, heard) > 0.9
        assert longest_silence(heard) < 0.1  # three seconds of retries do not interrupt the guest
        assert all(packet.silent for packet in running.packets)
        assert steps(running.packets) == {BLOCK}
        assert running.audio.child.starts == 1


async def test_a_microphone_that_is_plugged_in_later_is_found(server: SoundServer, tmp_path: Path) -> None:
    with server.feed("mic_b", long_tone(tmp_path, 880)):
        async with rig("Mic-New", "Speaker-Main") as running, running.talking(ana=voice(440)):
            running.audio.open()
            await running.until_state(DeviceKind.MICROPHONE, DeviceState.LOST)
            await running.until_state(DeviceKind.SPEAKER, DeviceState.WORKING)
            server.add_device("Mic-New", "mic_b")
            await running.until_state(DeviceKind.MICROPHONE, DeviceState.WORKING, within=6)
            await running.until(lambda: not running.packets[-1].silent)
            assert peak_hertz(await running.hear(0.5)) == pytest.approx(880, abs=4)
            assert share_of(440, await asyncio.to_thread(server.record, "speaker_main", 1.0)) > 0.9
            assert running.audio.child.starts == 1


async def test_sound_comes_back_within_5_s_of_the_sound_server(server: SoundServer, tmp_path: Path) -> None:
    async with rig("Mic-A", "Speaker-Main") as running, running.talking(ana=voice(440)):
        running.audio.open()
        with server.feed("mic_a", long_tone(tmp_path, 700)):
            for kind in (DeviceKind.MICROPHONE, DeviceKind.SPEAKER):
                await running.until_state(kind, DeviceState.WORKING)
            server.kill()
        for kind in (DeviceKind.MICROPHONE, DeviceKind.SPEAKER):
            await running.until_state(kind, DeviceState.LOST, within=3)
        assert (await running.hear(1)).size == RATE  # silence keeps the RTP clock
        server.start()
        back = time.monotonic()
        with server.feed("mic_a", long_tone(tmp_path, 700)):
            await running.until(lambda: not running.packets[-1].silent, within=5)
            await running.until_state(DeviceKind.SPEAKER, DeviceState.WORKING, within=5)
            assert time.monotonic() - back < 20
            assert peak_hertz((await running.hear(1))[RATE // 2 :]) == pytest.approx(700, abs=4)
            assert share_of(440, (await asyncio.to_thread(server.record, "speaker_main", 1.5))[RATE // 2 :]) > 0.9
        assert running.audio.child.starts == 1
        assert steps(running.packets) == {BLOCK}


async def test_a_sound_server_that_hangs_costs_the_child_and_not_the_daemon(
    server: SoundServer, tmp_path: Path
) -> None:
    with server.feed("mic_a", long_tone(tmp_path, 440)):
        async with rig("Mic-A", "Speaker-Main") as running:
            running.audio.open()
            await running.until(lambda: running.packets and not running.packets[-1].silent)
            server.signal(signal.SIGSTOP)
            try:
                await running.until(lambda: running.reports[-1].state is DeviceState.LOST, within=5)
                await running.until(lambda: running.audio.child.starts == 2, within=15)
            finally:
                server.signal(signal.SIGCONT)
            await running.until(lambda: not running.packets[-1].silent, within=20)
            timestamps = [packet.timestamp for packet in running.packets]
            assert (np.diff(timestamps) >= BLOCK).all()


async def test_a_microphone_that_only_gives_zeros_is_dead_until_it_is_heard(
    server: SoundServer, tmp_path: Path
) -> None:
    async with rig("Mic-A", "none") as running:
        running.audio.open()
        lost = await running.until_state(DeviceKind.MICROPHONE, DeviceState.LOST, within=30)
        assert "digital silence" in lost.detail
        assert all(report.state is not DeviceState.WORKING for report in running.reports if report.name == "Mic-A")
        with server.feed("mic_a", long_tone(tmp_path, 440)):
            await running.until_state(DeviceKind.MICROPHONE, DeviceState.WORKING, within=20)
            await running.until(lambda: running.audio.levels.microphone and running.audio.levels.microphone > -15)
        assert running.audio.child.starts == 1


async def test_a_microphone_that_is_unplugged_is_not_replaced_by_another_one(
    server: SoundServer, tmp_path: Path
) -> None:
    with server.feed("mic_a", long_tone(tmp_path, 440)), server.feed("mic_b", long_tone(tmp_path, 880)):
        async with rig("Mic-A", "none") as running:
            running.audio.open()
            await running.until_state(DeviceKind.MICROPHONE, DeviceState.WORKING)
            await running.hear(3.0)  # by now it is known where the stream hangs
            server.unplug("mic_a")  # PulseAudio hangs the stream on mic_b
            lost = await running.until_state(DeviceKind.MICROPHONE, DeviceState.LOST)
            assert "sound server" in lost.detail
            await running.until(lambda: running.packets[-1].silent)
            before = len(running.packets)
            await running.hear(1.0)
            assert all(packet.silent for packet in running.packets[before:])
            server.plug_in("mic_a")
            await running.until_state(DeviceKind.MICROPHONE, DeviceState.WORKING, within=15)
            assert peak_hertz((await running.hear(1.0))[RATE // 2 :]) == pytest.approx(440, abs=4)
            assert running.audio.child.starts == 1


async def test_a_speaker_that_is_unplugged_is_lost_and_found_again(server: SoundServer) -> None:
    async with rig("none", "Speaker-Alt") as running, running.talking(ana=voice(440)):
        await running.until_state(DeviceKind.SPEAKER, DeviceState.WORKING)
        await asyncio.to_thread(server.listen, "speaker_alt.monitor", 3.0)  # by now its place is known
        server.unplug("speaker_alt")  # PulseAudio hangs the stream on speaker_main
        lost = await running.until_state(DeviceKind.SPEAKER, DeviceState.LOST)
        assert "sound server" in lost.detail
        server.control("load-module", "module-null-sink", "norewinds=1", "sink_name=speaker_alt", "rate=48000")
        await running.until_state(DeviceKind.SPEAKER, DeviceState.WORKING, within=15)
        heard, elsewhere = await asyncio.gather(
            asyncio.to_thread(server.record, "speaker_alt", 2.0), asyncio.to_thread(server.record, "speaker_main", 2.0)
        )
        assert share_of(440, heard[RATE:]) > 0.9
        assert not elsewhere.any()
        assert running.audio.child.starts == 1
