"""A running `Audio` with its real child, what came out of it, and how to talk to it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import av
import numpy as np
import psutil

from robotclient.config import AudioSection
from robotclient.media.audio.handle import Audio, EncodedSound
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import Samples
from wire.rest import DeviceKind, DeviceState, DeviceStatus

CHILD = "robotclient.media.audio"


@dataclass
class Rig:
    """One `Audio` under test."""

    audio: Audio = field(init=False)
    packets: list[EncodedSound] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    """When each packet came, in seconds of the monotonic clock."""
    reports: list[DeviceStatus] = field(default_factory=list)

    def arrived(self, packet: EncodedSound) -> None:
        """A packet came."""
        self.packets.append(packet)
        self.arrivals.append(time.monotonic())

    async def until(self, condition: Callable[[], object], within: float = 10.0) -> None:
        """Wait for a condition. Raises `AssertionError` when it does not come true in time."""
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, f"not within {within} s; reports: {self.reports}"
            await asyncio.sleep(0.01)

    def state(self, kind: DeviceKind) -> DeviceState | None:
        """What was last reported of a device."""
        return next((report.state for report in reversed(self.reports) if report.kind is kind), None)

    async def until_state(self, kind: DeviceKind, state: DeviceState, within: float = 10.0) -> DeviceStatus:
        """Wait for a state of a device, and return the report that says so."""
        await self.until(lambda: self.state(kind) is state, within)
        return next(report for report in reversed(self.reports) if report.kind is kind)

    def process(self) -> psutil.Process:
        """The child process that lives now."""
        (process,) = [child for child in psutil.Process().children() if CHILD in child.cmdline()]
        return process

    async def hear(self, seconds: float) -> Samples:
        """What the packets of the next seconds decode to."""
        first, count = len(self.packets), round(seconds * RATE / BLOCK)
        await self.until(lambda: len(self.packets) >= first + count, seconds + 3)
        return decode(self.packets[first : first + count])

    @contextlib.asynccontextmanager
    async def talking(self, **voices: Iterator[Samples]) -> AsyncIterator[None]:
        """While this lasts, participants say what the iterators give, in real time."""
        task = asyncio.create_task(self._talk(voices))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _talk(self, voices: dict[str, Iterator[Samples]]) -> None:
        due = time.monotonic()
        while True:
            for participant, voice in voices.items():
                self.audio.play(participant, next(voice).tobytes())
            due += BLOCK / RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))


@contextlib.asynccontextmanager
async def rig(microphone: str, speaker: str, *, cleaning: bool = False) -> AsyncIterator[Rig]:
    """A rig whose child has started; without `cleaning` tones, which are noise to it, go through as they are."""
    made = Rig()
    config = AudioSection(
        microphone=microphone,
        speaker=speaker,
        echo_cancellation=cleaning,
        noise_suppression=cleaning,
        gain_control=cleaning,
    )
    made.audio = Audio(config, on_packet=made.arrived, on_report=made.reports.append)
    running = asyncio.create_task(made.audio.run())
    try:
        await made.until(lambda: made.state(DeviceKind.SPEAKER) is not None, within=30)  # a busy machine
        yield made
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def voice(hertz: float, amplitude: float = 0.3) -> Iterator[Samples]:
    """An endless tone in blocks."""
    times = np.arange(RATE)  # whole seconds of whole frequencies repeat without a seam
    samples = (amplitude * 32767 * np.sin(2 * np.pi * hertz * times / RATE)).astype(np.int16)
    while True:
        yield from np.split(samples, RATE // BLOCK)


def decode(packets: list[EncodedSound]) -> Samples:
    """The samples of Opus packets, as FFmpeg's own decoder sees them: 48 kHz."""
    decoder = av.CodecContext.create("libopus", "r")
    decoder.open()
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet.data))]
    assert {frame.sample_rate for frame in frames} == {RATE}
    return np.concatenate([frame.to_ndarray()[0][:: len(frame.layout.channels)] for frame in frames])


def steps(packets: list[EncodedSound]) -> set[int]:
    """The differences between successive timestamps."""
    return {later.timestamp - earlier.timestamp for earlier, later in pairwise(packets)}
