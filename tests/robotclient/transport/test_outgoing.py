"""What goes out of a connection: numbered, spread out, sound first, probes filled; the path is one that takes all."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtpPacket

from robotclient.transport.attach.outgoing import START, Outgoing
from robotclient.transport.attach.settings import TRANSPORT_NUMBER
from robotclient.transport.feedback import Feedback
from robotclient.transport.pacer import Rank
from scripts.lab.process import until

SOUND, PICTURE = 1, 2


class Path:
    """Takes everything at once and tells so, as soon as it is asked to."""

    def __init__(self) -> None:
        self.extensions = HeaderExtensionsMap()
        self.extensions.configure(
            RTCRtpParameters(headerExtensions=[RTCRtpHeaderExtensionParameters(4, TRANSPORT_NUMBER)])
        )
        self.outgoing = Outgoing(self.take, self.fill)
        self.outgoing.extension = 4
        self.came: list[tuple[float, RtpPacket]] = []
        self.told = 0
        self.fillers: list[int | None] = []
        """The probe of each."""
        self.filler = 1200

    async def take(self, data: bytes) -> None:
        self.came.append((time.monotonic(), RtpPacket.parse(data, self.extensions)))

    async def fill(self) -> None:
        self.fillers.append(self.outgoing._probe)
        await self.outgoing.send_filler(self.packet(PICTURE, self.filler))

    def packet(self, ssrc: int, size: int) -> bytes:
        packet = RtpPacket(payload_type=97, ssrc=ssrc, payload=bytes(size))
        packet.extensions.transport_sequence_number = 0
        return packet.serialize(self.extensions)

    def tell(self) -> None:
        new, self.told = self.came[self.told :], len(self.came)
        statuses = [(number(packet), at) for at, packet in new]
        self.outgoing.take(Feedback(1, 1, 0, tuple(statuses)))


def number(packet: RtpPacket) -> int:
    assert packet.extensions.transport_sequence_number is not None
    return packet.extensions.transport_sequence_number


@asynccontextmanager
async def path() -> AsyncIterator[Path]:
    made = Path()
    running = asyncio.create_task(made.outgoing.run())
    try:
        yield made
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_every_packet_has_the_next_number() -> None:
    async with path() as way:
        for _ in range(20):
            way.outgoing.put(way.packet(PICTURE, 100), Rank.PICTURE)
        await until(lambda: len(way.came) >= 20)
        numbers = [number(packet) for _, packet in way.came]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_sound_overtakes_a_large_picture_that_is_spread_out() -> None:
    async with path() as way:
        for _ in range(30):
            way.outgoing.put(way.packet(PICTURE, 1200), Rank.PICTURE)
        await way.outgoing.send_at_once(way.packet(SOUND, 80))
        await until(lambda: sum(packet.ssrc == PICTURE for _, packet in way.came) >= 30)
        order = [packet.ssrc for _, packet in way.came]
        assert order.index(SOUND) < 10
        assert way.came[-1][0] - way.came[0][0] > 0.1, "36 kB at 750 kbit/s leave one by one"


async def test_a_probe_of_small_packets_has_as_many_octets_all_the_same() -> None:
    async with path() as way:
        way.filler = 50
        way.outgoing.put(way.packet(PICTURE, 300), Rank.PICTURE)
        await until(lambda: way.fillers.count(1) > 10)


async def test_a_path_that_takes_more_is_found_by_probes_that_are_filled() -> None:
    async with path() as way:
        async with asyncio.timeout(30):
            while way.outgoing.controller.target(time.monotonic()).total < 1.3 * START:
                way.outgoing.put(way.packet(PICTURE, 900), Rank.PICTURE)
                await asyncio.sleep(0.03)
                way.tell()
        assert way.fillers
