"""The daemon's handle of the robot's sound: encoded microphone out, participants' voices in."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from robotclient.children import Child, Patience
from robotclient.config import AudioSection
from robotclient.media.audio.messages import (
    BLOCK,
    Capture,
    Delay,
    Forget,
    Heard,
    Hush,
    Levels,
    Packet,
    Play,
    PlayPacket,
    Say,
    Settings,
    Volume,
)
from robotclient.media.channel import DeviceReport, PipeMessage
from robotclient.transport.playout_packets import OpusPacket
from wire.rest import DeviceStatus

SILENT_LEVEL = 127
SILENCE = 1.5
"""Seconds without a beat, six times what the loop leaves between two; a call that falls silent is noticed at once."""


@dataclass(frozen=True, slots=True)
class EncodedSound:
    """20 ms of the microphone, coded once for all peers."""

    data: bytes
    """One Opus packet, mono."""
    timestamp: int
    """Ticks of 48 kHz since the microphone was first opened; never goes back, not even when the child restarts."""
    level: int
    """Loudness in -dBov, 0 to 127 (RFC 6464, section 3)."""

    @property
    def silent(self) -> bool:
        """Nothing at all is heard: the microphone is lost, muted in hardware, or `none`."""
        return self.level == SILENT_LEVEL


class Audio:
    """Microphone and speaker over all lives of the child process that holds them."""

    def __init__(
        self,
        config: AudioSection,
        *,
        on_packet: Callable[[EncodedSound], None],
        on_report: Callable[[DeviceStatus], None],
    ) -> None:
        """`on_packet` gets 50 packets a second while the microphone is open, `on_report` each device's changes."""
        self.child = Child(
            "robotclient.media.audio",
            (Packet, Heard, Levels, DeviceReport),
            self._handle,
            self._greeting,
            patience=Patience(silence=SILENCE),
        )
        self._section = config
        self._volume: int | None = None
        self._on_packet = on_packet
        self._on_report = on_report
        self._open = False
        self._zero: float | None = None
        self._next_timestamp = 0
        self.heard: dict[str, Heard] = {}
        """How each participant's sound fared, not older than a second."""
        self.levels = Levels(microphone=None, speaker=None)

    async def run(self) -> None:
        """Keep the child alive until cancelled. Raises `ChildGaveUpError`."""
        await self.child.run()

    def configure(self, config: AudioSection) -> None:
        """Use other devices and settings from now on."""
        before, self._section = self._section, config
        self.set_volume(self._volume)
        if config.model_copy(update={"volume": before.volume}) != before:
            self.child.renew()

    def set_volume(self, percent: int | None) -> None:
        """Play that loud, 0 to 100; None: as the configuration says."""
        self._volume = percent
        self.child.send(self._loudness())

    def _loudness(self) -> Volume:
        return Volume(percent=self._section.volume if self._volume is None else self._volume)

    def open(self) -> None:
        """Open the microphone; packets follow, silent ones while the device is not there."""
        if not self._open:
            self._open = True
            self.child.send(self._capture())

    def close(self) -> None:
        """Release the microphone: no packet comes after this call."""
        self._open = False
        self.child.send(Capture(on=False))

    def play(self, participant: str, samples: bytes) -> None:
        """Play what a participant says: s16le, mono, 48 kHz, any length. Dropped while there is no child."""
        self.child.send(Play(participant=participant), samples)

    def play_packet(self, participant: str, packet: OpusPacket) -> None:
        """The same, as it came from the network: the child sees to order, loss and delay."""
        message = PlayPacket(
            participant=participant,
            sequence=packet.sequence,
            timestamp=packet.timestamp,
            arrival=packet.arrival,
        )
        self.child.send(message, packet.payload)

    def delay(self, participant: str, least: float) -> None:
        """Let a participant's sound wait at least so many seconds, for his picture."""
        self.child.send(Delay(participant=participant, least=least))

    def say(self, samples: bytes) -> None:
        """Announce: s16le, mono, 48 kHz, beside whatever else is heard."""
        self.child.send(Say(), samples)

    def hush(self) -> None:
        """Break off what is being announced."""
        self.child.send(Hush())

    def forget(self, participant: str) -> None:
        """The participant has left."""
        self.heard.pop(participant, None)
        self.child.send(Forget(participant=participant))

    def _greeting(self) -> Iterator[PipeMessage]:
        self.levels = Levels(microphone=None, speaker=None)
        yield Settings(section=self._section)
        yield self._loudness()
        if self._open:
            yield self._capture()

    def _capture(self) -> Capture:
        if self._zero is None:
            self._zero = time.monotonic()
        return Capture(on=True, zero=self._zero)

    def _handle(self, message: PipeMessage, body: bytes) -> None:
        match message:
            case DeviceReport():
                self._on_report(message.status)
            case Levels():
                self.levels = message
            case Heard():
                self.heard[message.participant] = message
            # A microphone whose clock is fast is ahead of real time, to which a fresh child goes back.
            case Packet() if self._open and message.timestamp >= self._next_timestamp:
                self._next_timestamp = message.timestamp + BLOCK
                self._on_packet(EncodedSound(body, message.timestamp, message.level))
