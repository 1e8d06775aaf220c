"""The VP8 encoder: keyframes, rates, sizes; what it makes is decoded again by FFmpeg's libvpx."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from av import VideoFrame

from robotclient.media.camera.encoder import Vp8Encoder
from robotclient.media.camera.source import Picture
from robotclient.native.vpx import Coded

FPS = 30
ENOUGH_FOR_ALL = 8_000_000


def picture(number: int, width: int = 320, height: int = 240) -> Picture:
    """Noise that moves: as hard for an encoder as a picture can be."""
    random = np.random.default_rng(number)
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = random.integers(16, 235, (height // 8, width // 8), np.uint8).repeat(8, 0).repeat(8, 1)
    return Picture(VideoFrame.from_ndarray(planes, format="yuv420p"), 100 + number / FPS)


def talk(number: int, width: int = 640, height: int = 480) -> Picture:
    """A soft picture of which little moves, as of somebody who talks."""
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = np.linspace(40, 200, width, dtype=np.uint8)
    planes[height // 2 : height // 2 + 40, 100 + number % 60 : 180 + number % 60] = 220
    return Picture(VideoFrame.from_ndarray(planes, format="yuv420p"), 100 + number / FPS)


def texture(number: int, width: int = 320, height: int = 240) -> Picture:
    """A carpet that is drawn along: easy to predict, a burden for a keyframe."""
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = np.roll(np.random.default_rng(1).integers(90, 160, (height, width), np.uint8), number, 1)
    return Picture(VideoFrame.from_ndarray(planes, format="yuv420p"), 100 + number / FPS)


def run(encoder: Vp8Encoder, numbers: range, before: Callable[[int], None] = lambda number: None) -> list[Coded | None]:
    coded = []
    for number in numbers:
        before(number)
        coded.append(encoder.encode(picture(number)))
    return coded


def keyframes(coded: list[Coded | None]) -> list[int]:
    return [index for index, one in enumerate(coded) if one is not None and one.keyframe]


def rate(coded: list[Coded | None]) -> float:
    return sum(len(one.data) for one in coded if one is not None) * 8 * FPS / len(coded)


def decoded(coded: list[Coded | None]) -> list[VideoFrame]:
    decoder = av.CodecContext.create("libvpx", "r")
    return [frame for one in coded if one is not None for frame in decoder.decode(av.Packet(one.data))]


def test_every_picture_becomes_one_frame_that_can_be_decoded() -> None:
    coded = run(Vp8Encoder(FPS, 4_000_000), range(10))
    frames = decoded(coded)
    assert [(frame.width, frame.height) for frame in frames] == [(320, 240)] * 10
    sent = picture(9).frame.to_ndarray()[:240].astype(int)
    assert np.abs(frames[-1].to_ndarray()[:240] - sent).mean() < 20
    assert keyframes(coded) == [0]


def test_a_keyframe_comes_on_request_and_a_storm_of_requests_gives_three_a_second() -> None:
    encoder = Vp8Encoder(FPS, ENOUGH_FOR_ALL)
    coded = run(encoder, range(20), lambda number: encoder.request_keyframe() if number == 15 else None)
    assert keyframes(coded) == [0, 15]
    encoder = Vp8Encoder(FPS, ENOUGH_FOR_ALL)
    storm = keyframes(run(encoder, range(60), lambda _: encoder.request_keyframe()))
    assert {later - earlier for earlier, later in pairwise(storm)} <= {9, 10}


@pytest.mark.parametrize("bits_per_second", [250_000, 420_000])
def test_the_rate_is_kept(bits_per_second: int) -> None:
    assert rate(run(Vp8Encoder(FPS, bits_per_second), range(150))[30:]) == pytest.approx(bits_per_second, rel=0.2)


def test_the_rate_changes_in_place_without_a_keyframe() -> None:
    encoder = Vp8Encoder(FPS, 900_000)

    def falling(number: int) -> None:
        encoder.set_bitrate(900_000 - 4_000 * number)

    coded = run(encoder, range(150), falling)
    assert keyframes(coded) == [0]
    assert rate(coded[120:]) == pytest.approx(360_000, rel=0.25)


def test_a_fall_to_a_quarter_is_followed_within_a_second() -> None:
    encoder = Vp8Encoder(FPS, 1_200_000)
    run(encoder, range(60))
    encoder.set_bitrate(300_000)
    assert rate(run(encoder, range(60, 90))) < 450_000


def test_a_narrow_network_gets_a_smaller_picture_and_a_wide_one_the_whole_again() -> None:
    encoder = Vp8Encoder(FPS, 1_000_000)
    sizes = []
    for number in range(300):
        encoder.set_bitrate(100_000 if 30 <= number < 120 else 1_000_000)
        coded = encoder.encode(talk(number))
        if coded is not None:
            sizes.append((coded.width, coded.height))
    assert list(dict.fromkeys(sizes)) == [(640, 480), (320, 240)]
    assert sizes[-1] == (640, 480)


def test_a_keyframe_is_no_larger_than_a_few_pictures() -> None:
    encoder = Vp8Encoder(FPS, 500_000)
    for number in range(60):
        encoder.encode(texture(number))
    encoder.request_keyframe()
    coded = [encoder.encode(texture(number)) for number in range(60, 65)]
    largest = max(len(one.data) for one in coded if one is not None and one.keyframe)
    assert largest * 8 < 6 * 500_000 / FPS


def test_the_reduced_layer_is_half_as_wide_and_high() -> None:
    coded = Vp8Encoder(FPS, 600_000, Fraction(1, 2)).encode(talk(0))
    assert coded is not None
    assert (coded.width, coded.height) == (320, 240)


def test_a_new_size_of_the_camera_is_a_new_start() -> None:
    encoder = Vp8Encoder(FPS, ENOUGH_FOR_ALL)
    coded = [encoder.encode(each) for each in (picture(0), picture(1, 640, 360), picture(2, 640, 360), picture(3))]
    assert [one is not None and one.keyframe for one in coded] == [True, True, False, True]
    assert [frame.width for frame in decoded(coded)] == [320, 640, 640, 320]


def test_a_slow_source_is_not_taken_for_a_pause() -> None:
    encoder = Vp8Encoder(FPS, 300_000)
    coded = [encoder.encode(Picture(talk(number).frame, 100 + number / 5)) for number in range(20)]
    assert None not in coded
