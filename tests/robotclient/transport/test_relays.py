"""Relays by every way that a TURN server has, which live as long as the call: real coturns, real connections."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aioice.stun
import pytest
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection

from robotclient.transport import attach
from robotclient.transport.attach import relays, turn_client
from robotclient.transport.attach.ice import IceConnection
from robotclient.transport.attach.relays import Memory, Way, quickest
from robotclient.transport.turn_uri import Uri
from scripts.lab.allocation import SOON, Allocation, allocated
from scripts.lab.network.impairment import Impairment
from scripts.lab.process import until
from scripts.lab.turn import LabTurn
from tests.robotclient.transport.udp_relay import udp_relay
from tests.server.certificates import make_certificate
from wire.signaling import IceServer

attach.install()
UDP, TCP, TLS = (
    Way(Uri(relays=True, host="t", port=1, transport=transport, tls=tls), None, None)
    for transport, tls in (("udp", False), ("tcp", False), ("tcp", True))
)
HERE, THERE = frozenset({"192.0.2.1"}), frozenset({"198.51.100.1"})


@pytest.mark.parametrize(
    ("uri", "parsed"),
    [
        ("stun:a.example", Uri(relays=False, host="a.example", port=3478, transport="udp", tls=False)),
        ("turn:a.example:99", Uri(relays=True, host="a.example", port=99, transport="udp", tls=False)),
        ("turn:a.example?transport=tcp", Uri(relays=True, host="a.example", port=3478, transport="tcp", tls=False)),
        ("turns:a.example", Uri(relays=True, host="a.example", port=5349, transport="tcp", tls=True)),
        ("turns:[2001:db8::1]:443", Uri(relays=True, host="2001:db8::1", port=443, transport="tcp", tls=True)),
        ("turn:[2001:db8::1]", Uri(relays=True, host="2001:db8::1", port=3478, transport="udp", tls=False)),
    ],
)
def test_a_uri_and_its_defaults(uri: str, parsed: Uri) -> None:
    assert Uri.parse(uri) == parsed


@pytest.mark.parametrize("uri", ["http:a.example", "turn:", "turns:a.example?transport=udp", "turn:a?transport=sctp"])
def test_what_is_no_uri_or_no_way_is_named(uri: str) -> None:
    with pytest.raises(ValueError, match=r"turn|http"):
        Uri.parse(uri)


def test_what_worked_here_comes_first_for_a_while() -> None:
    memory = Memory()
    ways = [UDP, TCP, TLS]
    assert memory.order(HERE, ways, 1000) == ways
    memory.note(HERE, TLS.uri, 1000)
    assert memory.order(HERE, ways, 1001) == [TLS, UDP, TCP]
    assert memory.order(THERE, ways, 1001) == ways
    memory.note(HERE, TLS.uri, 1000 + relays.REMEMBERED - 1)
    assert memory.order(HERE, ways, 1000 + relays.REMEMBERED) == ways


def test_no_more_than_some_networks_are_remembered() -> None:
    memory = Memory()
    for number in range(relays.MOST_NETWORKS + 1):
        memory.note(frozenset({str(number)}), TLS.uri, 1000)
    assert memory.order(frozenset({"0"}), [UDP, TLS], 1000)[0] == UDP
    assert memory.order(frozenset({"1"}), [UDP, TLS], 1000)[0] == TLS


async def test_who_hangs_holds_up_nobody_and_what_is_not_needed_is_discarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "HEAD_START", 0.01)
    discarded: list[str] = []

    async def hang() -> str:
        try:
            await asyncio.sleep(SOON)
        except asyncio.CancelledError:
            return "late"
        return "never"

    async def fail() -> str:
        raise ConnectionRefusedError

    async def work() -> str:
        return "works"

    assert await quickest([hang, fail, work], discarded.append) == (2, "works")
    assert discarded == ["late"]
    monkeypatch.setattr(relays, "WITHIN", 0.05)
    assert await quickest([hang, fail], discarded.append) is None
    assert await quickest([], discarded.append) is None


@asynccontextmanager
async def gathered(*servers: IceServer) -> AsyncIterator[list[str]]:
    """The types of the candidates that a connection with these servers finds."""
    configured = [RTCIceServer(list(each.urls), each.username, each.credential) for each in servers]
    pc = RTCPeerConnection(RTCConfiguration(iceServers=configured))
    try:
        pc.createDataChannel("any")
        await asyncio.wait_for(pc.setLocalDescription(await pc.createOffer()), SOON)
        lines = [line for line in pc.localDescription.sdp.splitlines() if line.startswith("a=candidate")]
        yield [line.partition(" typ ")[2].split()[0] for line in lines]
    finally:
        await pc.close()


@pytest.mark.system
@pytest.mark.parametrize("way", ["tcp", "tls"])
async def test_n9_without_udp_there_is_a_relay_all_the_same(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path, "localhost")
    monkeypatch.setattr(IceConnection, "tls", ssl.create_default_context(cafile=certificate))
    monkeypatch.setattr(IceConnection, "_memory", Memory())
    server = LabTurn(tmp_path / "turn", name="localhost", certificate=str(certificate), key=str(certificate))
    with server, socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        account = server.ice_server()
        blocked = f"turn:127.0.0.1:{silent.getsockname()[1]}"
        offered = {"tcp": account.urls[2:3], "tls": account.urls[3:]}[way]
        start = time.monotonic()
        async with gathered(account.model_copy(update={"urls": (blocked, *offered)})) as types:
            assert types.count("relay") == 1
            assert time.monotonic() - start < relays.WITHIN + 5
        remembered = IceConnection._memory._worked
        assert [uri.transport for uri, _ in remembered.values()] == ["tcp"]


@pytest.mark.system
async def test_where_udp_passes_it_is_udp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IceConnection, "_memory", Memory())
    monkeypatch.setattr(relays, "HEAD_START", 5.0)
    with LabTurn(tmp_path / "turn") as server:
        async with gathered(server.ice_server()) as types:
            assert types.count("relay") == 1
            assert [uri.transport for uri, _ in IceConnection._memory._worked.values()] == ["udp"]


class Refreshments:
    """Counts the requests that pass to the server; loses some."""

    REFRESH, BIND = 0x0004, 0x0009

    def __init__(self) -> None:
        self.seen: dict[int, int] = {}
        self.lose = False

    def drops(self, data: bytes) -> bool:
        method = int.from_bytes(data[:2], "big")
        self.seen[method] = self.seen.get(method, 0) + 1
        return self.lose and method == self.REFRESH


@asynccontextmanager
async def relayed(tmp_path: Path) -> AsyncIterator[tuple[LabTurn, Refreshments, Allocation]]:
    """A relay of a coturn behind a lossy way, with a channel."""
    with LabTurn(tmp_path / "turn") as server:
        async with udp_relay("127.0.0.1", Impairment()) as (ours, theirs):
            theirs.end = (server.address, server.port)
            watch = Refreshments()
            ours.drops = watch.drops
            async with allocated(ours.address, server.ice_server()) as relay:
                relay.transport.sendto(b"hello", ("8.8.8.8", 9))
                await until(lambda: Refreshments.BIND in watch.seen, "a channel is asked for")
                yield server, watch, relay


async def passes(watch: Refreshments, method: int, times: int) -> None:
    """Wait until so many more requests of this kind have been seen."""
    wanted = watch.seen.get(method, 0) + times
    await until(lambda: watch.seen.get(method, 0) >= wanted, f"{times} more requests")


@pytest.mark.system
async def test_a_refreshment_that_is_lost_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_client, "EVERY", 0.2)
    monkeypatch.setattr(turn_client, "AGAIN_AFTER", 0.1)
    monkeypatch.setattr(aioice.stun, "RETRY_MAX", 1)
    async with relayed(tmp_path) as (_, watch, relay):
        watch.lose = True
        await passes(watch, Refreshments.REFRESH, 6)  # three that failed, each said twice
        watch.lose = False
        await passes(watch, Refreshments.BIND, 2)
        assert not relay.end.lost.is_set()
        assert relay.transport.get_extra_info("sockname")


@pytest.mark.system
async def test_t1_a_clock_that_is_set_back_lets_no_channel_lapse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_client, "EVERY", 0.2)
    async with relayed(tmp_path) as (_, watch, _):
        monkeypatch.setattr(time, "time", lambda: 0.0)
        await passes(watch, Refreshments.BIND, 3)


@pytest.mark.system
async def test_a_server_that_was_started_anew_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_client, "EVERY", 0.2)
    async with relayed(tmp_path) as (server, _, relay):
        server.stop()
        server.start()
        await asyncio.wait_for(relay.end.lost.wait(), SOON)
