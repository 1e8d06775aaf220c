"""What the audio child is made of, without a child: device names, sources, sinks, the encoder, the pace."""

import random
import resource
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from robotclient.media.audio.devices import Device, DeviceError, Direction, find
from robotclient.media.audio.encoder import SoundEncoder
from robotclient.media.audio.handle import EncodedSound
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.pace import PERIOD, Pace
from robotclient.media.audio.samples import SILENCE, Samples
from robotclient.media.audio.sinks import FileSink, synthetic_sink
from robotclient.media.audio.sources import BEEP_LENGTH, Source, synthetic_source
from scripts.lab.sound import peak_hertz, read_wav, share_of, tone, write_wav
from tests.robotclient.audio_rig import decode, voice


def device(index: int, name: str, direction: Direction = "microphone", *, is_default: bool = False) -> Device:
    return Device(direction, name, "ALSA", 1, 44100, is_default, index)


DEVICES = (
    device(0, "HDA Intel: ALC256 (hw:0,0)"),
    device(1, "C920 HD Webcam: USB Audio (hw:1,0)", is_default=True),
    device(2, "Jabra 510: USB Audio (hw:2,0)"),
    device(3, "pulse"),
    device(2, "Jabra 510: USB Audio (hw:2,0)", "speaker"),
    device(3, "pulse", "speaker"),
    device(4, "pulse-monitor", "speaker"),
)


@pytest.mark.parametrize(
    ("direction", "wanted", "index"),
    [
        ("microphone", "pulse", 3),
        ("speaker", "pulse", 3),
        ("microphone", "Jabra", 2),
        ("microphone", "c920 hd webcam", 1),
        ("microphone", "default", 1),
    ],
)
def test_a_device_is_found_by_name(direction: Direction, wanted: str, index: int) -> None:
    found = find(DEVICES, direction, wanted)
    assert (found.direction, found.index) == (direction, index)


@pytest.mark.parametrize(
    ("direction", "wanted", "message"),
    [
        ("microphone", "Jabra 710", "there is no microphone 'Jabra 710'; .*'Jabra 510: USB Audio"),
        ("microphone", "USB Audio", "2 devices match microphone 'USB Audio'; .*'C920.*'Jabra|2 devices.*'Jabra.*'C920"),
        ("speaker", "C920", "there is no speaker 'C920'"),
        ("speaker", "default", "there is no speaker 'default'"),
    ],
)
def test_a_name_that_fits_no_or_several_devices_is_refused(direction: Direction, wanted: str, message: str) -> None:
    with pytest.raises(DeviceError, match=message):
        find(DEVICES, direction, wanted)


def test_renumbered_devices_are_found_by_name_a_hundred_times() -> None:
    order = random.Random(1)
    for _ in range(100):
        shuffled = order.sample(DEVICES, len(DEVICES))
        numbers = dict(zip({each.name for each in DEVICES}, order.sample(range(20), len(DEVICES)), strict=False))
        renumbered = [replace(each, index=numbers[each.name]) for each in shuffled]
        for direction in ("microphone", "speaker"):
            assert find(renumbered, direction, "Jabra").name == "Jabra 510: USB Audio (hw:2,0)"
            assert find(renumbered, direction, "Jabra").index == numbers["Jabra 510: USB Audio (hw:2,0)"]


def test_a_card_that_comes_back_under_another_number_is_found_by_its_whole_name() -> None:
    moved = [replace(each, name=each.name.replace("hw:1,", "hw:4,")) for each in DEVICES]
    assert find(moved, "microphone", DEVICES[1].name).name == "C920 HD Webcam: USB Audio (hw:4,0)"
    with pytest.raises(DeviceError, match="there is no microphone"):
        find(moved, "microphone", "C920 HD Webcam: USB Audio (hw:1,1)")
    twins = [*moved, device(7, "C920 HD Webcam: USB Audio (hw:5,0)")]
    with pytest.raises(DeviceError, match="2 devices match"):
        find(twins, "microphone", DEVICES[1].name)


def test_a_machine_without_devices_says_so() -> None:
    with pytest.raises(DeviceError, match="none at all is connected"):
        find((), "speaker", "default")


def listen(source: Source, seconds: float) -> Samples:
    heard = [source.read(0) for _ in range(round(seconds / PERIOD))]
    assert all(block is not None and len(block) == BLOCK for block in heard)
    return np.concatenate([block for block in heard if block is not None])


def opened(name: str) -> Source:
    source = synthetic_source(name)
    assert source is not None
    return source


def test_a_tone_is_pure_and_without_seams() -> None:
    heard = listen(opened("tone:433"), 1)
    assert peak_hertz(heard) == pytest.approx(433, abs=1)
    assert share_of(433, heard) > 0.9999


def test_a_beep_is_on_for_the_first_part_of_each_second() -> None:
    heard = listen(opened("beep:1000"), 2)
    for second in np.split(heard, 2):
        assert peak_hertz(second[:BEEP_LENGTH]) == pytest.approx(1000, abs=5)
        assert not second[BEEP_LENGTH:].any()


def test_a_file_is_looped(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "said.wav", tone(300, 0.25))
    heard = listen(opened(f"file:{path}"), 1)
    np.testing.assert_array_equal(heard, np.tile(read_wav(path), 4))


def test_none_is_silence() -> None:
    assert not listen(opened("none"), 0.1).any()


def test_any_other_name_is_a_device() -> None:
    assert synthetic_source("USB: Audio") is None
    assert synthetic_sink("USB: Audio") is None


@pytest.mark.parametrize("name", ["tone:", "tone:high", "tone:0", "beep:30000", "tone:nan", "tone:inf"])
def test_what_is_no_frequency_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' needs a frequency"):
        synthetic_source(name)


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "empty.wav", tone(1, 0))
    with pytest.raises(ValueError, match="no sound"):
        synthetic_source(f"file:{path}")


def test_a_file_sink_is_a_whole_wav_after_every_block(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    sink = FileSink(path)
    for count, block in enumerate(np.split(tone(500, 0.2), 10), start=1):
        sink.play(block)
        assert len(read_wav(path)) == count * BLOCK
    np.testing.assert_array_equal(read_wav(path), tone(500, 0.2))
    assert not sink.fault()
    sink.close()


def test_a_full_disk_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "heard.wav")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        sink.play(SILENCE)
        sink.play(SILENCE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
        sink.close()
    assert sink.fault().startswith("cannot be written")


def test_opus_keeps_the_tone_at_its_bit_rate() -> None:
    encoder, said = SoundEncoder(), voice(440)
    packets = [EncodedSound(encoder.encode(next(said)), 0, 0) for _ in range(100)]
    heard = decode(packets)
    assert share_of(440, heard[RATE:]) > 0.99
    assert 20_000 < sum(len(packet.data) for packet in packets) * 8 / 2 < 45_000  # bit/s over 2 s


def test_opus_packets_are_20_ms_mono_and_carry_the_one_before() -> None:
    """RFC 6716, sections 3.1 (the first byte) and 4.2.3 (the LBRR flag follows the VAD flag of a mono SILK frame)."""
    encoder = SoundEncoder()
    noise = np.random.default_rng(1).normal(0, 3000, (100, BLOCK)).astype(np.int16)
    packets = [encoder.encode(block) for block in noise]
    for packet in packets:
        assert not packet[0] & 0b111  # mono, one frame
    hybrid = [packet for packet in packets if 12 <= packet[0] >> 3 < 16]
    assert hybrid
    assert any(packet[0] >> 3 in (13, 15) for packet in hybrid)  # 20 ms
    assert any(packet[1] & 0b0100_0000 for packet in hybrid)


def test_the_pace_is_50_blocks_a_second() -> None:
    pace = Pace()
    began = time.monotonic()
    blocks = [pace.next_block(opened("none")) for _ in range(26)]
    assert time.monotonic() - began == pytest.approx(0.5, abs=0.05)
    assert all(not skipped for _, skipped in blocks)


def test_a_long_stall_is_skipped_and_not_made_up_for() -> None:
    pace = Pace()
    pace.next_block(None)
    time.sleep(0.5)  # the stall itself
    began = time.monotonic()
    block, skipped = pace.next_block(None)
    assert block is SILENCE
    assert skipped == pytest.approx(24, abs=1)
    for _ in range(10):
        pace.next_block(None)
    assert time.monotonic() - began > 9 * PERIOD


class StuckMicrophone:
    """A device that keeps the time but says nothing."""

    name = "stuck"
    keeps_time = True
    delay = 0.0

    def works(self) -> bool:
        return False

    def read(self, timeout: float) -> None:
        time.sleep(max(0.0, timeout))

    def fault(self) -> str:
        return ""

    def close(self) -> None:
        return


def test_silence_stands_in_for_a_microphone_that_says_nothing() -> None:
    pace = Pace()
    began = time.monotonic()
    blocks = [pace.next_block(StuckMicrophone()) for _ in range(25)]
    assert all(block is SILENCE for block, _ in blocks)
    assert 0.45 < time.monotonic() - began < 5
