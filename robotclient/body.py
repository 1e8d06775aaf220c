"""The robot's body as one thing for the daemon: camera, ears and voice, face. Devices are reached by it alone.

What the camera and the microphone have coded goes to every peer's tracks; what the peers send goes to the screen and
the speaker. Every track of the far side is read to its end, shown or not, because an unread one piles up in memory.

Only who is admitted gets anything, and is seen and heard: consent (`robotclient.call.consent`) ends at this door.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import av
from aiortc.mediastreams import MediaStreamError

from robotclient.camera_choice import CameraChoice
from robotclient.children import Child
from robotclient.config import RobotConfig
from robotclient.media.audio.handle import Audio, EncodedSound
from robotclient.media.audio.messages import Levels
from robotclient.media.audio.samples import mono
from robotclient.media.camera.handle import Camera, EncodedPicture
from robotclient.media.screen.handle import Screen
from robotclient.media.screen.messages import BoardStroke
from robotclient.media.screen.views import View
from robotclient.peer import Incoming
from robotclient.reception import Reception
from robotclient.tracks import PacketTrack, PictureTrack
from robotclient.transport.playout_packets import OpusPacket
from robotclient.transport.playout_statistics import PlayoutStatistics
from robotclient.transport.sender_report import SenderReport
from robotclient.uplink import Uplink
from wire.rest import DeviceStatus
from wire.signaling import Cameras, ParticipantKind, Source

log = logging.getLogger(__name__)

Track = TypeVar("Track", bound=PacketTrack)

SPEAKING = -45.0
"""dBFS over a second: a voice with its pauses is louder, a quiet room is not."""


@dataclass(frozen=True)
class Occurrences:
    """What the body tells the daemon."""

    device_changed: Callable[[DeviceStatus], None]
    picture_drawn: Callable[[str], None]
    """The first picture of a participant is on the screen."""


class Body:
    """The three device children and the ways between them and the peers."""

    def __init__(self, config: RobotConfig, tell: Occurrences) -> None:
        self._choice = CameraChoice(config.camera)
        self._camera = Camera(self._choice.picture, on_packet=self._send_picture, on_report=tell.device_changed)
        self._audio = Audio(config.audio, on_packet=self._send_sound, on_report=tell.device_changed)
        self._screen = Screen(
            config.screen,
            language=config.language,
            timezone=config.timezone,
            on_drawn=tell.picture_drawn,
            on_report=tell.device_changed,
        )
        self._admitted: frozenset[str] = frozenset()
        self._pictures: list[tuple[str, PictureTrack]] = []
        self._sounds: list[tuple[str, PacketTrack]] = []
        self.received: dict[str, Reception] = {}
        self.sent_size = (0, 0)
        self.sent_frames = 0
        self._sounded = 0.0
        self.show: Callable[[View], None] = self._screen.show
        self.draw_board: Callable[[tuple[BoardStroke, ...]], None] = self._screen.draw_board
        self.say: Callable[[bytes], None] = self._audio.say
        self.hush: Callable[[], None] = self._audio.hush
        self.set_volume: Callable[[int | None], None] = self._audio.set_volume
        self.uplink = Uplink(config.camera.max_kbps * 1000, self._camera.set_rates)

    def configure(self, config: RobotConfig) -> None:
        """Take over other devices; the picture or the sound is away while its child starts."""
        self._choice.configure(config.camera)
        self._camera.configure(self._choice.picture)
        self._audio.configure(config.audio)

    @property
    def cameras(self) -> Cameras | None:
        """What those in the room may look through; None where they have no choice."""
        return self._choice.offered

    def choose_camera(self, camera: str, chooser: ParticipantKind) -> None:
        """Look through another camera, where the robot allows it."""
        self._choice.choose(camera, chooser)
        self._camera.configure(self._choice.picture)

    @property
    def children(self) -> tuple[Child, ...]:
        """The device children, for the watchdog."""
        return self._camera.child, self._audio.child, self._screen.child

    @property
    def levels(self) -> Levels:
        """How loud it was at the microphone and the speaker in the last second."""
        return self._audio.levels

    def last_sound(self) -> float:
        """When sound was last handed out (monotonic), be it silence; now, while nobody is to get any."""
        return self._sounded if self._admitted else time.monotonic()

    async def run(self) -> None:
        """Keep the devices alive until cancelled. Raises `ChildGaveUpError` (in a group)."""
        async with asyncio.TaskGroup() as group:
            for device in (self._camera, self._audio, self._screen):
                group.create_task(device.run(), name=type(device).__name__)

    def admit(self, participants: frozenset[str]) -> None:
        """Open camera, microphone, loudspeaker and screen for these and nobody else; for nobody, close them."""
        gone, new = self._admitted - participants, participants - self._admitted
        self._admitted = participants
        self._sounded = time.monotonic()
        if not participants:
            self._camera.close()
            self._choice.forget()
            self._camera.configure(self._choice.picture)
            self._audio.close()
        elif new:
            self._camera.open()
            self._audio.open()
        for participant, track in (*self._pictures, *self._sounds):
            if participant in gone:
                track.discard()
            elif participant in new:
                track.request_keyframe()
        for participant in gone:
            self.forget(participant)

    def outgoing(self, participant: str) -> Mapping[Source, PacketTrack]:
        """Fresh sending tracks for one more connection; they are forgotten once they have ended."""
        picture = PictureTrack(self._camera.request_keyframe)
        sound = PacketTrack("audio", lambda: None)
        self._pictures = [*_live(self._pictures), (participant, picture)]  # here too: nothing may be sent for hours
        self._sounds = [*_live(self._sounds), (participant, sound)]
        return {Source.MICROPHONE: sound, Source.CAMERA: picture}

    async def consume(self, participant: str, incoming: Incoming) -> None:
        """Read one track of a participant to its end."""
        carries = incoming.carries
        wanted = carries is not None and carries.source in (Source.CAMERA, Source.MICROPHONE)
        try:
            while True:
                frame: object = await incoming.track.recv()
                if not wanted or participant not in self._admitted:
                    continue
                if isinstance(frame, av.VideoFrame):
                    reception = self._reception(participant)
                    reception.hear(self._audio.heard.get(participant))
                    reception.see(frame)
                elif isinstance(frame, OpusPacket):
                    self._audio.play_packet(participant, frame)
                elif isinstance(frame, SenderReport):
                    self._reception(participant).report(frame, sound=incoming.track.kind == "audio")
                elif isinstance(frame, av.AudioFrame):  # from an aiortc without our changes
                    self._audio.play(participant, mono(frame))
        except MediaStreamError:
            return

    def is_admitted(self, participant: str) -> bool:
        """Whether he was announced and consented to."""
        return participant in self._admitted

    def speaks(self, participant: str) -> bool:
        """Whether he was loud enough over the last second to be the one who speaks."""
        heard = self._audio.heard.get(participant)
        return heard is not None and heard.level is not None and heard.level > SPEAKING

    def heard(self, participant: str) -> PlayoutStatistics | None:
        """How a participant's sound is played, as of the last second; None before it is."""
        heard = self._audio.heard.get(participant)
        return None if heard is None else heard.statistics

    def forget(self, participant: str) -> None:
        """A participant has left."""
        self._screen.forget(participant)
        self._audio.forget(participant)
        if (reception := self.received.pop(participant, None)) is not None:
            reception.close()

    def _reception(self, participant: str) -> Reception:
        if participant not in self.received:
            self.received[participant] = Reception(
                partial(self._screen.draw, participant), partial(self._audio.delay, participant)
            )
        return self.received[participant]

    def _send_picture(self, picture: EncodedPicture) -> None:
        self.sent_size = (picture.width, picture.height)
        self.sent_frames += 1
        self._pictures = _live(self._pictures)
        for participant, track in self._pictures:
            if participant in self._admitted and track.layer is picture.layer:
                track.put(picture.data, picture.timestamp, keyframe=picture.keyframe)

    def _send_sound(self, sound: EncodedSound) -> None:
        self._sounded = time.monotonic()
        self._sounds = _live(self._sounds)
        for participant, track in self._sounds:
            if participant in self._admitted:
                track.put(sound.data, sound.timestamp, keyframe=True)


def _live(tracks: list[tuple[str, Track]]) -> list[tuple[str, Track]]:
    return [(who, track) for who, track in tracks if track.readyState == "live"]
