"""Which way to a relay is tried first, and what happens while one does not answer.

aiortc takes the first TURN URI alone: where a network lets no UDP out there would be no relay, and no call. Here all
are tried, each a little after the one before, and the first that gives an address is taken, as RFC 8305 does for names.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from robotclient.transport.turn_uri import Uri

log = logging.getLogger(__name__)

HEAD_START: Final = 0.5
"""Seconds that each way has before the next one is tried beside it: what comes over UDP is worth a short wait."""
WITHIN: Final = 5.0
"""Seconds for all of them."""
REMEMBERED: Final = 600.0
"""Seconds after which UDP is tried first again: it may have been a bad moment of its network."""
MOST_NETWORKS: Final = 16

Found = TypeVar("Found")
Network = frozenset[str]
"""Where we are, as far as we know: our own addresses."""


@dataclass(frozen=True, slots=True)
class Way:
    """A TURN server by one of its URIs, and our account there."""

    uri: Uri
    username: str | None
    credential: str | None = field(repr=False)


class Memory:
    """Which way worked last in each network. Pure: time is an argument."""

    def __init__(self) -> None:
        self._worked: OrderedDict[Network, tuple[Uri, float]] = OrderedDict()

    def note(self, network: Network, uri: Uri, now: float) -> None:
        """Remember the way that gave a relay; one that is remembered already grows old all the same."""
        if self._recall(network, now) != uri:
            self._worked[network] = uri, now
            self._worked.move_to_end(network)
        while len(self._worked) > MOST_NETWORKS:
            self._worked.popitem(last=False)

    def order(self, network: Network, ways: Sequence[Way], now: float) -> list[Way]:
        """The ways as they are to be tried: what worked here lately, then as the server named them."""
        first = self._recall(network, now)
        return sorted(ways, key=lambda way: way.uri != first)

    def _recall(self, network: Network, now: float) -> Uri | None:
        uri, at = self._worked.get(network, (None, 0.0))
        return uri if now - at < REMEMBERED else None


async def quickest(
    attempts: Sequence[Callable[[], Awaitable[Found]]], discard: Callable[[Found], None]
) -> tuple[int, Found] | None:
    """The first success and its number; None where nothing succeeds in time. `discard` gets what is not needed."""
    waiting = deque(enumerate(attempts))
    running: dict[asyncio.Task[Found], int] = {}
    won: tuple[int, Found] | None = None
    loop = asyncio.get_running_loop()
    deadline = loop.time() + WITHIN
    try:
        while won is None and (waiting or running) and loop.time() < deadline:
            if waiting:
                number, attempt = waiting.popleft()
                running[asyncio.ensure_future(attempt())] = number
            pause = HEAD_START if waiting else deadline - loop.time()
            done, _ = await asyncio.wait(running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                number = running.pop(task)
                if (error := task.exception()) is not None:
                    log.info("a way to a relay failed: %s", str(error) or type(error).__name__)
                elif won is None:
                    won = number, task.result()
                else:
                    discard(task.result())
    finally:
        await _cancel(running, discard)
    return won


async def _cancel(running: dict[asyncio.Task[Found], int], discard: Callable[[Found], None]) -> None:
    for task in running:
        task.cancel()
    for found in await asyncio.gather(*running, return_exceptions=True):
        if not isinstance(found, BaseException):
            discard(found)
