"""The VP8 encoder: keyframes, rates, sizes; what it makes is decoded again by libvpx."""

from collections.abc import Callable
from itertools import pairwise

import av
import numpy as np
import pytest
from av import VideoFrame
from av.video.frame import PictureType

from robotclient.media.camera.encoder import LEAST_BITRATE, Coded, Vp8Encoder
from robotclient.media.camera.source import Picture

FPS = 30


def picture(number: int, width: int = 320, height: int = 240) -> Picture:
    """Noise that moves: as hard for an encoder as a picture can be."""
    random = np.random.default_rng(number)
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = random.integers(16, 235, (height // 8, width // 8), np.uint8).repeat(8, 0).repeat(8, 1)
    return Picture(VideoFrame.from_ndarray(planes, format="yuv420p"), 100 + number / FPS)


def run(encoder: Vp8Encoder, numbers: range, before: Callable[[int], None] = lambda number: None) -> list[Coded]:
    coded = []
    for number in numbers:
        before(number)
        coded += encoder.encode(picture(number))
    return coded


def keyframes(coded: list[Coded]) -> list[int]:
    return [index for index, one in enumerate(coded) if one.keyframe]


def test_every_picture_becomes_one_frame_that_can_be_decoded() -> None:
    coded = run(Vp8Encoder(FPS, 1_000_000), range(10))
    decoder = av.CodecContext.create("libvpx", "r")
    frames = [frame for one in coded for frame in decoder.decode(av.Packet(one.data))]
    assert [(frame.width, frame.height) for frame in frames] == [(320, 240)] * 10
    sent = picture(9).frame.to_ndarray()[:240].astype(int)
    assert np.abs(frames[-1].to_ndarray()[:240] - sent).mean() < 20
    assert keyframes(coded) == [0]


def test_a_keyframe_comes_on_request_and_a_storm_of_requests_gives_three_a_second() -> None:
    encoder = Vp8Encoder(FPS, 1_000_000)
    coded = run(encoder, range(20), lambda number: encoder.request_keyframe() if number == 15 else None)
    assert keyframes(coded) == [0, 15]
    encoder = Vp8Encoder(FPS, 1_000_000)
    storm = keyframes(run(encoder, range(60), lambda _: encoder.request_keyframe()))
    assert {later - earlier for earlier, later in pairwise(storm)} <= {9, 10}


def test_a_camera_that_calls_each_picture_intra_makes_no_keyframes() -> None:
    encoder = Vp8Encoder(FPS, 1_000_000)
    coded = []
    for number in range(20):
        one = picture(number)
        one.frame.pict_type = PictureType.I  # as every decoded JPEG is
        coded += encoder.encode(one)
    assert keyframes(coded) == [0]


def rate(coded: list[Coded]) -> float:
    return sum(len(one.data) for one in coded) * 8 * FPS / len(coded)


@pytest.mark.parametrize("bits_per_second", [250_000, 420_000])
def test_the_rate_is_kept(bits_per_second: int) -> None:
    assert rate(run(Vp8Encoder(FPS, bits_per_second), range(150))[30:]) == pytest.approx(bits_per_second, rel=0.2)


def test_a_large_step_of_the_rate_is_followed_once_in_two_seconds() -> None:
    encoder = Vp8Encoder(FPS, 1_000_000)

    def falling(number: int) -> None:
        encoder.set_bitrate(900_000 - 2_000 * number)

    # From 1000 kbit/s: at 2 s 780 (off by 22 %), at 4 s 660 is off by 15 % only, later by more.
    coded = run(encoder, range(0, 210), falling)
    first, second, third = keyframes(coded)
    assert first == 0
    assert second >= 60
    assert third - second >= 60


def test_a_small_step_of_the_rate_costs_no_keyframe() -> None:
    encoder = Vp8Encoder(FPS, 1_000_000)
    assert keyframes(run(encoder, range(90), lambda number: encoder.set_bitrate(850_000 + number))) == [0]


def test_the_rate_has_a_floor_and_a_ceiling() -> None:
    encoder = Vp8Encoder(FPS, 300_000)
    encoder.set_bitrate(1)
    low = run(encoder, range(61, 200))
    assert rate(low[70:]) > LEAST_BITRATE / 2
    encoder.set_bitrate(100_000_000)
    high = run(encoder, range(200, 330))
    assert rate(high[70:]) < 400_000


def test_a_new_size_is_a_new_stream() -> None:
    encoder = Vp8Encoder(FPS, 1_000_000)
    coded = encoder.encode(picture(0)) + encoder.encode(picture(1, 640, 360)) + encoder.encode(picture(2, 640, 360))
    assert [one.keyframe for one in coded] == [True, True, False]
