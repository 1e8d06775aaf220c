"""What stands in for the robot's devices in the bench: a camera that marks its pictures, a voice, an eye, an ear."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from numpy.typing import NDArray

from robotclient.media.audio.encoder import SoundEncoder
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.camera.encoder import Vp8Encoder
from robotclient.media.camera.source import Picture
from robotclient.media.camera.worker import FIRST_RATE
from robotclient.tracks import PacketTrack, PictureTrack
from robotclient.transport.allocation import Layer
from robotclient.transport.playout import Playout
from robotclient.transport.playout_packets import OpusPacket
from scripts.lab.network.marks import draw, read
from scripts.lab.network.pictures import load_clip, similarity
from scripts.lab.sound import read_wav

FPS = 30
MOST = 1_700_000
"""What Chromium gives to 640x480."""
VIDEO_CLOCK = 90_000
Seen = tuple[float, int | None, int, int]
"""When a picture was seen (Unix time), its mark, its width and height."""


class _Clocked:
    """Work at a steady rate in a thread, whose fruits go to tracks in the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, rate: float, work: Callable[[int, float], None]) -> None:
        self._loop = loop
        self._rate = rate
        self._work = work
        self.tracks: list[PacketTrack] = []

    def start(self) -> None:
        """Begin, for ever."""
        threading.Thread(target=self._run, daemon=True).start()

    def put(self, data: bytes, timestamp: int, keyframe: bool) -> None:
        """Give one packet to all tracks."""
        self._loop.call_soon_threadsafe(self._put, data, timestamp, keyframe)

    def _put(self, data: bytes, timestamp: int, keyframe: bool) -> None:
        self.tracks = [track for track in self.tracks if track.readyState == "live"]
        for track in self.tracks:
            track.put(data, timestamp, keyframe=keyframe)

    def _run(self) -> None:
        start, number = time.monotonic(), 0
        while True:
            time.sleep(max(0.0, start + number / self._rate - time.monotonic()))
            self._work(number, start + number / self._rate)
            number = max(number + 1, int((time.monotonic() - start) * self._rate))


class Camera:
    """The clip, marked and coded by the product's coder."""

    def __init__(self, directory: Path, width: int, height: int, loop: asyncio.AbstractEventLoop) -> None:
        self.clip = load_clip(directory, width, height)
        self._encoder = Vp8Encoder(FPS, FIRST_RATE)
        self._rate = FIRST_RATE
        self._fresh = False
        self._height = height
        self._clocked = _Clocked(loop, FPS, self._take)
        self._clocked.start()

    def track(self) -> PacketTrack:
        """A fresh sending track, of a call that begins as the robot's do."""
        self._rate, self._fresh = FIRST_RATE, True
        track = PictureTrack(lambda _layer: self._encoder.request_keyframe())
        self._clocked.tracks.append(track)
        return track

    def set_rates(self, rates: Mapping[Layer, int]) -> None:
        """From the next picture on; there is one peer, and so one layer."""
        self._rate = rates[Layer.MAIN]

    def _take(self, number: int, at: float) -> None:
        picture = self.clip[number % len(self.clip)].copy()
        draw(picture[: self._height], int(time.time() * 1000), number % len(self.clip))
        if self._fresh:
            self._fresh = False
            self._encoder.restart()
        self._encoder.set_bitrate(self._rate)
        coded = self._encoder.encode(Picture(av.VideoFrame.from_ndarray(picture, format="yuv420p"), at))
        if coded is not None:
            self._clocked.put(coded.data, round(at * VIDEO_CLOCK), coded.keyframe)


class Microphone:
    """The voice, again and again, coded by the product's coder."""

    def __init__(self, voice: Path, loop: asyncio.AbstractEventLoop) -> None:
        samples = read_wav(voice)
        self._blocks = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
        self._encoder = SoundEncoder()
        self._clocked = _Clocked(loop, RATE / BLOCK, self._take)
        self._clocked.start()

    def track(self) -> PacketTrack:
        """A fresh sending track."""
        track = PacketTrack("audio", lambda: None)
        self._clocked.tracks.append(track)
        return track

    def _take(self, number: int, at: float) -> None:
        del at
        block = np.ascontiguousarray(self._blocks[number % len(self._blocks)])
        self._clocked.put(self._encoder.encode(block), number * BLOCK, keyframe=True)


class Eye:
    """Notes each picture that comes, and once a second how like its source it is."""

    def __init__(self, clip: NDArray[np.uint8]) -> None:
        self._clip = clip
        self._seen: list[Seen] = []
        self._similarities: list[float] = []
        self._compared_at = 0.0

    async def take(self, track: MediaStreamTrack) -> None:
        """Look at a track until it ends."""
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, av.VideoFrame):
                await self._look(frame)

    def seen(self) -> list[Seen]:
        """What was seen since the last call."""
        seen, self._seen = self._seen, []
        return seen

    def similarities(self) -> list[float]:
        """What was compared since the last call."""
        found, self._similarities = self._similarities, []
        return found

    async def _look(self, frame: av.VideoFrame) -> None:
        now = time.time()
        plane = frame.planes[0]
        luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]
        mark = read(luma)
        self._seen.append((now, mark[0] if mark else None, frame.width, frame.height))
        if mark and mark[1] < len(self._clip) and now - self._compared_at > 1:
            self._compared_at = now
            source = self._clip[mark[1]][: self._clip.shape[1] * 2 // 3]
            self._similarities.append(await asyncio.to_thread(similarity, source, luma.copy()))


class Ear:
    """Plays a track out by a clock of its own, as a sound card would."""

    def __init__(self) -> None:
        self._playout = Playout()

    async def take(self, track: MediaStreamTrack) -> None:
        """Hear a track until it ends."""
        playing = asyncio.create_task(self._play())
        try:
            while True:
                packet: object = await track.recv()
                if isinstance(packet, OpusPacket):
                    self._playout.put(packet)
        except MediaStreamError:
            playing.cancel()

    def statistics(self) -> dict[str, float | str]:
        """As a browser gives them (W3C webrtc-stats)."""
        counts = self._playout.statistics()
        return {
            "type": "inbound-rtp",
            "kind": "audio",
            "totalSamplesReceived": counts.played,
            "concealedSamples": counts.concealed,
            "jitterBufferEmittedCount": counts.packets,
            "jitterBufferDelay": counts.waited,
        }

    async def _play(self) -> None:
        start, number = time.monotonic(), 0
        while True:
            await asyncio.sleep(max(0.0, start + number * BLOCK / RATE - time.monotonic()))
            self._playout.pull(BLOCK, time.monotonic())
            number += 1
