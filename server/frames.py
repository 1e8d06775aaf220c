"""What may come in over a socket before Socket.IO reads it: only well-formed frames and events, the rest does no harm.

python-engineio and python-socketio meet a malformed frame with an exception and a traceback in the log, which anybody
could fill with it. Here a frame that is no Engine.IO packet ends its connection, and a packet that is no Socket.IO
event becomes the event `MALFORMED`, which is answered and counted like any other.
"""

from http import HTTPStatus
from typing import Final

import socketio
from socketio.packet import ACK, CONNECT, DISCONNECT, EVENT
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES: Final = 100_000
"""Of one frame or one polling request; an SDP has 60,000 at most."""

MALFORMED: Final = "malformed"


class StrictPacket(socketio.packet.Packet):  # type: ignore[misc]  # python-socketio has no types
    """A Socket.IO packet whose decoding never raises. There are no binary events in the protocol."""

    def __init__(self, *arguments: object, encoded_packet: str | bytes | None = None, **settings: object) -> None:
        super().__init__(*arguments, **settings)
        if encoded_packet is not None:
            self.decode(encoded_packet)

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
        return self.packet_type in {DISCONNECT, ACK}


class FrameGate:
    """ASGI middleware for Socket.IO's path: what is too large or no Engine.IO text frame goes no further."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection or request."""

        async def checked() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive" or _is_frame(message.get("text")):
                return message
            await send({"type": "websocket.close", "code": 1003, "reason": "not an Engine.IO frame"})
            return {"type": "websocket.disconnect", "code": 1003}

        if not f"{scope.get('path', '')}/".startswith(self._path):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._app(scope, checked, send)
        elif _length(scope) > MAX_BYTES:
            # python-engineio would wait, without a deadline, until the sender of such a request has fetched its mail.
            await PlainTextResponse("too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _length(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def _is_frame(text: str | None) -> bool:
    """Whether this is one Engine.IO packet that a client may send: close, ping, pong, message or upgrade."""
    return text is not None and len(text) <= MAX_BYTES and text[:1] in {"1", "2", "3", "4", "5"}
