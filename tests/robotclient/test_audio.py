"""The sound's handle with its real child process, on tones and files."""

import asyncio
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from robotclient.config import AudioSection
from robotclient.media.audio.encoder import SoundEncoder
from robotclient.media.audio.handle import Audio, EncodedSound
from robotclient.media.audio.messages import BLOCK, RATE, Packet
from robotclient.transport.playout_packets import OpusPacket
from scripts.lab.sound import peak_hertz, read_wav, share_of, tone, write_wav
from tests.robotclient.audio_rig import rig, steps, voice
from wire.rest import DeviceKind, DeviceState


async def test_a_tone_comes_out_as_fifty_opus_packets_a_second() -> None:
    async with rig("tone:440", "none") as running:
        assert running.state(DeviceKind.MICROPHONE) is not DeviceState.WORKING
        running.audio.open()
        await running.until_state(DeviceKind.MICROPHONE, DeviceState.WORKING)
        began, before = time.monotonic(), len(running.packets)
        heard = await running.hear(1.5)
        assert len(running.packets) - before == pytest.approx((time.monotonic() - began) * 50, abs=4)
        assert peak_hertz(heard[RATE // 2 :]) == pytest.approx(440, abs=2)
        assert steps(running.packets) == {BLOCK}
        assert not running.packets[-1].silent


async def test_a_closed_microphone_is_off_and_sends_nothing() -> None:
    async with rig("tone:440", "none") as running:
        running.audio.open()
        await running.until(lambda: running.packets)
        running.audio.close()
        sent = len(running.packets)
        await running.until_state(DeviceKind.MICROPHONE, DeviceState.OFF)
        await running.until(lambda: time.monotonic() - running.audio.child.last_beat < 0.5)
        assert len(running.packets) == sent
        running.audio.open()
        await running.until(lambda: len(running.packets) > sent)
        assert running.packets[sent].timestamp > running.packets[sent - 1].timestamp


async def test_two_voices_are_recorded_by_the_file_sink_whoever_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    async with rig("none", f"file:{path}") as running:
        async with running.talking(ana=voice(440), luis=voice(1000)):
            await running.until(lambda: len(read_wav(path)) > 1.5 * RATE)
        running.process().kill()
        heard = read_wav(path)[-RATE:]
        assert share_of(440, heard) == pytest.approx(0.5, abs=0.05)
        assert share_of(1000, heard) == pytest.approx(0.5, abs=0.05)


async def test_packets_are_decoded_by_the_child_which_tells_how_they_fare(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    encoder, said = SoundEncoder(), voice(440)
    async with rig("none", f"file:{path}") as running:
        due = time.monotonic()
        for sequence in range(90):
            payload = encoder.encode(next(said))
            if sequence != 60:
                packet = OpusPacket(sequence, sequence * BLOCK, payload, time.monotonic())
                running.audio.play_packet("ana", packet)
            due += BLOCK / RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        await running.until(lambda: "ana" in running.audio.heard)
        assert running.audio.heard["ana"].statistics.packets > 20
        heard = read_wav(path)
        running.audio.forget("ana")
        assert not running.audio.heard
    assert share_of(440, np.trim_zeros(heard)[RATE // 4 : RATE]) > 0.98


async def test_the_volume_is_the_portals_and_else_the_configurations(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"

    def loudness() -> float:
        return float(np.abs(read_wav(path)[-RATE // 5 :].astype(float)).max(initial=0)) / 32767

    async with rig("none", f"file:{path}") as running, running.talking(ana=voice(440, amplitude=0.4)):
        await running.until(lambda: loudness() == pytest.approx(0.4, abs=0.01))
        running.audio.set_volume(50)
        await running.until(lambda: loudness() == pytest.approx(0.1, abs=0.01))
        await running.until(lambda: running.audio.levels.speaker == pytest.approx(-23, abs=0.5))
        running.audio.set_volume(None)
        await running.until(lambda: loudness() == pytest.approx(0.4, abs=0.01))
        assert running.audio.child.starts == 1


@pytest.mark.system
async def test_a_killed_child_comes_back_in_the_same_state_and_time_goes_on() -> None:
    async with rig("tone:440", "none") as running:
        running.audio.open()
        await running.until(lambda: len(running.packets) > 20)
        running.process().kill()
        await running.until(lambda: max(steps(running.packets)) > BLOCK)
        await running.until(lambda: len(running.packets) > 60)
        assert min(steps(running.packets)) == BLOCK
        first = next(
            at for at, step in enumerate(np.diff([packet.timestamp for packet in running.packets])) if step > BLOCK
        )
        gap = (running.packets[first + 1].timestamp - running.packets[first].timestamp) / RATE
        assert gap == pytest.approx(running.arrivals[first + 1] - running.arrivals[first], abs=0.15)


@pytest.mark.system
async def test_a_missing_file_is_lost_with_its_reason_until_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "said.wav"
    async with rig(f"file:{path}", "none") as running:
        running.audio.open()
        lost = await running.until_state(DeviceKind.MICROPHONE, DeviceState.LOST)
        assert str(path) in lost.detail
        await running.until(lambda: len(running.packets) > 20)
        assert all(packet.silent for packet in running.packets)
        write_wav(path, tone(700, 1))
        await running.until_state(DeviceKind.MICROPHONE, DeviceState.WORKING)
        assert peak_hertz(await running.hear(0.5)) == pytest.approx(700, abs=4)


@pytest.mark.system
async def test_a_hung_child_is_replaced() -> None:
    async with rig("tone:440", "none") as running:
        running.audio.open()
        await running.until(lambda: len(running.packets) > 20)
        hung = running.process().pid
        os.kill(hung, signal.SIGSTOP)
        await running.until(lambda: running.audio.child.starts == 2)
        before = len(running.packets)
        await running.until(lambda: len(running.packets) > before + 10)
        assert running.process().pid != hung


async def test_the_child_ends_with_its_daemon() -> None:
    async with rig("none", "none") as running:
        process = running.process()
        await asyncio.sleep(0)
    assert not process.is_running()


def test_timestamps_never_go_back_even_if_the_childs_do() -> None:
    heard: list[EncodedSound] = []
    audio = Audio(AudioSection(), on_packet=heard.append, on_report=lambda _: None)
    audio.open()
    for timestamp in (0, 960, 1920, 1000, 1920, 2880):
        audio._handle(Packet(timestamp=timestamp, level=127), b"\xf8")  # what its child would have sent
    assert [packet.timestamp for packet in heard] == [0, 960, 1920, 2880]
