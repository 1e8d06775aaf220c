"""A call between two peers of the product in one process, on real sockets, over a relay that impairs it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError

from robotclient.peer import Incoming, Peer
from robotclient.tracks import PacketTrack, PictureTrack
from robotclient.transport.allocation import Layer
from scripts.lab.network.bench import own_address
from scripts.lab.network.ends import redirect
from scripts.lab.network.impairment import Impairment
from scripts.lab.process import until
from tests.robotclient.transport.udp_relay import udp_relay
from wire.signaling import Answer, Offer, Source

WIDTH, HEIGHT, FPS = 320, 240, 30
OPUS_SILENCE = bytes.fromhex("f8fffe")


class End:
    """One of the two: what it sends, what came."""

    def __init__(self, name: str) -> None:
        self.picture = PictureTrack(self._request_keyframe)
        self.sound = PacketTrack("audio", lambda: None)
        self.keyframe_requests: list[Layer] = []
        self.pictures: list[av.VideoFrame] = []
        self.sounds: list[object] = []
        self.peer = Peer(
            name,
            "connection",
            ice_servers=(),
            outgoing={Source.CAMERA: self.picture, Source.MICROPHONE: self.sound},
            on_track=self._take,
            on_state=lambda _peer, _state: None,
            on_board=lambda _peer, _text: None,
        )

    def _request_keyframe(self, layer: Layer) -> None:
        if hasattr(self, "keyframe_requests"):
            self.keyframe_requests.append(layer)

    async def _take(self, incoming: Incoming) -> None:
        while True:
            try:
                came: object = await incoming.track.recv()
            except MediaStreamError:
                return
            if isinstance(came, av.VideoFrame):
                self.pictures.append(came)
            else:
                self.sounds.append(came)


@asynccontextmanager
async def call(impairment: Impairment) -> AsyncIterator[tuple[End, End]]:
    address = own_address()
    async with udp_relay(address, impairment) as (a, b):
        guest, robot = End("robot"), End("guest")
        try:
            offer = await guest.peer.make_offer("guest")
            sdp, port = redirect(offer.sdp, address, b.address[1])
            a.end = (address, port)
            answer = await robot.peer.make_answer(Offer(connection="connection", sdp=sdp, tracks=offer.tracks), "robot")
            sdp, port = redirect(answer.sdp, address, a.address[1])
            b.end = (address, port)
            await guest.peer.take_answer(Answer(connection="connection", sdp=sdp, tracks=answer.tracks))
            await until(lambda: guest.peer.connected and robot.peer.connected)
            yield guest, robot
        finally:
            await guest.peer.close()
            await robot.peer.close()


class Coder:
    """Real VP8 of pictures that are told apart by their brightness."""

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("libvpx", "w")
        self._codec.width, self._codec.height, self._codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        self._codec.time_base, self._codec.bit_rate = Fraction(1, FPS), 400_000
        self._codec.options = {"deadline": "realtime", "cpu-used": "-8", "lag-in-frames": "0"}

    def code(self, number: int, *, keyframe: bool) -> bytes:
        rows = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        rows[:HEIGHT] = np.random.default_rng(number % 7).integers(0, 60, (HEIGHT, WIDTH)) + brightness(number)
        frame = av.VideoFrame.from_ndarray(rows, format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        frame.pict_type = av.video.frame.PictureType.I if keyframe else av.video.frame.PictureType.NONE
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))


def brightness(number: int) -> int:
    return 20 + number * 37 % 150


@asynccontextmanager
async def talking(*ends: End) -> AsyncIterator[None]:
    """While this lasts all of them send."""
    tasks = [asyncio.create_task(talk(end, 100 * FPS)) for end in ends]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def talk(end: End, pictures: int) -> None:
    """Send so many pictures, at their pace, and sound beside them; a keyframe whenever one is asked for."""
    coder, answered = Coder(), 0
    for number in range(pictures):
        asked = len(end.keyframe_requests)
        keyframe, answered = number == 0 or asked > answered, asked
        end.picture.put(coder.code(number, keyframe=keyframe), number * 90_000 // FPS, keyframe=keyframe)
        end.sound.put(OPUS_SILENCE, number * 960, keyframe=True)
        await asyncio.sleep(1 / FPS)
