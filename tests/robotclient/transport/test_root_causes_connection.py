"""Why aiortc's connections end or do not come up on bad paths (docs/transport.md, 11 and 12): its classes beside ours.

Real connections over the loopback interface, through a relay that delays and drops; the stock classes' and our own
intervals are shortened alike.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aioice.ice
import aioice.stun
import pytest
from aioice import Candidate, Connection
from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceGatherer, RTCIceTransport
from aiortc.rtcdtlstransport import RTCDtlsParameters
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import RtpPacket

from robotclient.transport import consent
from robotclient.transport.attach import transport as transport_module
from robotclient.transport.attach.ice import IceConnection
from robotclient.transport.attach.transport import Transport
from scripts.lab.network.bench import own_address
from scripts.lab.network.impairment import Impairment
from tests.robotclient.transport.udp_relay import Side, udp_relay

pytestmark = pytest.mark.slow

FAR = Impairment(delay=0.3)


def seen_through(relay: Side, candidate: Candidate) -> Candidate:
    """A candidate whose end is behind a relay's socket."""
    host, port = relay.address
    return Candidate(
        foundation=candidate.foundation, component=1, transport="udp", priority=candidate.priority,
        host=host, port=port, type="host",
    )  # fmt: skip


async def introduce(one: Connection, other: Connection, ways: tuple[Side, Side]) -> None:
    """Tell each of two connections about the other, as the relay shows it."""
    for connection in (one, other):
        await connection.gather_candidates()
    for us, them, way in ((one, other, ways[0]), (other, one, ways[1])):
        candidate = next(each for each in them.local_candidates if each.host == own_address())
        await us.add_remote_candidate(seen_through(way, candidate))
        await us.add_remote_candidate(None)
        us.remote_username, us.remote_password = them.local_username, them.local_password


@asynccontextmanager
async def far_apart(kind: type[Connection]) -> AsyncIterator[Connection]:
    """A connection of a class to a patient end, more than half a second away and back."""
    async with udp_relay(own_address(), FAR) as ways:
        ours, theirs = kind(True, use_ipv6=False), IceConnection(False, use_ipv6=False)
        await introduce(ours, theirs, ways)
        await asyncio.gather(ours.connect(), theirs.connect())
        try:
            yield ours
        finally:
            await ours.close()
            await theirs.close()


async def alive_after(connection: Connection, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and connection._nominated:
        await asyncio.sleep(0.05)
    return bool(connection._nominated)


async def test_a_round_trip_over_half_a_second_ends_stock_calls_and_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.stun, "RETRY_RTO", 0.5)  # as aioice has it, whatever other tests have installed
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.1)
    monkeypatch.setattr(consent, "INTERVAL", 0.1)
    monkeypatch.setattr(consent, "UNANSWERED_INTERVAL", 0.1)
    monkeypatch.setattr(consent, "LIFETIME", 3.6)  # six tries of stock, as 30 s are with its own interval
    async with far_apart(Connection) as stock, far_apart(IceConnection) as ours:
        outcomes = tuple(await asyncio.gather(alive_after(stock, 8.0), alive_after(ours, 8.0)))
        assert outcomes == (False, True)


async def test_consent_ends_where_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "LIFETIME", 1.5)
    monkeypatch.setattr(consent, "INTERVAL", 0.1)
    async with udp_relay(own_address(), Impairment()) as ways:
        ours, theirs = IceConnection(True, use_ipv6=False), IceConnection(False, use_ipv6=False)
        await introduce(ours, theirs, ways)
        await asyncio.gather(ours.connect(), theirs.connect())
        ways[1].drops = lambda _data: True
        assert not await alive_after(ours, 20.0)
        await theirs.close()


class LosesFirst:
    """Loses the first so many DTLS datagrams (RFC 7983: first octet 20 to 63)."""

    def __init__(self, count: int) -> None:
        self.left = count

    def __call__(self, data: bytes) -> bool:
        if not 20 <= data[0] <= 63 or not self.left:
            return False
        self.left -= 1
        return True


@asynccontextmanager
async def joined(kind: type[RTCDtlsTransport], lost: int = 0) -> AsyncIterator[list[RTCDtlsTransport]]:
    """Two transports of a class that have tried to connect, the first so many DTLS datagrams of both lost."""
    async with udp_relay(own_address(), Impairment()) as ways:
        gatherers = [RTCIceGatherer(iceServers=[]) for _ in range(2)]
        ices = [RTCIceTransport(gatherer) for gatherer in gatherers]
        ices[0]._connection.ice_controlling = True
        await introduce(ices[0]._connection, ices[1]._connection, ways)
        ends = [kind(ice, [RTCCertificate.generateCertificate()]) for ice in ices]
        for way in ways:
            way.drops = LosesFirst(lost)
        parameters = [end.getLocalParameters() for end in ends]
        await asyncio.gather(
            *(ice.start(each.getLocalParameters()) for ice, each in zip(ices, gatherers[::-1], strict=True))
        )
        await asyncio.gather(*(_start(end, each) for end, each in zip(ends, parameters[::-1], strict=True)))
        try:
            yield ends
        finally:
            for end, ice in zip(ends, ices, strict=True):
                await end.stop()
                await ice.stop()


async def handshake(kind: type[RTCDtlsTransport], lost: int) -> tuple[float, list[str]]:
    """How long two transports of a class take to connect, ICE included, and their states."""
    began = time.monotonic()
    async with joined(kind, lost) as ends:
        return time.monotonic() - began, [end.state for end in ends]


async def _start(end: RTCDtlsTransport, parameters: RTCDtlsParameters) -> None:
    await end.start(parameters)


async def test_a_lost_flight_is_repeated_soon() -> None:
    (stock, stock_states), (ours, our_states) = await asyncio.gather(
        handshake(RTCDtlsTransport, 1), handshake(Transport, 1)
    )
    assert stock_states == our_states == ["connected", "connected"]
    assert stock >= 1.9, "OpenSSL repeats after one second, and each way lost one"
    assert ours < 1.9


async def test_a_handshake_that_never_ends_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "HANDSHAKE_DEADLINE", 0.5)
    _, states = await asyncio.wait_for(handshake(Transport, 10_000), 20)
    assert states == ["failed", "failed"]


def with_a_torn_extension(sequence: int) -> bytes:
    """An RTP packet whose header extension 2 says that it has one octet, of the three of `abs-send-time`."""
    header = RtpPacket(payload_type=97, sequence_number=sequence, ssrc=11).serialize()
    return bytes([header[0] | 0x10]) + header[1:] + b"\xbe\xde\x00\x01" + bytes([0x20, 0, 0, 0])


async def survives(kind: type[RTCDtlsTransport]) -> bool:
    async with joined(kind) as (one, other):
        extension = RTCRtpHeaderExtensionParameters(2, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")
        other._rtp_header_extensions_map.configure(RTCRtpParameters(headerExtensions=[extension]))
        numbers = itertools.count()
        async with asyncio.timeout(20):
            while other.state == "connected" and _unreadable(other) < 10:
                with contextlib.suppress(ConnectionError):
                    await RTCDtlsTransport._send_rtp(one, with_a_torn_extension(next(numbers)))
                await asyncio.sleep(0.01)
        return other.state == "connected"


def _unreadable(end: RTCDtlsTransport) -> int:
    return end.unreadable.count if isinstance(end, Transport) else 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of aiortc's task that ended
async def test_a_torn_packet_ends_stock_connections_and_not_ours(caplog: pytest.LogCaptureFixture) -> None:
    assert not await survives(RTCDtlsTransport)
    caplog.clear()
    assert await survives(Transport)
    told = [record.getMessage() for record in caplog.records if "cannot be used" in record.getMessage()]
    assert told[0].startswith("RTP datagram 1 ")
    assert 4 <= len(told) < 10, "told more and more seldom"
