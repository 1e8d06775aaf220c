"""The sound's working loop: one turn for each block of 20 ms."""

import time

from robotclient.media.audio.encoder import SoundEncoder
from robotclient.media.audio.keeper import Keeper
from robotclient.media.audio.messages import (
    BLOCK,
    RATE,
    Capture,
    Delay,
    Forget,
    Heard,
    Hush,
    Packet,
    Play,
    PlayPacket,
    Say,
    Settings,
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
MESSAGES = (Settings, Capture, Play, PlayPacket, Delay, Say, Hush, Forget)


class SoundLoop:
    """What is heard and what is said, block by block."""

    def __init__(self, channel: ChildChannel) -> None:
        self._channel = channel
        self._keeper = Keeper(self._report)
        self._mixer = Mixer()
        self._pace = Pace()
        self._settings: Settings | None = None
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
            if turns % BEAT_EVERY == 0 and self._keeper.works():
                self._channel.send(Beat())

    def _turn(self, heard: Samples, missed: int) -> None:
        """Here a block of the microphone and the block that is played at the same time meet."""
        played = self._mixer.mix(time.monotonic())
        speaker = self._keeper.speaker.device
        if speaker is not None:
            speaker.play(played)
        if self._encoder is not None:
            self._timestamp += missed * BLOCK
            self._channel.send(Packet(timestamp=self._timestamp, level=level(heard)), self._encoder.encode(heard))
            self._timestamp += BLOCK

    def _obey(self, message: PipeMessage, body: bytes) -> None:
        match message:
            case Settings():
                self._settings = message
                self._want()
                self._keeper.start()
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
            self._channel.send(Heard(participant=participant, timestamp=timestamp, at=now, statistics=statistics))

    def _want(self) -> None:
        if self._settings is not None:
            microphone = self._settings.microphone if self._encoder is not None else None
            self._keeper.want(microphone=microphone, speaker=self._settings.speaker)

    def _report(self, status: DeviceStatus) -> None:
        self._channel.send(DeviceReport(status=status))
