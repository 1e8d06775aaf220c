"""A frame that is being put together from its packets, and the frame that comes of it. Pure."""

from dataclasses import dataclass

from robotclient.transport.video_packet import VideoPacket


@dataclass(frozen=True, slots=True)
class Frame:
    """One coded picture, whole, whose references were all given out before it."""

    data: bytes
    timestamp: int
    """RTP time, 90 kHz, as it was on the wire (32 bits)."""
    keyframe: bool
    arrival: float
    """When its last packet came, in seconds."""


class Assembly:
    """The packets of one frame: complete from the one that starts it (S, PID) to the one with the marker bit."""

    def __init__(self, packet: VideoPacket, now: float) -> None:
        self.timestamp = packet.timestamp
        self.descriptor = packet.descriptor
        """The first packet's, once it came; picture and layer are the same in all."""
        self.newest = now
        """When the last packet so far came."""
        self._first: int | None = None
        self._last: int | None = None
        self._data: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._data)

    def __contains__(self, number: int) -> bool:
        return number in self._data

    def add(self, number: int, packet: VideoPacket, now: float) -> None:
        """Take in a packet that was numbered by `Source`."""
        descriptor = packet.descriptor
        self._data[number] = packet.payload[descriptor.size :]
        self.newest = now
        if descriptor.starts:
            self._first, self.descriptor = number, descriptor
        if packet.marker:
            self._last = number

    @property
    def complete(self) -> bool:
        """Nothing is missing from it."""
        if self._first is None or self._last is None:
            return False
        return len(self._data) == self._last - self._first + 1

    @property
    def keyframe(self) -> bool:
        """Known to be one."""
        return self.descriptor.keyframe

    @property
    def first(self) -> int:
        """The lowest number seen."""
        return min(self._data) if self._first is None else self._first

    @property
    def last(self) -> int:
        """The highest number seen."""
        return max(self._data) if self._last is None else self._last

    def join(self) -> Frame:
        """The frame; only of a complete one."""
        data = b"".join(self._data[number] for number in sorted(self._data))
        return Frame(data, self.timestamp, self.keyframe, self.newest)
