"""Tracks that carry what the device children have coded already: one encoder serves all peers.

aiortc packs an `av.Packet` into RTP as it is. A track that is not read for a second throws away what it holds and
starts again at the next keyframe, so a stalled peer costs neither memory nor delay (newest wins).
"""

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from robotclient.transport.allocation import Layer

VIDEO_CLOCK = 90_000
AUDIO_CLOCK = 48_000
Packet: TypeAlias = "av.Packet[Any]"  # generic in PyAV's stubs only
QUEUE_LIMIT = {"video": 30, "audio": 25}
BACKLOG_LIMIT = {"video": 5, "audio": 2}
"""Packets from before the connection that are worth sending: on a narrow link more of them are a queue at once."""


class PacketTrack(MediaStreamTrack):
    """A sending track fed with coded packets.

    `request_keyframe` is called when the far side, or an overflow, makes a new start necessary; for sound it is never
    called, every Opus packet is a start.
    """

    def __init__(self, kind: str, request_keyframe: Callable[[], None]) -> None:
        super().__init__()
        self.kind = kind
        self.request_keyframe = request_keyframe
        self._clock = VIDEO_CLOCK if kind == "video" else AUDIO_CLOCK
        self._queue: asyncio.Queue[Packet | None] = asyncio.Queue()
        self._awaits_keyframe = kind == "video"
        self._is_read = False
        self._last = -1
        self._shift = 0
        if self._awaits_keyframe:
            request_keyframe()

    def put(self, data: bytes, timestamp: int, *, keyframe: bool) -> None:
        """Queue one coded picture or one Opus packet; `timestamp` in units of the medium's RTP clock."""
        if self.readyState != "live" or (self._awaits_keyframe and not keyframe):
            return
        if self._queue.qsize() >= QUEUE_LIMIT[self.kind]:
            self._start_again()
            if self._awaits_keyframe and not keyframe:
                return
        self._awaits_keyframe = False
        packet: Packet = av.Packet(data)
        packet.pts = self._forward(timestamp)
        packet.time_base = Fraction(1, self._clock)
        packet.is_keyframe = keyframe
        self._queue.put_nowait(packet)

    async def recv(self) -> Packet:
        """The next packet. Raises `MediaStreamError` once the track has ended."""
        if not self._is_read:
            self._is_read = True
            self._skip_backlog()
        if self.readyState != "live" or (packet := await self._queue.get()) is None:
            raise MediaStreamError
        return packet

    def stop(self) -> None:
        """End the track, also for a reader that waits."""
        super().stop()
        self._queue.put_nowait(None)

    def discard(self) -> None:
        """Throw away what waits to be sent; a picture after this begins with a keyframe."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._awaits_keyframe = self.kind == "video"

    def _skip_backlog(self) -> None:
        if self.kind == "audio":
            while self._queue.qsize() > BACKLOG_LIMIT[self.kind]:
                self._queue.get_nowait()
        elif self._queue.qsize() > BACKLOG_LIMIT[self.kind]:
            self._start_again()

    def _start_again(self) -> None:
        self.discard()
        if self.kind == "video":
            self.request_keyframe()

    def _forward(self, timestamp: int) -> int:
        """Keep RTP time running forward where the device's starts again at 0 (the camera was closed and opened)."""
        if timestamp + self._shift <= self._last:
            self._shift = self._last + self._clock // 50 - timestamp
        self._last = timestamp + self._shift
        return self._last


class PictureTrack(PacketTrack):
    """A video track that carries one of the camera's layers, or none while its peer has no room for a picture."""

    def __init__(self, request_keyframe: Callable[[Layer], None]) -> None:
        self.layer: Layer | None = Layer.MAIN
        self._request = request_keyframe
        super().__init__("video", self._request_keyframe)

    def carry(self, layer: Layer | None) -> None:
        """Go over to another layer, from its next keyframe on."""
        if layer is not self.layer:
            self.layer = layer
            self._start_again()

    def _request_keyframe(self) -> None:
        if self.layer is not None:
            self._request(self.layer)
