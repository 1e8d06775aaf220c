"""What one participant's playout counts; all but the gauges since it was made. After W3C webrtc-stats."""

from dataclasses import dataclass


@dataclass(slots=True)
class PlayoutStatistics:
    """Sound is counted in samples of 48 kHz."""

    played: int = 0
    """All that was given out while the participant was heard (totalSamplesReceived)."""
    concealed: int = 0
    """Guessed, because no packet was there (concealedSamples)."""
    silent_concealed: int = 0
    """The part of it that was guessed while nothing was said (silentConcealedSamples)."""
    concealments: int = 0
    """How often a guess began (concealmentEvents)."""
    recovered: int = 0
    """Taken from the copy in the packet after a lost one."""
    inserted: int = 0
    """Added to make the delay longer (insertedSamplesForDeceleration)."""
    removed: int = 0
    """Left out to make the delay shorter (removedSamplesForAcceleration)."""
    discarded: int = 0
    """Packets that came too late, twice, or broken (packetsDiscarded)."""
    restarts: int = 0
    """How often the sender's numbers began anew."""
    packets: int = 0
    """Packets that were decoded (jitterBufferEmittedCount)."""
    waited: float = 0.0
    """Seconds that all these packets together have waited (jitterBufferDelay)."""
    delay: float = 0.0
    """Gauge: seconds that the last packet has waited."""
    target: float = 0.0
    """Gauge: seconds that the earliest packets are to wait."""
