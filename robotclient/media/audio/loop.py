"""The sound's working loop: one turn for each block of 20 ms."""

import time

from robotclient.media.audio.encoder import SoundEncoder
from robotclient.media.audio.keeper import Keeper
from robotclient.media.audio.messages import BLOCK, RATE, Capture, Forget, Packet, Play, Settings
from robotclient.media.audio.mixer import Mixer
from robotclient.media.audio.pace import Pace
from robotclient.media.audio.samples import from_bytes, level
from robotclient.media.channel import Beat, ChildChannel, DeviceReport, PipeMessage
from wire.rest import DeviceStatus

BEAT_EVERY = RATE // BLOCK // 4
"""Turns between two heartbeats: a quarter of a second."""
MESSAGES = (Settings, Capture, Play, Forget)


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
            for message, body in self._channel.received():
                self._obey(message, body)
            self._turn()
            turns += 1
            if turns % BEAT_EVERY == 0 and self._keeper.works():
                self._channel.send(Beat())

    def _turn(self) -> None:
        """Here a block of the microphone and the block that is played at the same time meet."""
        heard, missed = self._pace.next_block(self._keeper.microphone.device)
        played = self._mixer.mix()
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
            case Forget():
                self._mixer.forget(message.participant)

    def _want(self) -> None:
        if self._settings is not None:
            microphone = self._settings.microphone if self._encoder is not None else None
            self._keeper.want(microphone=microphone, speaker=self._settings.speaker)

    def _report(self, status: DeviceStatus) -> None:
        self._channel.send(DeviceReport(status=status))
