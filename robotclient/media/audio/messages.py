"""What the daemon and the audio child say to each other, and the one format of samples between them.

Samples are always signed 16 bit, little endian, mono, at `RATE`.
"""

from typing import Final

from robotclient.config import AudioSection
from robotclient.media.channel import PipeMessage
from robotclient.transport.playout_statistics import PlayoutStatistics

RATE: Final = 48_000
"""Samples per second, and ticks per second of Opus's RTP clock (RFC 7587, section 4.1)."""
BLOCK: Final = 960
"""Samples in one block: 20 ms, one Opus packet."""


class Settings(PipeMessage):
    """The first message to a fresh child."""

    section: AudioSection


class Volume(PipeMessage):
    """How loud to play from now on, 0 to 100."""

    percent: int


class Capture(PipeMessage):
    """Open or release the microphone."""

    on: bool
    zero: float = 0.0
    """When timestamp 0 was, in seconds of CLOCK_MONOTONIC, which all processes of a machine share."""


class Play(PipeMessage):
    """The body is what this participant says next: samples, any number of them."""

    participant: str


class PlayPacket(PipeMessage):
    """The body is a participant's Opus packet, as it came from the network (`OpusPacket`)."""

    participant: str
    sequence: int
    timestamp: int
    arrival: float


class Delay(PipeMessage):
    """A participant's sound is to wait at least so many seconds, for his picture."""

    participant: str
    least: float


class Say(PipeMessage):
    """The body is an announcement: samples, played after what is still being announced."""


class Hush(PipeMessage):
    """Announce nothing more."""


class Forget(PipeMessage):
    """A participant has left: fade out what is left of him."""

    participant: str


class Packet(PipeMessage):
    """From the child; the body is one Opus packet of `BLOCK` samples."""

    timestamp: int
    level: int
    """Loudness in -dBov: 0 is the loudest, 127 is silence (RFC 6464, section 3)."""


class Levels(PipeMessage):
    """From the child, once a second: dBFS over that second; None for a device that is away."""

    microphone: float | None
    """As the device gives it, before anything is done to it."""
    speaker: float | None


class Heard(PipeMessage):
    """From the child, once a second for each participant who sends packets."""

    participant: str
    timestamp: int
    """The RTP timestamp (32 bits) of what left for the speaker `at` this second of the monotonic clock."""
    at: float
    level: float | None = None
    """How loud he was over this second, in dBFS."""
    statistics: PlayoutStatistics
    """Counts since the participant was first heard by this child; a new child begins at 0."""
