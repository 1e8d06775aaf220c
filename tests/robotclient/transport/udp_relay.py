"""A relay between two ends in this process, on real sockets: what passes it is delayed, lost, or dropped on purpose."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from scripts.lab.network.impairment import Direction, Impairment

Address = tuple[str, int]


class Side(asyncio.DatagramProtocol):
    """The socket that one end talks to."""

    def __init__(self, impairment: Impairment, seed: int) -> None:
        self.end: Address | None = None
        self.other: Side | None = None
        self.drops: Callable[[bytes], bool] = lambda _data: False
        """Of what its end sends, what is lost for a reason."""
        self.passed = 0
        self._way = Direction(impairment, seed)
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def address(self) -> Address:
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")
        return host, port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # what it is, which Python 3.11 hides

    def datagram_received(self, data: bytes, address: Address) -> None:
        self.end = address
        loop = asyncio.get_running_loop()
        due = self._way.pass_on(len(data), loop.time())
        if due is not None and not self.drops(data) and self.other is not None:
            self.passed += 1
            loop.call_at(due, self.other.give, data)

    def give(self, data: bytes) -> None:
        if self._transport is not None and self.end is not None:
            self._transport.sendto(data, self.end)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None


@asynccontextmanager
async def udp_relay(address: str, impairment: Impairment) -> AsyncIterator[tuple[Side, Side]]:
    loop = asyncio.get_running_loop()
    a, b = Side(impairment, 1), Side(impairment, 2)
    a.other, b.other = b, a
    for side in (a, b):
        await loop.create_datagram_endpoint(lambda side=side: side, local_addr=(address, 0))  # type: ignore[misc]
    try:
        yield a, b
    finally:
        a.close()
        b.close()
