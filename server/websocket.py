"""WebSockets as uvicorn speaks them, but for clients that do not read."""

from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

PING_SECONDS: Final = 10.0
"""Between two pings (RFC 6455, 5.5.2), and for the answer; Engine.IO's own pings are for the room, and quicker."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn closes one who answers no ping once he has read everything, which may be never; here he is cut off."""

    def keepalive_timeout(self) -> None:
        """Free what was kept for him: the socket, and whoever waits to write to it."""
        super().keepalive_timeout()
        self.transport.abort()
