"""One relay of a TURN server, allocated by aioice's client (RFC 8656, 7), and the socket's end of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import count

from aioice import turn

from wire.signaling import IceServer

SOON = 20.0


class End(asyncio.DatagramProtocol):
    """Keeps what comes."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.lost = asyncio.Event()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.put_nowait(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


class Allocation:
    """What `allocated` gives."""

    def __init__(self, transport: turn.TurnTransport, end: End) -> None:
        self.transport = transport
        self.end = end
        self._channels = count(0x4000)

    async def bind(self, host: str) -> None:
        """Ask for a channel to a host. Raises `stun.TransactionFailed` where it is refused.

        Not beside `transport.sendto`, which counts channels of its own, and tells nobody what became of them.
        """
        client: turn.TurnClientProtocol = self.transport._TurnTransport__inner_protocol  # type: ignore[attr-defined]
        await client.channel_bind(next(self._channels), (host, 9))


@asynccontextmanager
async def allocated(address: tuple[str, int], account: IceServer) -> AsyncIterator[Allocation]:
    """A relay of the server at that address, given back at the end. Raises `stun.TransactionFailed`, `TimeoutError`."""
    transport, end = await turn.create_turn_endpoint(End, address, account.username, account.credential)
    with closing(transport):
        yield Allocation(transport, end)
    await asyncio.wait_for(end.lost.wait(), SOON)
