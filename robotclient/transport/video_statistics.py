"""What a receiver of video tells about itself. Pure."""

from dataclasses import dataclass

from robotclient.transport.video_packet import VideoPacket
from robotclient.transport.wrapping import step

CLOCK = 90_000
FREEZE = 0.3
"""Seconds without a new picture from which a viewer sees that it stands still."""


@dataclass(frozen=True, slots=True)
class VideoStatistics:
    """Counts since the start; seconds where nothing else is said."""

    packets: int
    """Received, retransmissions included."""
    octets: int
    """Payload of these packets."""
    packets_lost: int
    """Never came, or too late."""
    packets_recovered: int
    """Came because they were asked for again."""
    packets_asked: int
    """Asked for again, each as often as it was."""
    keyframes_asked: int
    frames: int
    """Given to the decoder."""
    keyframes: int
    frames_dropped: int
    """Of these at least one packet came, but they could not be shown."""
    freezes: int
    """Pauses longer than `FREEZE` that the sender did not make."""
    frozen: float
    """Their sum, the present one included."""
    jitter: float
    """Of the packets' arrivals, RFC 3550, section 6.4.1."""
    round_trip: float


class Tally:
    """Counts as things happen."""

    def __init__(self) -> None:
        self.packets = self.octets = self.lost = self.recovered = self.asked = self.keyframes_asked = 0
        self.frames = self.keyframes = self.freezes = 0
        self.frozen = 0.0
        self._jitter = 0.0
        self._last_packet: tuple[int, float] | None = None
        self._last_frame: tuple[int, float] | None = None

    def receive(self, packet: VideoPacket, now: float) -> None:
        """A packet came."""
        self.packets += 1
        self.octets += len(packet.payload)
        if packet.retransmitted or not packet.payload:
            return
        if self._last_packet is not None and packet.timestamp != self._last_packet[0]:
            timestamp, arrival = self._last_packet
            transit = now - arrival - step(packet.timestamp, timestamp, 32) / CLOCK
            self._jitter += (min(1.0, abs(transit)) - self._jitter) / 16
        self._last_packet = packet.timestamp, now

    def show(self, timestamp: int, now: float, *, keyframe: bool, skipped: bool) -> None:
        """A frame is given out; `skipped` if others before it were not."""
        self.frames += 1
        self.keyframes += keyframe
        if self._last_frame is not None:
            pause = now - self._last_frame[1]
            # A sender that shows a still page sends a frame now and then: then its own clock went on as far.
            late = pause if skipped else pause - step(timestamp, self._last_frame[0], 32) / CLOCK
            if pause > FREEZE and late > FREEZE / 2:
                self.freezes += 1
                self.frozen += pause
        self._last_frame = timestamp, now

    def snapshot(self, now: float, round_trip: float, dropped: int, *, stuck: bool) -> VideoStatistics:
        """All counts; `dropped` by the queue, `stuck` if a frame is wanted and does not come."""
        pause = now - self._last_frame[1] if stuck and self._last_frame is not None else 0.0
        frozen = pause > FREEZE
        return VideoStatistics(
            packets=self.packets,
            octets=self.octets,
            packets_lost=self.lost,
            packets_recovered=self.recovered,
            packets_asked=self.asked,
            keyframes_asked=self.keyframes_asked,
            frames=self.frames,
            keyframes=self.keyframes,
            frames_dropped=dropped,
            freezes=self.freezes + frozen,
            frozen=self.frozen + pause * frozen,
            jitter=self._jitter,
            round_trip=round_trip,
        )
