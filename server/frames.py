"""What may come in over a socket before Socket.IO reads it: only well-formed frames and events, the rest does no harm.

python-engineio and python-socketio meet a malformed frame with an exception and a traceback in the log, which anybody
could fill with it. Here a frame that is no Engine.IO packet ends its connection, and a packet that is no Socket.IO
event becomes the event `MALFORMED`, which is answered and counted like any other.
"""

from typing import Final

import socketio
from socketio.packet import BINARY_ACK, BINARY_EVENT, CONNECT, CONNECT_ERROR, EVENT
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES: Final = 100_000
"""Of one frame or one polling request; an SDP has 60,000 at most."""

MALFORMED: Final = "malformed"


class StrictPacket(socketio.packet.Packet):  # type: ignore[misc]  # python-socketio has no types
    """A Socket.IO packet whose decoding never raises. There are no binary events in the protocol."""

    def decode(self, encoded_packet: str | bytes) -> int:
        """Decode; what is malformed turns into the event `MALFORMED`."""
        try:
            super().decode(encoded_packet)
            well_formed = self._is_well_formed()
        except (ValueError, TypeError, LookupError, RecursionError):
            well_formed = False
        if not well_formed:
            self.packet_type, self.data, self.namespace = EVENT, [MALFORMED], None
        return 0

    def _is_well_formed(self) -> bool:
        data: object = self.data
        if self.packet_type == EVENT:
            return isinstance(data, list) and bool(data) and isinstance(data[0], str)
        if self.packet_type == CONNECT:
            return data is None or isinstance(data, dict)
        return self.packet_type not in {BINARY_EVENT, BINARY_ACK, CONNECT_ERROR}


class FrameGate:
    """ASGI middleware: a WebSocket that sends anything but Engine.IO text frames of a fair size is closed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection or request."""

        async def checked() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive" or _is_frame(message.get("text")):
                return message
            await send({"type": "websocket.close", "code": 1003, "reason": "not an Engine.IO frame"})
            return {"type": "websocket.disconnect", "code": 1003}

        await self._app(scope, checked if scope["type"] == "websocket" else receive, send)


def _is_frame(text: str | None) -> bool:
    """Whether this is one Engine.IO packet that a client may send: close, ping, pong, message or upgrade."""
    return text is not None and len(text) <= MAX_BYTES and text[:1] in {"1", "2", "3", "4", "5"}
