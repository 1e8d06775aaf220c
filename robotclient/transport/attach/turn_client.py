"""aioice's TURN client, whose relay and channels live as long as the call.

aioice asks for more time once, late, and gives up where that one question is lost. Its channels are bound anew by the
machine's clock; where that is set back, they lapse (RFC 8656: after ten minutes, permissions after five).
"""

import asyncio
import logging
import math
from typing import Final

from aioice import stun
from aioice.turn import TurnClientMixin, TurnClientTcpProtocol, TurnClientUdpProtocol

log = logging.getLogger(__name__)

EVERY: Final = 120.0
"""Seconds between two refreshments: a relay lives for ten minutes, a permission for five, so two may fail."""
AGAIN_AFTER: Final = 5.0
GONE: Final = 437
"""Allocation Mismatch: the server does not know the relay (any more), because it was started anew (RFC 8656, 18.8)."""


class _Lasting(TurnClientMixin):
    """What both transports have in common."""

    def __init__(
        self,
        server: tuple[str, int],
        username: str | None,
        password: str | None,
        lifetime: int,
        channel_refresh_time: int,
    ) -> None:
        del channel_refresh_time  # aioice's own way is never due
        super().__init__(server, username, password, lifetime, channel_refresh_time=math.inf)  # type: ignore[arg-type]

    async def refresh(self, time_to_expiry: int) -> None:
        """Keep relay, channels and permissions, until the server has forgotten them; then the transport closes."""
        loop = asyncio.get_running_loop()
        expires, pause = loop.time() + time_to_expiry, min(EVERY, time_to_expiry / 4)
        while loop.time() < expires:
            await asyncio.sleep(pause)
            try:
                lifetime = await self._extend()
            except (ConnectionError, stun.TransactionError) as error:
                log.info("a relay was not refreshed: %s", error)
                if isinstance(error, stun.TransactionFailed) and error.response.error_code == GONE:
                    break
                pause = AGAIN_AFTER
            else:
                expires, pause = loop.time() + lifetime, min(EVERY, lifetime / 4)
        self.transport.close()

    async def _extend(self) -> int:
        request = stun.Message(message_method=stun.Method.REFRESH, message_class=stun.Class.REQUEST)
        request.attributes["LIFETIME"] = self.lifetime
        response, _ = await self.request_with_retry(request)
        for channel, peer in tuple(self.channel_to_peer.items()):
            try:
                await self.channel_bind(channel, peer)
            except stun.TransactionError as error:  # of this peer alone: the relay and the other channels live on
                log.info("a channel was not refreshed: %s", error)
        return int(response.attributes.get("LIFETIME", 0))


class TcpTurnClient(_Lasting, TurnClientTcpProtocol):
    """Over TCP or TLS."""


class UdpTurnClient(_Lasting, TurnClientUdpProtocol):
    """Over UDP."""
