"""libopus as bound by `native`: decoding, concealing, recovering."""

import numpy as np
import pytest

from robotclient.media.audio.encoder import SoundEncoder
from robotclient.native.opus import LONGEST, RATE, STEP, OpusDecoder, OpusError, carries_previous, duration
from scripts.lab.playout import babble, coded
from scripts.lab.sound import share_of, tone


def test_what_was_encoded_is_decoded() -> None:
    decoder = OpusDecoder()
    heard = np.concatenate([decoder.decode(packet) for packet in coded(tone(440, 1.0))])
    assert len(heard) == RATE
    assert share_of(440, heard[RATE // 4 :]) > 0.99


def test_two_channels_become_one() -> None:
    decoder = OpusDecoder()
    stereo = bytes([0b11111_1_00]) + bytes(20)  # CELT, full band, 20 ms, stereo
    assert len(decoder.decode(stereo)) == 960


def test_each_decoding_is_an_array_of_its_own() -> None:
    decoder, packets = OpusDecoder(), coded(tone(440, 0.2))
    first = decoder.decode(packets[5])
    kept = first.copy()
    decoder.decode(packets[6])
    np.testing.assert_array_equal(first, kept)


def test_a_lost_frame_is_recovered_from_the_next() -> None:
    said, packets = babble(4.0), coded(babble(4.0))
    whole, holed = OpusDecoder(), OpusDecoder()
    number = next(each for each in range(100, 150) if carries_previous(packets[each + 1]))
    for packet in packets[:number]:
        whole.decode(packet)
        holed.decode(packet)
    truth, copy = whole.decode(packets[number]).astype(float), holed.recover(packets[number + 1]).astype(float)
    assert np.dot(truth, copy) / np.linalg.norm(truth) / np.linalg.norm(copy) > 0.85
    assert np.abs(said).max() > 1000


def test_concealment_goes_on_and_then_dies_away() -> None:
    decoder, packets = OpusDecoder(), coded(babble(4.0))
    last = [decoder.decode(packet) for packet in packets[:120]][-1]
    guessed = decoder.conceal(STEP * 40)
    assert len(guessed) == STEP * 40
    assert np.abs(guessed[:480]).max() > np.abs(last).max() / 4
    for _ in range(20):
        guessed = decoder.conceal(STEP * 40)
    assert np.abs(guessed).max() < np.abs(last).max() / 4


def test_only_speech_carries_the_frame_before() -> None:
    """RFC 6716, sections 3.1 and 4.2.4: the first byte says SILK, hybrid or CELT; flags follow."""
    assert not carries_previous(SoundEncoder().encode(np.zeros(960, np.int16)))
    speech = [packet for packet in coded(babble(4.0))[50:] if packet[0] >> 3 < 16]
    assert sum(map(carries_previous, speech)) > 0.8 * len(speech)


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (bytes([0b01001_0_00, 0b0100_0000]), True),  # SILK 20 ms: activity, then the flag
        (bytes([0b01001_0_00, 0b1011_1111]), False),
        (bytes([0b01011_0_00, 0b0001_0000]), True),  # SILK 60 ms: three of activity
        (bytes([0b01011_0_00, 0b1110_1111]), False),
        (bytes([0b01001_1_00, 0b0001_0000]), True),  # two channels: the second's flag
        (bytes([0b01111_0_00, 0b0100_0000]), True),  # hybrid 20 ms
        (bytes([0b11111_0_00, 0b0100_0000]), False),  # CELT
        (bytes([0b01001_0_01, 0b0100_0000]), False),  # two frames
        (bytes([0b01001_0_00]), False),  # nothing in it (DTX)
        (b"", False),
    ],
)
def test_the_flag_of_the_copy(packet: bytes, expected: bool) -> None:
    assert carries_previous(packet) is expected


@pytest.mark.parametrize(
    ("packet", "samples"),
    [
        (bytes([0b01001_0_00]), 960),
        (bytes([0b01011_0_00]), 2880),
        (bytes([0b01001_0_11, 6]), LONGEST),
        (bytes([0b10000_0_00]), STEP),
    ],
)
def test_the_duration_is_in_the_first_bytes(packet: bytes, samples: int) -> None:
    assert duration(packet) == samples


@pytest.mark.parametrize("packet", [b"", bytes([0b01001_0_11]), bytes([0b01001_0_11, 0]), bytes([0b01011_0_11, 63])])
def test_what_is_no_packet_is_refused(packet: bytes) -> None:
    with pytest.raises(OpusError):
        duration(packet)


def test_a_broken_packet_is_refused() -> None:
    with pytest.raises(OpusError):
        OpusDecoder().decode(bytes([0b01001_0_01, 1, 2, 3]))  # two frames of one size, of three bytes
