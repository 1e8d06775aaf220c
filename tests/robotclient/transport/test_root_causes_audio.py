"""Why sound fails on bad networks in aiortc 1.16 (docs/transport.md, 1 and 9): its own beside ours.

The stock receiver is its buffer with a decoder behind it: a frame that the buffer does not give out is a hole.
"""

import inspect
from fractions import Fraction
from functools import cache

import av
import numpy as np
from aiortc.codecs.opus import OpusEncoder
from aiortc.rtcrtpreceiver import RTCRtpReceiver

from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.native.opus import carries_previous
from scripts.lab.playout import (
    PERIOD,
    STOCK_CAPACITY,
    STOCK_PREFETCH,
    Heard,
    Network,
    arrivals,
    babble,
    coded,
    listen,
    stock,
    stock_delay,
)

SECONDS = 30.0
EVERY = 47
"""One packet in so many is lost; no multiple of a syllable."""


@cache
def voice() -> list[bytes]:
    return coded(babble(10.0))


def ours(came: list[tuple[float, int]]) -> Heard:
    return listen(voice(), came, SECONDS - 1)


def test_the_stock_buffer_is_the_one_that_is_measured_here() -> None:
    made = f"JitterBuffer(capacity={STOCK_CAPACITY}, prefetch={STOCK_PREFETCH})"
    assert made in inspect.getsource(RTCRtpReceiver.__init__)


def test_1_loss_is_multiplied_by_the_stock_buffer_and_made_good_by_ours() -> None:
    for loss in (0.01, 0.05, 0.1, 0.2):
        came = arrivals(Network(loss=loss), round(SECONDS / PERIOD))
        missing = 1 - len(stock(came)) * PERIOD / SECONDS
        counts = ours(came).since(1)
        guessed = counts.concealed / counts.played
        assert missing > 3 * loss
        assert guessed < 0.5 * loss


def test_1_one_lost_packet_delays_stock_sound_for_good_and_ours_for_seconds() -> None:
    came = [(arrival, number) for arrival, number in arrivals(Network(), round(SECONDS / PERIOD)) if number != 200]
    assert stock_delay(stock(came[:190])[-50:]) < 0.09
    assert stock_delay(stock(came)[-50:]) > 0.25
    assert ours(came).delay(SECONDS - 10) < 0.045


def test_1_nothing_fills_a_hole_in_stock_sound_and_ours_has_none() -> None:
    came = [(arrival, number) for arrival, number in arrivals(Network(), round(SECONDS / PERIOD)) if number % EVERY]
    given = {number for _, number in stock(came)}
    holes = sum(number not in given for number in range(len(voice())))
    counts = ours(came).since(1)
    assert holes > 3 * len(voice()) // EVERY
    assert counts.recovered > 0.6 * counts.played / EVERY
    assert counts.concealments < 0.4 * counts.played / BLOCK / EVERY


def test_9_stock_opus_takes_96_kbit_without_any_copy_and_ours_32_with() -> None:
    said, encoder, packets = babble(10.0), OpusEncoder(), list[bytes]()
    for number, block in enumerate(np.split(said, len(said) // BLOCK)):
        frame = av.AudioFrame.from_ndarray(np.repeat(block, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * BLOCK, Fraction(1, RATE)
        packets += encoder.encode(frame)[0]
    assert bits_per_second(packets) > 60_000
    assert not any(map(carries_previous, packets))
    assert bits_per_second(voice()) < 36_000
    assert sum(map(carries_previous, voice())) > 0.8 * len(voice())


def bits_per_second(packets: list[bytes]) -> float:
    return sum(map(len, packets)) * 8 / (len(packets) * PERIOD)
