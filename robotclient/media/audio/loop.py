"""The sound's working loop: one turn for each block of 20 ms."""

import time

from robotclient.media.audio.echo import VoiceCleaner
from robotclient.media.audio.encoder import SoundEncoder
from robotclient.media.audio.keeper import Keeper
from robotclient.media.audio.loudness import LevelMeter
from robotclient.media.audio.messages import (
    BLOCK,
    RATE,
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
from robotclient.media.audio.mixer import Mixer
from robotclient.media.audio.pace import Pace
from robotclient.media.audio.samples import Samples, from_bytes, level
from robotclient.media.channel import Beat, ChildChannel, DeviceReport, PipeMessage
from robotclient.transport.playout_packets import OpusPacket
from wire.rest import DeviceStatus

BEAT_EVERY = RATE // BLOCK // 4
"""Turns between two heartbeats: a quarter of a second."""
TELL_EVERY = RATE // BLOCK
MESSAGES = (Settings, Volume, Capture, Play, PlayPacket, Delay, Say, Hush, Forget)


class SoundLoop:
    """What is heard and what is said, block by block."""

    def __init__(self, channel: ChildChannel) -> None:
        self._channel = channel
        self._keeper = Keeper(self._report)
        self._mixer = Mixer()
        self._pace = Pace()
        self._settings: Settings | None = None
        self._cleaner: VoiceCleaner | None = None
        self._meters = {"microphone": LevelMeter(), "speaker": LevelMeter()}
        self._encoder: SoundEncoder | None = None
        self._timestamp = 0

    def run(self) -> None:
        """Until the daemon closes the channel, which ends the process."""
        turns = 0
        while True:
            heard, missed = self._pace.next_block(self._keeper.microphone.device)
            for message, body in self._channel.received():  # only now: what came during the wait is played already
                self._obey(message, body)
            self._turn(heard, missed)
            turns += 1
            if turns % TELL_EVERY == 0:
                self._tell_how_they_are_heard()
                self._channel.send(Levels.model_validate({what: each.read() for what, each in self._meters.items()}))
            if turns % BEAT_EVERY == 0 and self._keeper.works():
                self._channel.send(Beat())

    def _turn(self, heard: Samples, missed: int) -> None:
        """Here a block of the microphone and the block that is played at the same time meet."""
        played = self._mixer.mix(time.monotonic())
        speaker = self._keeper.speaker.device
        if speaker is not None:
            self._meters["speaker"].add(played)
            speaker.play(played)
        if self._encoder is not None:
            said = self._cleaned(heard, played)
            self._timestamp += missed * BLOCK
            self._channel.send(Packet(timestamp=self._timestamp, level=level(said)), self._encoder.encode(said))
            self._timestamp += BLOCK

    def _cleaned(self, heard: Samples, played: Samples) -> Samples:
        """What the microphone says, without what the speaker says; as it is where no device is in between."""
        microphone, speaker = self._keeper.microphone.device, self._keeper.speaker.device
        if microphone is None:
            return heard
        self._meters["microphone"].add(heard)
        if self._cleaner is None or not microphone.keeps_time:
            return heard
        return self._cleaner.clean(heard, played, microphone.delay + (0.0 if speaker is None else speaker.delay))

    def _obey(self, message: PipeMessage, body: bytes) -> None:
        match message:
            case Settings():
                self._settings = message
                self._cleaner = VoiceCleaner.of(message.section)
                self._want()
                self._keeper.start()
            case Volume():
                self._mixer.volume.set(message.percent)
            case Capture():
                self._encoder = SoundEncoder() if message.on else None
                self._timestamp = int((time.monotonic() - message.zero) * RATE)
                self._want()
            case Play():
                self._mixer.put(message.participant, from_bytes(body))
            case PlayPacket():
                packet = OpusPacket(message.sequence, message.timestamp, body, message.arrival)
                self._mixer.receive(message.participant, packet)
            case Delay():
                self._mixer.delay(message.participant, message.least)
            case Say():
                self._mixer.say(from_bytes(body))
            case Hush():
                self._mixer.hush()
            case Forget():
                self._mixer.forget(message.participant, time.monotonic())

    def _tell_how_they_are_heard(self) -> None:
        now = time.monotonic()
        for participant, playout in self._mixer.playouts.items():
            timestamp, statistics = playout.heard % 2**32, playout.statistics()
            level = self._mixer.level(participant)
            message = Heard(participant=participant, timestamp=timestamp, at=now, level=level, statistics=statistics)
            self._channel.send(message)

    def _want(self) -> None:
        if self._settings is not None:
            section = self._settings.section
            self._keeper.want(
                microphone=section.microphone if self._encoder is not None else None, speaker=section.speaker
            )

    def _report(self, status: DeviceStatus) -> None:
        self._channel.send(DeviceReport(status=status))
