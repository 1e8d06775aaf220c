"""Packet scripts: what a network does to Opus packets, and what a playout makes of them. Time is simulated."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtp import RtpPacket

from robotclient.media.audio.encoder import SoundEncoder
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import Samples
from robotclient.transport.playout import Playout
from robotclient.transport.playout_packets import OpusPacket
from robotclient.transport.playout_statistics import PlayoutStatistics

PERIOD = BLOCK / RATE
TRANSIT = 0.05
STOCK_CAPACITY, STOCK_PREFETCH = 16, 4
"""As aiortc's `RTCRtpReceiver` makes its buffer for sound."""
FIRST_SEQUENCE = 65_500
FIRST_TIMESTAMP = 2**32 - 100_000
"""Both wrap around soon."""


@dataclass(frozen=True)
class Network:
    """What happens to packets; shares from 0 to 1, times in seconds."""

    loss: float = 0.0
    burst: float = 1.0
    """Packets that are lost in a row, on average."""
    jitter: float = 0.0
    """Each packet takes up to so much longer."""
    reorders: bool = False
    duplicates: float = 0.0
    extra: Callable[[float], float] = lambda _: 0.0
    """By how much the path is longer at a time."""
    until: float = float("inf")
    """When all this ends and the path is perfect."""


def arrivals(network: Network, count: int, seed: int = 1) -> list[tuple[float, int]]:
    """When which of `count` packets, one sent each 20 ms, arrive."""
    chance = random.Random(seed)
    came: list[tuple[float, int]] = []
    losing, last = False, 0.0
    for number in range(count):
        sent = number * PERIOD
        now = network if sent < network.until else Network()
        starts = now.loss / now.burst / (1 - now.loss) if now.burst > 1 else now.loss
        losing = chance.random() >= 1 / now.burst if losing and now.burst > 1 else chance.random() < starts
        if losing:
            continue
        arrival = sent + TRANSIT + chance.random() * now.jitter + now.extra(sent)
        last = arrival if now.reorders else max(last, arrival)
        came.append((last, number))
        if chance.random() < now.duplicates:
            came.append((last + chance.random() * 0.1, number))
    return sorted(came)


@dataclass
class Heard:
    """What came out of a playout, block by block."""

    samples: Samples
    counts: list[PlayoutStatistics] = field(default_factory=list)

    def since(self, start: float = 0.0, end: float | None = None) -> PlayoutStatistics:
        """The counts between two times."""
        first = self.counts[round(start / PERIOD)]
        last = self.counts[-1 if end is None else round(end / PERIOD)]
        names = [name for name in PlayoutStatistics.__slots__ if name not in ("delay", "target")]
        changes = {name: getattr(last, name) - getattr(first, name) for name in names}
        return PlayoutStatistics(**changes, delay=last.delay, target=last.target)

    def delay(self, start: float = 0.0, end: float | None = None) -> float:
        """Seconds that packets waited on average between two times."""
        counts = self.since(start, end)
        return counts.waited / max(1, counts.packets)


def listen(
    payloads: list[bytes],
    came: Iterable[tuple[float, int]],
    seconds: float,
    *,
    drift: float = 0.0,
    hiccup: float = 0.003,
    playout: Playout | None = None,
) -> Heard:
    """Play packets out, 20 ms at a time; the card's clock is `drift` fast and it asks up to `hiccup` late."""
    playout = playout or Playout()
    chance = random.Random(2)
    waiting = list(came)[::-1]
    blocks: list[Samples] = []
    counts: list[PlayoutStatistics] = []
    for turn in range(round(seconds / PERIOD)):
        now = 0.007 + turn * PERIOD * (1 - drift) + chance.random() * hiccup
        while waiting and waiting[-1][0] <= now:
            arrival, number = waiting.pop()
            playout.put(packet(number, payloads[number % len(payloads)], arrival))
        blocks.append(playout.pull(BLOCK, now))
        counts.append(playout.statistics())
    return Heard(np.concatenate(blocks), counts)


def packet(number: int, payload: bytes, arrival: float) -> OpusPacket:
    """The packet of that number, as it is on the wire."""
    sequence, timestamp = FIRST_SEQUENCE + number, FIRST_TIMESTAMP + number * BLOCK
    return OpusPacket(sequence % 2**16, timestamp % 2**32, payload, arrival)


def stock(came: Iterable[tuple[float, int]]) -> list[tuple[float, int]]:
    """When aiortc's buffer gives out which frame; those it does not give out are holes."""
    buffer, given = JitterBuffer(STOCK_CAPACITY, STOCK_PREFETCH), []
    for arrival, number in came:
        sent = RtpPacket(sequence_number=number % 2**16, timestamp=number * BLOCK)
        sent._data = b"-"  # type: ignore[attr-defined]  # where aiortc puts the payload
        _, frame = buffer.add(sent)
        if frame is not None:
            given.append((arrival, frame.timestamp // BLOCK))
    return given


def stock_delay(given: list[tuple[float, int]]) -> float:
    """Seconds, on average, that frames waited in the buffer, if none was late on the path."""
    return float(np.mean([time - (number * PERIOD + TRANSIT) for time, number in given]))


@cache
def babble(seconds: float) -> Samples:
    """Like a voice that never pauses: vowels of changing pitch, in syllables, which Opus takes for speech."""
    times = np.arange(int(seconds * RATE)) / RATE
    pitch = 130 + 25 * np.sin(2 * np.pi * 0.7 * times)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    vowel = 0.5 + 0.5 * np.sin(2 * np.pi * 1.3 * times)
    harmonics = [
        np.sin(k * phase) * (vowel / k + (1 - vowel) * np.exp(-((k * 130 - 1500) ** 2) / 500_000)) for k in range(1, 25)
    ]
    syllables = 0.05 + 0.95 * np.abs(np.sin(4 * np.pi * times))
    return np.asarray(2500 * syllables * sum(harmonics), np.int16)


def coded(samples: Samples) -> list[bytes]:
    """The packets of the robot's own encoder."""
    encoder = SoundEncoder()
    return [encoder.encode(block) for block in np.split(samples, len(samples) // BLOCK)]
