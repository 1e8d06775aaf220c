"""A sender of VP8 and a bad network in imagined time: what comes through goes to an assembler, whose wishes go back."""

import heapq
import itertools
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from robotclient.transport.video import FrameAssembler, Wishes
from robotclient.transport.video_frame import Frame
from robotclient.transport.video_packet import VideoPacket

CHUNK = 100
FIRST_TIMESTAMP = 4_294_000_000
"""Wraps around in the eleventh second."""
RETRANSMITTED = 1024
"""Packets that the sender remembers."""


class Coder(Protocol):
    """Something that codes one frame after the other."""

    def encode(self, index: int, *, keyframe: bool) -> list[bytes]:
        """The payloads of the frame's packets."""


@dataclass(frozen=True)
class Told:
    """What a frame of `Marked` tells."""

    index: int
    keyframe: bool
    references: tuple[int, ...]


def descriptor(picture: int | None, bits: int, layer: tuple[int, int, bool] | None, *, starts: bool) -> bytes:
    """RFC 7741, section 4.2; `layer` is TL0PICIDX, TID, Y."""
    extension = (0x80 if picture is not None else 0) | (0x60 if layer is not None else 0)
    octets = bytes([(0x80 if extension else 0) | (0x10 if starts else 0)])
    if extension:
        octets += bytes([extension])
    if picture is not None:
        octets += bytes([picture & 0x7F]) if bits == 7 else struct.pack("!H", 0x8000 | picture & 0x7FFF)
    if layer is not None:
        octets += bytes([layer[0] & 0xFF, layer[1] << 6 | layer[2] << 5])
    return octets


@dataclass
class Marked:
    """Frames that tell what they refer to instead of showing anything; sizes by chance."""

    chance: random.Random
    layers: int = 1
    bits: int | None = 15
    """Of the PictureID; None for a sender without."""
    first_picture: int = 0
    largest: int = 6
    base: int = 250
    _start: int = 0
    _last: dict[int, int] = field(default_factory=dict)

    def encode(self, index: int, *, keyframe: bool) -> list[bytes]:
        if keyframe:
            self._start, self._last = index, {}
        layer, synchronised = self._place(index - self._start)
        below = [self._last[each] for each in range(layer + 1) if each in self._last]
        references = [self._last[0]] if synchronised else below
        self._last[layer] = index
        self.base += layer == 0
        data = struct.pack("!BLB", 0 if keyframe else 1, index, len(references))
        data += b"".join(struct.pack("!L", each) for each in references)
        data += bytes(CHUNK * self.chance.randint(0, 3 * self.largest if keyframe else self.largest))
        picture = None if self.bits is None else self.first_picture + index
        place = (self.base, layer, synchronised) if self.layers > 1 else None
        return [
            descriptor(picture, self.bits or 15, place, starts=position == 0) + data[position : position + CHUNK]
            for position in range(0, len(data), CHUNK)
        ]

    def _place(self, index: int) -> tuple[int, bool]:
        """Layer, and whether it refers to the lowest layer alone."""
        if self.layers == 1:
            return 0, False
        if self.layers == 2:
            return index % 2, index % 4 == 1
        return (0, 2, 1, 2)[index % 4], index % 4 in (1, 2)


def told(frame: Frame) -> Told:
    first, index, count = struct.unpack_from("!BLB", frame.data)
    return Told(index, not first, struct.unpack_from(f"!{count}L", frame.data, 6))


def check(frames: list[Frame]) -> None:
    """Each once, in order, whole, and none without what it refers to."""
    shown: set[int] = set()
    last = -1
    for frame in frames:
        found = told(frame)
        assert found.index > last, "shown twice or out of order"
        assert found.keyframe == frame.keyframe
        assert found.keyframe or shown.issuperset(found.references), f"frame {found.index} without its references"
        last = found.index
        shown.add(last)


@dataclass
class Path:
    """The network, both ways; times in seconds."""

    loss: float = 0.0
    burst: float = 1.0
    """Mean length of a loss, in packets."""
    delay: float = 0.02
    jitter: float = 0.0
    """Up to so much more, without regard to order."""
    duplicates: float = 0.0
    rate: float = float("inf")
    """Bits per second on the way to the assembler."""
    longest_queue: float = 0.3


class Network:
    """Runs a coder, the path and an assembler for a while."""

    def __init__(self, coder: Coder, path: Path, chance: random.Random, *, fps: int = 30, first: int = 65_000) -> None:
        self.coder, self.path, self.chance, self.fps = coder, path, chance, fps
        self.assembler = FrameAssembler()
        self.shown: list[tuple[float, Frame]] = []
        self.sent = self.keyframes = 0
        self.now = 0.0
        self.padding = 0.0
        """Share of the frames after which a packet of padding is sent."""
        self._ssrc = 1
        self._sequence = first
        self._history: dict[int, VideoPacket] = {}
        self._repeated: dict[int, float] = {}
        self._keyframe_asked = True
        self._last_keyframe = -1.0
        self._bad = False
        self._link_free = 0.0
        self._poll_at = float("inf")
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._at(0.0, self._encode)

    @property
    def frames(self) -> list[Frame]:
        return [frame for _, frame in self.shown]

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self._events and self._events[0][0] <= end:
            self.now, _, act = heapq.heappop(self._events)
            act()
        self.now = end

    def restart(self, *, ssrc: int, sequence: int) -> None:
        """The sender begins anew."""
        self._ssrc, self._sequence, self._keyframe_asked = ssrc, sequence, True
        self._history.clear()

    def _at(self, time: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (time, next(self._order), act))

    def _encode(self) -> None:
        keyframe = self._keyframe_asked and self.now > self._last_keyframe + 0.3
        if keyframe:
            self._keyframe_asked, self._last_keyframe = False, self.now
            self.keyframes += 1
        payloads = self.coder.encode(self.sent, keyframe=keyframe)
        for part, payload in enumerate(payloads):
            self._send(payload, part == len(payloads) - 1, delay=part * 0.0005)
        if self.chance.random() < self.padding:
            self._send(b"", marker=False, delay=0.015)
        self.sent += 1
        self._at(self.now + 1 / self.fps, self._encode)

    def _send(self, payload: bytes, marker: bool, delay: float) -> None:
        timestamp = (FIRST_TIMESTAMP + self.sent * 90_000 // self.fps) & 0xFFFFFFFF
        packet = VideoPacket(self._ssrc, self._sequence, timestamp, marker, payload)
        if payload:
            self._history[self._sequence] = packet
        self._sequence = (self._sequence + 1) & 0xFFFF
        if len(self._history) > RETRANSMITTED:
            del self._history[next(iter(self._history))]
        self._at(self.now + delay, lambda: self._pass(packet))

    def _pass(self, packet: VideoPacket) -> None:
        """Onto the path towards the assembler."""
        for _ in range(1 + (self.chance.random() < self.path.duplicates)):
            if self._lost():
                continue
            start = max(self.now, self._link_free)
            if start - self.now > self.path.longest_queue:
                continue
            self._link_free = start + (len(packet.payload) + 80) * 8 / self.path.rate
            arrival = self._link_free + self.path.delay + self.chance.random() * self.path.jitter
            self._at(arrival, lambda: self._arrive(packet))

    def _lost(self) -> bool:
        """Gilbert's model."""
        loss, burst = self.path.loss, self.path.burst
        if loss in (0.0, 1.0):
            return bool(loss)
        chance = 1 - 1 / burst if self._bad and burst > 1 else loss / (burst * (1 - loss)) if burst > 1 else loss
        self._bad = self.chance.random() < chance
        return self._bad

    def _arrive(self, packet: VideoPacket) -> None:
        self._show(self.assembler.put(packet, self.now))
        self._poll()

    def _poll(self) -> None:
        wishes = self.assembler.poll(self.now)
        self._show(list(wishes.frames))
        if (wishes.nacks or wishes.keyframe) and not self._lost():
            self._at(self.now + self.path.delay, lambda: self._obey(wishes))
        deadline = self.assembler.next_deadline
        assert deadline is None or deadline > self.now or len(wishes.nacks) > 200, "would be polled without end"
        if deadline is not None and deadline < self._poll_at:
            self._poll_at = deadline
            self._at(deadline, self._poll_on_time)

    def _poll_on_time(self) -> None:
        self._poll_at = float("inf")
        self._poll()

    def _obey(self, wishes: Wishes) -> None:
        """A sender repeats a packet once in a round trip at most, as Chromium does, and keyframes every 300 ms."""
        self._keyframe_asked |= wishes.keyframe
        for sequence in wishes.nacks:
            packet = self._history.get(sequence)
            if packet is None or self.now < self._repeated.get(sequence, -1.0) + 2 * self.path.delay:
                continue
            self._repeated[sequence] = self.now
            again = VideoPacket(packet.ssrc, sequence, packet.timestamp, packet.marker, packet.payload, True)
            self._pass(again)

    def _show(self, frames: list[Frame]) -> None:
        self.shown += [(self.now, frame) for frame in frames]
